"""The list of complaints with its queues, and the page of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.kernel import moment
from steward.modules.catalog import queries as catalog
from steward.modules.deadlines.queries.words import CLOCKS
from steward.modules.desk.queries import complaint as reading
from steward.modules.desk.queries import complaint_words as said
from steward.modules.desk.queries import complaints as listing
from steward.modules.desk.rules import complaints as rules
from steward.modules.orders.queries.allocating import numbers_of_orders
from steward.modules.orders.queries.money import facts_of
from steward.modules.people import queries as people

PAGE = 50
VIEW, WORK = "tickets.view", "tickets.work"
CHOICES = ("type", "cause", "team", "outcome", "seriousness")
MOVES = ("investigate", "propose", "agree", "decline", "reopen")
ICONS = {"investigate": "search", "propose": "bulb", "agree": "thumb-up", "decline": "thumb-down", "reopen": "rotate"}


@require_GET
@needs(VIEW)
def complaints(request: StaffRequest) -> HttpResponse:
    """List the complaints of a queue, newest first."""
    now = moment.now()
    filters = filters_of(request.GET, request.actor.staff_id, default="under_way")
    rows = listing.complaints_page(filters, now=now, before_id=row_number(request.GET.get("after", "")), limit=PAGE + 1)
    kept = {name: str(value) for name, value in request.GET.items() if name != "after" and value}
    counts = listing.complaint_counts(request.actor.staff_id, now=now)
    older = "?" + urlencode(kept | {"after": str(rows[PAGE - 1].id)}) if len(rows) > PAGE else ""
    facts = {
        "rows": [(row, said.SERIOUSNESS[row.seriousness], said.OUTCOMES.get(row.outcome, "")) for row in rows[:PAGE]],
        "queues": [(code, label, counts.get(code), code == filters.queue) for code, label in said.QUEUES.items()],
        "queue": filters.queue,
        "older_url": older,
        "kept": [(name, value) for name, value in kept.items() if name in ("from", "to", "customer")],
        "is_narrowed": any(name in kept for name in (*CHOICES, "from", "to", "customer")),
        "chosen": {name: getattr(filters, name) for name in CHOICES},
        "orders": numbers_of_orders([row.order_id for row in rows if row.order_id]),
        "may_work": request.actor.may(WORK),
        "may_arrange": request.actor.may("settings.desk"),
        **choices(),
    }
    return render(request, "console/complaints/complaints.html", facts)


def choices(*, type_: str = "", cause: str = "") -> dict[str, Any]:
    """Collect what people choose from; what is chosen already stays among it when it is out of use."""
    return {
        "types": _in_use(listing.types_tree(with_former=True), type_),
        "causes": _in_use(listing.causes_tree(with_former=True), cause),
        "teams": list(listing.team_names().items()),
        "outcomes": list(said.OUTCOMES.items()),
        "seriousness": list(said.SERIOUSNESS.items()),
        "sources": list(said.SOURCES.items()),
    }


def _in_use(tree: Sequence[listing.Branch], chosen: str) -> list[listing.Branch]:
    return [one for one in tree if one.active or one.code == chosen]


def filters_of(query: QueryDict, staff_id: int | None, *, default: str = "all") -> listing.ComplaintFilters:
    """Read which complaints are asked for."""
    queue = query.get("queue", "")
    given = {name: query.get(name, "")[:60] for name in CHOICES}
    narrowed = any(given.values()) or query.get("from") or query.get("customer")
    return listing.ComplaintFilters(
        queue=queue if queue in listing.QUEUES else "all" if narrowed else default,
        staff_id=staff_id,
        customer_id=row_number(query.get("customer", "")),
        since=_day(query.get("from", "")),
        until=_day(query.get("to", ""), days=1),
        **given,
    )


def _day(text: str, *, days: int = 0) -> datetime | None:
    """Read a day as the instant it begins, or so many days later; what is no day narrows nothing."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time())) if day else None


@require_GET
@needs(VIEW)
def complaint(request: StaffRequest, number: str) -> HttpResponse:
    """Show one complaint: what it is, where it stands, what was done, and what can be done now."""
    view = reading.complaint(number)
    row = view.row
    is_own = rules.is_own_matter(request.actor.staff_id, view.about_staff_id)
    may_work = request.actor.may(WORK) and not is_own
    able = sorted(people.staff_contact(people.staff_with_permission(WORK)).values(), key=lambda one: one.name)
    staff = people.staff_list()
    facts = {
        "view": view,
        "row": row,
        "order_number": numbers_of_orders([row.order_id]).get(row.order_id, "") if row.order_id else "",
        "clocks": [(one, CLOCKS.get(one.kind, one.kind)) for one in view.clocks],
        "story": reading.complaint_story(row.id),
        "seriousness_label": said.SERIOUSNESS[row.seriousness],
        "source_label": said.SOURCES[row.source],
        "outcome_label": said.OUTCOMES.get(row.outcome, ""),
        "moves": [(verb, said.VERBS[verb], ICONS[verb]) for verb in MOVES if rules.can(row.state, verb)],
        "ends": [(code, said.OUTCOMES[code]) for code in rules.outcomes_of(row.state)],
        "missing": rules.missing_to_close({"cause": row.cause, "team": row.team, "outcome": "asked"}),
        "wishes": [(one, said.KINDS[one.kind], one.asked_by == request.actor.id) for one in view.compensations],
        "calls": [(one, said.CALLS[one.result]) for one in view.calls],
        "call_results": [(code, label) for code, label in said.CALLS.items() if code],
        "kinds": list(said.KINDS.items()),
        "workers": able,
        "staff": staff,
        "owners": _people([(one.staff_id, one.name) for one in able], row.owner_id, row.owner),
        "abouts": _people([(one.id, one.name) for one in staff], view.about_staff_id, view.about),
        "currencies": currencies(row.order_id),
        "is_own": is_own,
        "may_work": may_work,
        "is_live": row.state in rules.LIVE,
        "is_under_way": row.state in rules.UNDER_WAY,
        "now": moment.now(),
        **choices(type_=row.type, cause=row.cause),
    }
    return render(request, "console/complaints/complaint.html", facts)


def _people(able: Sequence[tuple[int, str]], id_: int | None, name: str) -> list[tuple[int, str]]:
    """Offer who may be chosen, and who is, though they may be gone: saving something else keeps them."""
    return [*able, (id_, name)] if id_ is not None and id_ not in dict(able) else list(able)


def currencies(order_id: int | None) -> list[str]:
    """List the currencies something may be given in: that of the order first, then those of the shops, usual first."""
    own = [order.currency for order in facts_of([order_id] if order_id else [])]
    usual = Counter(shop.currency for shop in catalog.shops()).most_common()
    return list(dict.fromkeys([*own, *(currency for currency, _shops in usual)]))
