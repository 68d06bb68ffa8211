"""The check of an entry by a second person: the queue, the source beside the entry, blind typing, the verdict."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number, row_numbers
from steward.interfaces.console.approvals.inbox import LONGEST_REASON, read_after, read_verdict
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.approvals import queries as approvals
from steward.modules.approvals.queries import words
from steward.modules.deadlines import queries as deadlines
from steward.modules.orders import queries
from steward.modules.orders.commands import verification_deciding as deciding
from steward.modules.orders.commands import verification_source as sources
from steward.modules.orders.queries import verification as reads
from steward.modules.orders.rules import verification as rules
from steward.modules.people import queries as people

VIEW = "approvals.view"
DECIDE = "approvals.decide"
PREFIX = "typed_"


@require_GET
@needs(VIEW)
def verifications(request: StaffRequest) -> HttpResponse:
    """List entries that wait for a second person, next due first."""
    queue = request.GET.get("queue", "")
    rows = reads.waiting(
        request.actor, now=moment.now(), mine_only=queue != "all", after=read_after(request.GET.get("after", ""))
    )
    last = rows[-1].approval if len(rows) == approvals.PAGE else None
    older = {"queue": queue, "after": f"{last.due_at.isoformat()}~{last.id}"} if last else {}
    clocks = deadlines.next_clocks("approval", [row.approval.id for row in rows])
    owners = {id_: f"person:{clock.owner_id}" for id_, clock in clocks.items() if clock.owner_id}
    names = people.actor_names({row.worker for row in rows} | set(owners.values()))
    facts = {
        "rows": [
            (
                row,
                names.get(row.worker, row.worker),
                words.fact_text("cause", row.cause),
                clocks.get(row.approval.id),
                names.get(owners.get(row.approval.id, ""), ""),
            )
            for row in rows
        ],
        "chips": [("", _("For me"), queue != "all"), ("all", _("All that waits"), queue == "all")],
        "older_url": "?" + urlencode(older) if older else "",
        "may_decide": request.actor.may(DECIDE) and queue != "all",
    }
    return render(request, "console/approvals/entries.html", facts)


@require_POST
@needs(DECIDE)
def verifications_bulk(request: StaffRequest) -> HttpResponse:
    """Agree to all ticked entries in which nothing has to be typed again, or to none."""
    ids = row_numbers(request.POST.getlist("order"))
    count = deciding.verify_many(request.actor, order_ids=ids, now=moment.now())
    return say(request, _("%(count)s agreed to.") % {"count": count}, to=reverse("verifications"))


@require_GET
@needs(VIEW)
def verification(request: StaffRequest, number: str) -> HttpResponse:
    """Show the check of one entry: at first only the source and empty fields, then both sides."""
    detail = queries.order_detail(number)
    rounds = reads.rounds_of(detail.order.id)
    if not rounds:
        raise Http404
    current = rounds[0]
    view = approvals.approval(current.approval_id) if current.approval_id else None
    why_not = approvals.may_decide(request.actor, view, now=moment.now()) if view else "settled"
    sides = reads.compared(detail.order.id, request.actor.id) if why_not == "" else None
    names = people.actor_names({one.worker for one in rounds} | {one.checked_by for one in rounds if one.checked_by})
    facts = {
        "detail": detail,
        "order": detail.order,
        "round": current,
        "view": view,
        "clock": deadlines.next_clocks("approval", [view.id]).get(view.id) if view else None,
        "cause": words.fact_text("cause", current.cause),
        "worker": names.get(current.worker, current.worker),
        "why_not": "" if why_not == "settled" else words.why_not(why_not),
        "may_decide": why_not == "",
        "to_type": [(field, queries.field_label(field)) for field in _to_type(detail.order.id, why_not, sides)],
        "sides": [(side, queries.field_label(side.field)) for side in sides or []],
        "differing": [side.field for side in sides or [] if side.differs],
        "has_sources": reads.has_sources(detail.order.id),
        "may_reveal": request.actor.may("orders.reveal"),
        "rounds": [
            (
                one,
                words.fact_text("cause", one.cause),
                words.state_label(one.state),
                names.get(one.worker, one.worker),
                names.get(one.checked_by, ""),
                ", ".join(queries.field_label(field) for field in one.wrong),
            )
            for one in rounds
        ],
        "next_url": _next(request.actor, detail.order.id),
    }
    return render(request, "console/approvals/verification.html", facts)


def _to_type(order_id: int, why_not: str, sides: list[reads.Side] | None) -> list[str]:
    return reads.fields_asked(order_id) if why_not == "" and sides is None else []


def _next(actor: Actor, order_id: int) -> str:
    """Find the entry that waits for the person next, beside this one."""
    rows = reads.waiting(actor, now=moment.now())
    other = next((row for row in rows if row.order_id != order_id), None)
    return reverse("verification", args=[other.number]) if other else ""


@require_POST
@needs("orders.reveal")
def verification_source(request: StaffRequest, number: str) -> HttpResponse:
    """Show what the entry was made from; who looked is recorded."""
    found = sources.open_sources(request.actor, order_id=queries.order_id(number))
    names = people.actor_names({one.added_by for one in found})
    facts = {"sources": [(one, names.get(one.added_by, one.added_by)) for one in found]}
    return render(request, "console/approvals/_sources.html", facts)


@require_GET
@needs("orders.reveal")
def entry_file(request: StaffRequest, source_id: int) -> HttpResponse:
    """Give a kept picture or PDF; the browser runs nothing of it. Who looked is recorded."""
    media_type, content = sources.open_file(request.actor, source_id=row_number(str(source_id)) or 0)
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = "inline"
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
@needs(DECIDE)
def verification_rekey(request: StaffRequest, number: str) -> HttpResponse:
    """Compare what was typed unseen with the entry."""
    typed = {field: request.POST.get(PREFIX + field, "") for field in rules.CRITICAL}
    found = deciding.rekey_entry(request.actor, order_id=queries.order_id(number), typed=typed, now=moment.now())
    here = reverse("verification", args=[number])
    if found.differing:
        fields = ", ".join(queries.field_label(field) for field in found.differing)
        return say(
            request, _("Differs in: %(fields)s. Which side is right?") % {"fields": fields}, tone="warning", to=here
        )
    return say(request, _("Everything you typed agrees with the entry."), to=here)


@require_POST
@needs(DECIDE)
def verification_verdict(request: StaffRequest, number: str) -> HttpResponse:
    """Agree, or send the entry back with what is right; then go on to the next."""
    order_id = queries.order_id(number)
    following = _next(request.actor, order_id) or reverse("verifications")
    wrong = [field for field in rules.CRITICAL if request.POST.get(f"right_{field}") == "typed"]
    state = deciding.verify_entry(
        request.actor,
        order_id=order_id,
        verdict=read_verdict(request.POST.get("verdict", "")),
        reason=request.POST.get("reason", "").strip()[:LONGEST_REASON],
        wrong=wrong,
        now=moment.now(),
    )
    return say(request, f"{number}: {_said(state)}", to=following)


def _said(state: str) -> Any:
    texts = {
        "granted": _("agreed to; the order goes on by itself."),
        "refused": _("sent back to be mended."),
    }
    return texts.get(state, words.said(state))
