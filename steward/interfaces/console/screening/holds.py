"""Held orders: the queue, the evidence of one, and the decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from msgspec import Struct

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment
from steward.modules.orders import queries
from steward.modules.orders.commands import screening_deciding, screening_lists
from steward.modules.orders.queries import screening, screening_words
from steward.modules.orders.rules.screening_graph import OUTER
from steward.modules.people import queries as people

PAGE = 50
QUEUES = ("", "released", "rejected", "lapsed")
MARGIN = 62
LISTABLE = ("customer", "phone", "address", "device", "payment_account", "ip")
DAYS = (30, 90, 365)


class Dot(Struct, frozen=True):
    """A dot of the picture as the page draws it."""

    kind: str
    x: float
    y: float
    label: str
    url: str = ""
    state: str = ""
    title: str = ""


@require_GET
@needs("orders.view")
def holds(request: StaffRequest) -> HttpResponse:
    """Show the orders that wait for a decision, the oldest first, and those decided."""
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in QUEUES else ""
    rows, older = screening.holds_page(outcome=outcome, before_id=row_number(request.GET.get("after", "")), limit=PAGE)
    names = people.actor_names({row.screening.hold.decided_by for row in rows if row.screening.hold} - {""})
    facts = {
        "rows": [(row, names.get(row.screening.hold.decided_by, "") if row.screening.hold else "") for row in rows],
        "chips": [(code, screening_words.OUTCOMES[code], code == outcome) for code in QUEUES],
        "waiting": screening.held_count(),
        "outcome": outcome,
        "older_url": f"?outcome={outcome}&after={older}" if older else "",
    }
    return render(request, "console/screening/holds.html", facts)


@require_GET
@needs("orders.view")
def hold(request: StaffRequest, number: str) -> HttpResponse:
    """Show why an order is held: the score, each reason, and the orders it hangs together with."""
    order_id = queries.order_id(number)
    found = screening.evidence(order_id)
    if found is None:
        raise errors.NotFound(key=number)
    entered_by = queries.order_detail(order_id).entered_by
    held = found.screening.hold
    names = people.actor_names({held.decided_by} - {""}) if held else {}
    shared_by = {row.id: [one for one in found.shared if row.id in one.order_ids] for row in found.linked}
    facts = {
        "evidence": found,
        "order": found.order,
        "screening": found.screening,
        "hold": held,
        "decided_by": names.get(held.decided_by, held.decided_by) if held else "",
        "linked": [(row, shared_by[row.id]) for row in found.linked],
        "numbers": {row.id: row.number for row in found.linked},
        "dots": _dots(found),
        "edges": found.graph.edges,
        "view_box": _box(),
        "may_decide": request.actor.may("orders.screen") and found.screening.is_held,
        "own": people.person_behind(entered_by) == request.actor.id,
        "listable": [one for one in found.shared if one.kind in LISTABLE],
        "purposes": [(code, label) for code, label in screening_words.PURPOSES.items() if code != "forwarding"],
        "days": DAYS,
    }
    return render(request, "console/screening/hold.html", facts)


def _box() -> str:
    side = OUTER + MARGIN
    return f"{-side} {-side} {2 * side} {2 * side}"


def _dots(found: screening.Evidence) -> list[Dot]:
    orders = {str(row.id): row for row in found.linked}
    shared = {one.kind: one for one in found.shared}
    dots = []
    for node in found.graph.nodes:
        if node.kind == "order":
            row = orders[node.key]
            url = reverse("order", args=[row.number])
            dots.append(Dot("order", node.x, node.y, row.number[-5:], url, row.state, row.number))
        elif node.kind == "signal":
            one = shared[node.key]
            dots.append(Dot("signal", node.x, node.y, one.label, "", "", one.masked))
        else:
            dots.append(Dot("self", node.x, node.y, found.order.number[-5:], "", "", found.order.number))
    return dots


def _decided(request: StaffRequest, text: str) -> HttpResponse:
    return say(request, text, to=reverse("holds"))


def _typed(request: StaffRequest, name: str) -> str:
    return request.POST.get(name, "").strip()[:200]


@require_POST
@needs("orders.screen")
def hold_release(request: StaffRequest, number: str) -> HttpResponse:
    """Let a held order go on."""
    screening_deciding.release_hold(
        request.actor, order_id=queries.order_id(number), reason=_typed(request, "reason"), now=moment.now()
    )
    return _decided(request, _("%(number)s was released and goes on.") % {"number": number})


@require_POST
@needs("orders.screen")
def hold_reject(request: StaffRequest, number: str) -> HttpResponse:
    """Reject a held order: it is cancelled as suspected fraud."""
    screening_deciding.reject_hold(
        request.actor, order_id=queries.order_id(number), reason=_typed(request, "reason"), now=moment.now()
    )
    return _decided(request, _("%(number)s was rejected and cancelled.") % {"number": number})


@require_POST
@needs("orders.screen")
def hold_list(request: StaffRequest, number: str) -> HttpResponse:
    """Put what the order has on a list."""
    now = moment.now()
    made = screening_lists.list_from_order(
        request.actor,
        order_id=queries.order_id(number),
        purpose=_typed(request, "purpose"),
        kinds=request.POST.getlist("kind"),
        reason=_typed(request, "reason"),
        until=until(_typed(request, "days"), now),
        now=now,
    )
    text = _("%(count)s values were put on the list.") % {"count": len(made)}
    return say(request, text, to=reverse("hold", args=[number]))


def until(days: str, now: datetime) -> datetime | None:
    """Read how many days an entry is to stand; nothing means until somebody ends it."""
    return now.astimezone(UTC) + timedelta(days=int(days)) if days.isdigit() and 0 < int(days) <= 3_660 else None
