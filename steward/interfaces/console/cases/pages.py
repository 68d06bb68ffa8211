"""The list of cases with its queues, and the page of one case."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.cases.steps import MAY_COME, steps_of
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.deadlines.queries import next_clocks
from steward.modules.logistics.queries.claims import claims_of_order
from steward.modules.messaging.queries.attachments import attachments, file_link
from steward.modules.people import queries as people
from steward.modules.returns.commands.previewing import Option, options_of
from steward.modules.returns.commands.settling import Due, due_now_of
from steward.modules.returns.queries import cases as queries
from steward.modules.returns.queries import words
from steward.modules.returns.queries.advice import advice_of
from steward.modules.returns.queries.claimable import claimable
from steward.modules.returns.queries.compensations import compensations_of
from steward.modules.returns.queries.exchanges import case_of_replacement
from steward.modules.returns.queries.owed import owed_of_order
from steward.modules.returns.queries.repairs import repairs_of_cases
from steward.modules.returns.queries.views import CaseView

PAGE = 50
SUBJECT = "return"
QUEUES: dict[str, Any] = {
    "": pgettext_lazy("after-sales", "All"),
    "decide": pgettext_lazy("after-sales", "To decide"),
    "send": pgettext_lazy("after-sales", "To be sent back"),
    "arriving": pgettext_lazy("after-sales", "On the way"),
    "inspect": pgettext_lazy("after-sales", "To inspect"),
    "judge": pgettext_lazy("after-sales", "To judge"),
    "settle": pgettext_lazy("after-sales", "Money due"),
    "failed": pgettext_lazy("after-sales", "Refund failed"),
    "solve": pgettext_lazy("after-sales", "To replace or mend"),
    "choose": pgettext_lazy("after-sales", "To choose anew"),
    "charged": pgettext_lazy("after-sales", "Advance not paid"),
}


@require_GET
@needs("returns.view")
def cases(request: StaffRequest) -> HttpResponse:
    """Show cases, newest first, narrowed by queue, solution and text."""
    queue = request.GET.get("queue", "")
    queue = queue if queue in QUEUES else ""
    kind = request.GET.get("kind", "")
    text = request.GET.get("q", "").strip()[:80]
    shops = request.actor.scopes
    filters = queries.CaseFilters(queue=queue, kind=kind if kind in words.KINDS else "", text=text, shops=shops)
    rows = queries.cases_page(filters, before_id=row_number(request.GET.get("after", "")), limit=PAGE + 1)
    counts = queries.queue_counts(shops=shops)
    clocks = next_clocks(SUBJECT, [row.id for row in rows])
    kept = {"queue": queue, "kind": kind, "q": text}
    facts = {
        "rows": [(row, clocks.get(row.id)) for row in rows[:PAGE]],
        "chips": [(code, label, code == queue, counts.get(code, 0)) for code, label in QUEUES.items()],
        "kinds": list(words.KINDS.items()),
        "kind": kind,
        "text": text,
        "queue": queue,
        "older_url": "?" + urlencode(kept | {"after": str(rows[PAGE - 1].id)}) if len(rows) > PAGE else "",
    }
    return render(request, "console/cases/list.html", facts)


@require_GET
@needs("returns.view")
def case(request: StaffRequest, number: str) -> HttpResponse:
    """Show one case: pieces, parcels, money, what happens next, and what each step would do before it is confirmed."""
    view = queries.case(number, shops=request.actor.scopes)
    return render(request, "console/cases/case.html", facts_of(request.actor, view))


def facts_of(actor: Actor, view: CaseView) -> dict[str, Any]:
    """Collect what the page of a case shows."""
    now = moment.now()
    names = people.actor_names({view.decider, view.row.requested_by} - {"", "policy"})
    files = {one.id: one for one in attachments([one.attachment_id for one in view.evidence])}
    return {
        "view": view,
        "row": view.row,
        "clock": next_clocks(SUBJECT, [view.row.id]).get(view.row.id),
        "steps": {one.code: one for one in steps_of(actor, view)},
        "due": _due(view),
        "repairs": repairs_of_cases([view.row.id]) if view.row.kind == "repair" else [],
        "opened_by": names.get(view.row.requested_by, view.row.requested_by),
        "decided_by": names.get(view.decider, view.decider),
        "source": words.SOURCES.get(view.row.source, view.row.source),
        "options": _options(actor, view),
        "claims": claims_of_order(view.row.order_id) if _is_claimed(actor, view) else [],
        "payer": words.PAYERS.get(view.freight_payer, ""),
        "methods": list(words.METHODS.items()),
        "guidance_kinds": list(words.GUIDANCE.items()),
        "guidance": [
            (one, words.GUIDANCE.get(one.kind, one.kind), words.OUTCOMES.get(one.outcome, "")) for one in view.guidance
        ],
        "evidence": [
            (files[one.attachment_id], one, file_link(one.attachment_id, now=now))
            for one in view.evidence
            if one.attachment_id in files and files[one.attachment_id].can_be_opened
        ],
        "parts": words.PARTS,
        "to_send": [one for one in view.pieces if one.reception == "awaiting" and one.parcel_id is None],
        "to_receive": [one for one in view.pieces if one.reception in MAY_COME],
        "surplus_key": secrets.token_hex(16),
        "advice": advice_of([view.row.customer_id], now=now)[view.row.customer_id] if view.row.customer_id else [],
        "compensations": compensations_of(case_number=view.row.number),
        "why_no_compensation": why_no_compensation(actor),
        "to_judge": [one for one in view.pieces if one.acceptance == "to_person"],
    }


def _is_claimed(actor: Actor, view: CaseView) -> bool:
    """Tell whether a carrier may have to pay for what a case is about."""
    return view.row.fault == "carrier" and actor.may("logistics.view")


def _options(actor: Actor, view: CaseView) -> list[tuple[str, str, list[Option]]]:
    """List what may be chosen anew for each line of a case: field, goods, options."""
    if view.exchange is None or not view.exchange.may_choose or not actor.may("returns.request"):
        return []
    wants = Counter(piece.line_id for piece in view.pieces if piece.acceptance != "rejected")
    names = {piece.line_id: piece.name for piece in view.pieces}
    found = options_of(
        order_id=view.row.order_id, kind=view.row.kind, reason=view.row.reason, wants=wants, now=moment.now()
    )
    return [(f"instead_{line}", names[line], options) for line, options in found.items()]


def _due(view: CaseView) -> Due | None:
    """Preview the money that is due now; None where nothing is."""
    return due_now_of(view.row.id)


def of_order(actor: Actor, order_id: int) -> dict[str, Any]:
    """Give what an order's page shows of its cases, and why none can be opened now."""
    may = actor.may("returns.view")
    return {
        "order_cases": queries.cases_of_order(order_id) if may else [],
        "may_see_cases": may,
        "why_no_case": why_no_case(actor, order_id) if may else "",
        "case_of_replacement": case_of_replacement(order_id) if may else "",
        "order_compensations": compensations_of(order_ids=[order_id]) if may else [],
        "order_owed": owed_of_order(order_id) if may else [],
        "why_no_compensation": why_no_compensation(actor),
    }


def why_no_compensation(actor: Actor) -> str:
    """Say why nothing can be given to make good; "" where it can."""
    permission = "returns.compensate"
    return "" if actor.may(permission) else str(words.WHY_NOT["permission"]) % {"permission": permission}


def why_no_case(actor: Actor, order_id: int) -> str:
    """Say why no case can be opened about an order; "" where one can."""
    if not actor.may("returns.request"):
        return str(words.WHY_NOT["permission"]) % {"permission": "returns.request"}
    lines = claimable(order_id)
    if not any(line.sent for line in lines):
        return str(words.WHY_NOT["not_sent"])
    return "" if any(line.free for line in lines) else str(words.WHY_NOT["claimed"])
