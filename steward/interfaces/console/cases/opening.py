"""Open a case from an order or a ticket: the pieces are chosen already, so it takes two clicks."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.cases.acting import insteads_of
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment
from steward.modules.messaging.rules.channels import Part
from steward.modules.orders.queries.returning import OrderBought, orders_bought
from steward.modules.returns.commands import photos
from steward.modules.returns.commands.previewing import Option, options_of
from steward.modules.returns.commands.requesting import CaseDraft, Want, open_cases
from steward.modules.returns.queries import words
from steward.modules.returns.queries.claimable import Claimable, claimable
from steward.modules.returns.queries.policies import reasons
from steward.modules.returns.queries.repair_words import warranty_words
from steward.modules.returns.queries.verdicts import Ask, verdicts
from steward.modules.returns.queries.warranties import PieceSold, warranties

MOST_FILES = 9


@needs("returns.request")
def case_new(request: StaffRequest) -> HttpResponse:
    """Show what may be claimed of an order, or open the case."""
    order = _order(request)
    lines = claimable(order.id)
    if request.method == "POST":
        return _open(request, order, lines)
    reason = request.GET.get("reason", "") or "no_reason"
    facts = {
        "order": order,
        "lines": lines,
        "ticket": request.GET.get("ticket", ""),
        "tree": reasons(get_language() or "zh-hans"),
        "reason": reason,
        "kinds": _kinds(order, lines, reason),
        "warranties": _warranties(lines),
        "why_not": _why_not(lines),
        "kind": _kind(request.GET.get("kind", "")),
        "options": _options(order, lines, reason),
        "may_decide": request.actor.may("returns.decide"),
    }
    return render(request, "console/cases/new.html", facts)


def _order(request: StaffRequest) -> OrderBought:
    """Find the order a case is to be about. Raises: NotFound, also for a shop the person may not see."""
    number = request.GET.get("order", "") or request.POST.get("order", "")
    found = orders_bought(numbers=[number.strip().upper()])
    if not found or not request.actor.covers(found[0].shop):
        raise errors.NotFound(key=number[:40])
    return found[0]


def _kinds(order: OrderBought, lines: list[Claimable], reason: str) -> list[tuple[str, Any, str]]:
    """Ask the policy which solutions there are: code, name, and why it is not offered."""
    free = [line for line in lines if line.free][:1]
    asks = [
        Ask(order_id=order.id, line_id=line.line_id, kind=kind, reason=reason, pictures=MOST_FILES, videos=MOST_FILES)
        for line in free
        for kind in words.KINDS
    ]
    said = verdicts(asks, now=moment.now()) if asks else []
    return [
        (ask.kind, words.KINDS[ask.kind], words.refusal_words(one.why, one.params) if not one.eligible else "")
        for ask, one in zip(asks, said, strict=True)
    ]


def _warranties(lines: list[Claimable]) -> list[tuple[Claimable, str]]:
    """Say of each line whether its pieces are within their warranty."""
    found = warranties([PieceSold(line.line_id) for line in lines], now=moment.now())
    return [(line, warranty_words(one.why, one.until)) for line, one in zip(lines, found, strict=True)]


def _kind(typed: str) -> str:
    return typed if typed in words.KINDS else "return_refund"


def _options(order: OrderBought, lines: list[Claimable], reason: str) -> list[tuple[Claimable, list[Option]]]:
    """List what may be sent in the place of goods of each line, with its price and what is there."""
    wants = {line.line_id: line.free for line in lines if line.free}
    found = options_of(order_id=order.id, kind="exchange", reason=reason, wants=wants, now=moment.now())
    return [(line, found[line.line_id]) for line in lines if len(found.get(line.line_id, [])) > 1]


def _why_not(lines: list[Claimable]) -> str:
    if not any(line.sent for line in lines):
        return str(words.WHY_NOT["not_sent"])
    return "" if any(line.free for line in lines) else str(words.WHY_NOT["claimed"])


def _open(request: StaffRequest, order: OrderBought, lines: list[Claimable]) -> HttpResponse:
    post = request.POST
    wants = tuple(
        Want(line.line_id, units) for line in lines if (units := row_number(post.get(f"line_{line.line_id}", "")) or 0)
    )
    uploads = [one for one in request.FILES.getlist("files") if one.size][:MOST_FILES]
    parts = [Part(one.name or "", one.read()) for one in uploads]
    swaps = insteads_of(post, {one.line_id: one.quantity for one in wants}) if post.get("kind") == "exchange" else []
    draft = CaseDraft(
        order_number=order.number,
        kind=post.get("kind", ""),
        reason=post.get("reason", ""),
        wants=wants,
        source="desk",
        words=post.get("words", "")[:2000],
        attachment_ids=tuple(photos.keep_photos(request.actor, parts=parts, now=moment.now())),
        ticket_id=row_number(post.get("ticket", "")),
        opened={"yes": True, "no": False}.get(post.get("opened", "")),
        instead=tuple(swaps),
        despite=post.get("despite", "").strip()[:400],
    )
    receipt = open_cases(request.actor, drafts=[draft], now=moment.now())[0]
    if receipt.refusal is not None:
        again = request.get_full_path() if request.GET else f"{reverse('case_new')}?order={order.number}"
        return say(request, words.refusal_words(receipt.refusal.code, receipt.refusal.params), tone="danger", to=again)
    said = (
        _("The case is open and granted.") if receipt.state == "approved" else _("The case is open. Somebody decides.")
    )
    return say(request, said, to=reverse("case", args=[receipt.number]))
