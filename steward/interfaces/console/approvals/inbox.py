"""The inbox of four-eyes: what waits for me, one request with its facts, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number, row_numbers
from steward.interfaces.console.notices import say
from steward.kernel import moment, money
from steward.kernel.actor import Actor
from steward.modules.approvals import commands, queries, rules
from steward.modules.approvals.queries import words
from steward.modules.deadlines import queries as deadlines
from steward.modules.inventory.queries import words as stock_words
from steward.modules.payments.queries import words as refund_words
from steward.modules.people import queries as people

VIEW = "approvals.view"
DECIDE = "approvals.decide"
LONGEST_REASON = 300
TONES = {"open": "amber", "granted": "green", "refused": "red"}
OUTCOMES = {"open": "running", "expired": "breached", "withdrawn": "cancelled"}
PLACES = {
    "order": "order",
    "refund_request": "refund",
    "stocktake": "stocktake",
    "write_off": "write_off",
    "compensation": "compensation",
}
WRITE_OFF_WORDS = {
    "cause": stock_words.CAUSES,
    "condition": stock_words.CONDITIONS,
    "valued_at": stock_words.VALUED_AT,
}


@require_GET
@needs(VIEW)
def approvals(request: StaffRequest) -> HttpResponse:
    """List what waits for the person, next due first; other lists by state."""
    queue = request.GET.get("queue", "")
    state = queue if queue in rules.STATES else "open"
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in rules.KINDS else ""
    now = moment.now()
    rows = queries.approvals_page(
        request.actor,
        mine_only=not queue,
        now=now,
        state=state,
        kind=kind,
        after=read_after(request.GET.get("after", "")),
    )
    last = rows[-1] if len(rows) == queries.PAGE else None
    older = {"queue": queue, "kind": kind, "after": f"{last.due_at.isoformat()}~{last.id}"} if last else {}
    facts = {
        "rows": shown(rows, now),
        "queue": queue,
        "chips": [
            ("", _("For me"), queue == ""),
            ("open", _("All that waits"), queue == "open"),
            *((code, words.state_label(code), queue == code) for code in ("granted", "refused", "expired")),
        ],
        "kinds": queries.kind_labels().items(),
        "kind": kind,
        "older_url": "?" + urlencode(older) if older else "",
        "may_decide": request.actor.may(DECIDE) and not queue,
    }
    return render(request, "console/approvals/inbox.html", facts)


def read_after(text: str) -> tuple[datetime, int] | None:
    """Read where a list goes on. Raises: Http404."""
    if not text:
        return None
    at, _mark, number = text.partition("~")
    try:
        return datetime.fromisoformat(at), row_number(number) or 0
    except ValueError:
        raise Http404 from None


def shown(rows: Iterable[queries.ApprovalView], now: datetime) -> list[dict[str, Any]]:
    """Lay requests out for a list: who asked, what it is about, where to decide it."""
    found = list(rows)
    names = people.actor_names({row.asked_by for row in found})
    labels = queries.kind_labels()
    clocks = deadlines.next_clocks("approval", [row.id for row in found])
    return [
        {
            "row": row,
            "clock": clocks.get(row.id),
            "kind": labels.get(row.kind, row.kind),
            "asked_by": names.get(row.asked_by, row.asked_by),
            "url": page_of(row),
            "about_url": about(row),
            "state_label": words.state_label(row.state),
            "tone": TONES.get(row.state, "grey"),
            "outcome": OUTCOMES.get(row.state, "met"),
            "is_bare": "decided_on" not in row.facts,
        }
        for row in found
    ]


def page_of(row: queries.ApprovalView) -> str:
    """Find the page where a request is decided: its own, or one where more than a verdict is given."""
    if row.facts.get("decided_on") == "verification" and row.state == "open":
        return reverse("verification", args=[row.subject_number])
    return reverse("approval", args=[row.id])


def about(row: queries.ApprovalView) -> str:
    """Find the page of what a request is about; empty where it has none."""
    return reverse(PLACES[row.subject_kind], args=[row.subject_number]) if row.subject_kind in PLACES else ""


@require_GET
@needs(VIEW)
def approval(request: StaffRequest, approval_id: int) -> HttpResponse:
    """Show one request: what, why, by whom, until when, and every verdict so far."""
    row = queries.approval(approval_id)
    if row is None:
        raise Http404
    names = people.actor_names(
        {row.asked_by, *row.involved, *(by for one in row.decisions for by in (one.decided_by, one.for_person))}
    )
    mine = queries.may_decide(request.actor, row, now=moment.now())
    facts = {
        **shown([row], moment.now())[0],
        "role": people.role_labels().get(row.role, _("Anybody who may decide")),
        "involved": [names.get(one, one) for one in row.involved],
        "facts": [(words.fact_label(name), _fact_text(row, name, value)) for name, value in words.facts_of(row)],
        "verdicts": [(one, names.get(one.decided_by, one.decided_by), _stood_in(one, names)) for one in row.decisions],
        "may_decide": mine == "" and "decided_on" not in row.facts,
        "why_not": "" if row.state != "open" else words.why_not(mine),
        "elsewhere": page_of(row) if "decided_on" in row.facts and row.state == "open" else "",
        "next_url": _next(request.actor, row.id),
    }
    return render(request, "console/approvals/approval.html", facts)


def _fact_text(row: queries.ApprovalView, name: str, value: Any) -> str:
    """Write a fact; those of refunds and write-offs have words of their own."""
    if row.kind == "refund" and name == "cause":
        return refund_words.word(refund_words.CAUSES, str(value))
    if row.kind == "write_off" and name in WRITE_OFF_WORDS:
        return str(WRITE_OFF_WORDS[name].get(str(value), value))
    if name.endswith("_minor"):
        return f"{money.to_decimal(int(value), row.currency)} {row.currency}"
    return words.fact_text(name, value)


def _stood_in(one: queries.DecisionView, names: dict[str, str]) -> str:
    if one.for_person == one.decided_by:
        return ""
    return _("for %(name)s, on leave") % {"name": names.get(one.for_person, one.for_person)}


def _next(actor: Actor, approval_id: int) -> str:
    """Find what waits for the person next, beside this one."""
    rows = queries.approvals_page(actor, mine_only=True, now=moment.now())
    other = next((row for row in rows if row.id != approval_id), None)
    return page_of(other) if other else ""


@require_POST
@needs(DECIDE)
def approval_decide(request: StaffRequest, approval_id: int) -> HttpResponse:
    """Give a verdict on one request, and go on to the next."""
    verdict = read_verdict(request.POST.get("verdict", ""))
    following = _next(request.actor, approval_id) or reverse("approvals")
    state = commands.decide(
        request.actor, approval_id=approval_id, verdict=verdict, reason=_reason(request), now=moment.now()
    )
    return say(request, words.said(state), to=following)


@require_POST
@needs(DECIDE)
def approvals_bulk(request: StaffRequest) -> HttpResponse:
    """Agree to all that is ticked, or to none."""
    ids = row_numbers(request.POST.getlist("order"))
    states = commands.decide_many(request.actor, approval_ids=ids, verdict="grant", now=moment.now())
    return say(request, _("%(count)s agreed to.") % {"count": len(states)}, to=reverse("approvals"))


def read_verdict(given: str) -> rules.Verdict:
    if given not in ("grant", "refuse"):
        raise Http404
    return cast(rules.Verdict, given)


def _reason(request: StaffRequest) -> str:
    return request.POST.get("reason", "").strip()[:LONGEST_REASON]
