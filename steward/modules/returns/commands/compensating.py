"""Propose compensation: judged by reason, budget, limits and signs; given at once, or once somebody else agrees.

Source: RET-7; docs/decisions/0038.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, money, numbering
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.approvals.commands import Ask, ask_approvals
from steward.modules.payments.queries.wallets import ShopTerms, terms_of_shops
from steward.modules.payments.rules import wallets
from steward.modules.returns.commands import budgets, goodwill_giving
from steward.modules.returns.commands.goodwill_ground import Ground, Wish, ground_of
from steward.modules.returns.events import CompensationProposed
from steward.modules.returns.models import BudgetDraw, Compensation
from steward.modules.returns.rules import compensation as rules

__all__ = ["Receipt", "UnfitGoodwill", "Wish", "propose_compensation", "propose_compensations"]
KIND = SUBJECT = "compensation"
PREFIX, SEQUENCE = "CP", "returns_compensation_id_seq"
MOST_MINOR = 10**15
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('returns.compensation', 0))"


class UnfitGoodwill(errors.Refusal):
    """Refuse a compensation whose kind, amount, reason or subject do not fit each other."""

    code = "unfit_goodwill"
    status = 422
    message = _("%(why)s")


WHY: dict[str, Any] = {
    "kind": _("Choose a coupon, points, money or goods that this reason allows."),
    "amount": _("Name an amount above 0 and its currency; a coupon for a share needs the most it may take off."),
    "range": _("The amount lies outside the range of this reason."),
    "reason": _("Choose a reason that is in use."),
    "subject": _("Name a customer, an order, a case, a ticket or a complaint that exists."),
}


class Receipt(Struct, frozen=True, kw_only=True):
    """What became of a wish: the compensation with its state, or in `refusal` why there is none."""

    id: int | None = None
    number: str = ""
    state: str = ""
    approval_id: int | None = None
    refund_request_id: int | None = None
    refund_numbers: str = ""
    signs: tuple[rules.Sign, ...] = ()
    refusal: errors.Refusal | None = None


@command(needs="returns.compensate")
def propose_compensation(actor: Actor, *, wish: Wish, now: datetime) -> Receipt:
    """Propose one; see `propose_compensations`. Raises: UnfitGoodwill, BudgetSpent."""
    receipt = propose_compensations(actor, wishes=[wish], now=now)[0]
    if receipt.refusal is not None:
        raise receipt.refusal
    return receipt


@command(needs="returns.compensate")
def propose_compensations(actor: Actor, *, wishes: Sequence[Wish], now: datetime) -> list[Receipt]:
    """Propose many, answered in their order; what is refused stands in its receipt, the rest goes on.

    Budgets are reserved first. Nobody has to agree where the role's limit covers it and nothing speaks for a second
    look; else somebody does who had no hand in it. What was given in the same matter counts along, so slices do not
    help. A key counts once. Emits: CompensationProposed, ApprovalAsked, CompensationAdvanced and what giving emits.
    Locks: others who propose (advisory), budgets, then as giving does.
    """
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    ground = ground_of(actor, wishes, now)
    terms = terms_of_shops({ground.shop_of(wish) for wish in wishes})
    receipts: dict[int, Receipt] = {}
    rows: dict[int, Compensation] = {}
    before: dict[int, Counter[str]] = {}
    firsts: dict[str, int] = {}
    for place, wish in enumerate(wishes):
        if wish.key and (done := ground.known.get(wish.key)):
            receipts[place] = _receipt(done)
            continue
        if wish.key and firsts.setdefault(wish.key, place) != place:
            continue  # the same key again in this batch: it is answered like the first
        why = _misfit(wish, ground, terms)
        if why:
            receipts[place] = Receipt(refusal=UnfitGoodwill(why=str(WHY[why])))
            continue
        rows[place] = _row(wish, ground, terms, now)
        before[place] = ground.earlier(wish, rows[place])
    refused, draws = budgets.reserve(list(rows.values()), now.astimezone(ZoneInfo(settings.TIME_ZONE)).date())
    for index, refusal in refused.items():
        receipts[list(rows)[index]] = Receipt(refusal=refusal)
    kept = {place: row for index, (place, row) in enumerate(rows.items()) if index not in refused}
    for row, id_ in zip(kept.values(), numbering.next_ids(SEQUENCE, len(kept)), strict=True):
        row.id, row.number = id_, numbering.number(PREFIX, id_, now)
    _write(actor, list(kept.values()), draws, [_ask(row, ground, before[at]) for at, row in kept.items()], now)
    receipts |= {place: _receipt(row) for place, row in kept.items()}
    return [receipts[place if place in receipts else firsts[wish.key]] for place, wish in enumerate(wishes)]


def _misfit(wish: Wish, ground: Ground, terms: dict[str, ShopTerms]) -> str:
    """Name what does not fit; empty where all does."""
    reason = ground.reasons.get(wish.reason)
    if reason is None:
        return "reason"
    if not ground.exists(wish):
        return "subject"
    if wish.kind not in rules.KINDS or (reason.kinds and wish.kind not in reason.kinds):
        return "kind"
    order = ground.order_of(wish)
    if wish.kind == "points" and order is not None and wish.currency != order.currency:
        return "amount"  # what points cost is counted in the currency of their shop
    amount_minor = _amount(wish, terms[ground.shop_of(wish)])
    coupon = wish.coupon
    is_whole = wish.currency in money.CURRENCIES and 0 < amount_minor <= MOST_MINOR
    if not is_whole or (wish.kind == "coupon") is not (coupon is not None):
        return "amount"
    if coupon is not None and (coupon.currency != wish.currency or not wallets.are_fit(coupon)):
        return "amount"
    fits = rules.is_within(reason.amounts, amount_minor=amount_minor, currency=wish.currency)
    return "" if fits else "range"


def _amount(wish: Wish, terms: ShopTerms) -> int:
    """Tell what a wish costs at most. Units: minor currency units."""
    if wish.kind == "points":
        return wallets.points_minor(wish.points, terms.minor_per_100_points)
    return wallets.worth_minor(wish.coupon) if wish.coupon is not None else wish.amount_minor


def _row(wish: Wish, ground: Ground, terms: dict[str, ShopTerms], now: datetime) -> Compensation:
    shop = ground.shop_of(wish)
    order = ground.order_of(wish)
    case = ground.cases.get(wish.case_number)
    amount_minor = _amount(wish, terms[shop])
    signs = ground.look(wish, amount_minor)
    return Compensation(
        key=wish.key,
        customer_id=ground.customer_of(wish),
        order_id=ground.order_id_of(wish),
        order_number=order.number if order else "",
        shop=shop,
        team=wish.team or ground.team,
        case_id=case.id if case else None,
        ticket_id=wish.ticket_id or (case.ticket_id if case else None),
        complaint=wish.complaint,
        kind=wish.kind,
        reason=ground.reasons[wish.reason],
        words=wish.words.strip()[:300],
        currency=wish.currency,
        amount_minor=amount_minor,
        points=wish.points if wish.kind == "points" else 0,
        terms=msgspec.to_builtins(wish.coupon) if wish.coupon is not None else {},
        state="proposed",
        signs=msgspec.to_builtins(signs),
        proposed_at=now,
        proposed_by=ground.proposer,
        involved=list(wish.involved),
        simulated=wish.simulated or bool(order and order.simulated),
    )


def _write(
    actor: Actor, rows: list[Compensation], draws: list[BudgetDraw], asks: Sequence[Ask | None], now: datetime
) -> None:
    """Write what was accepted, ask who has to agree, tell, and give what nobody has to agree to."""
    if not rows:
        return
    Compensation.objects.bulk_create(rows)
    for draw in draws:
        draw.compensation_id = draw.compensation.id
    BudgetDraw.objects.bulk_create(draws)
    asked = ask_approvals(actor, asks=[one for one in asks if one is not None], now=now)
    answers = iter(asked)
    waiting = []
    for row, ask in zip(rows, asks, strict=True):
        got = next(answers) if ask is not None else None
        if got is not None and got.outcome != "not_needed":
            row.approval_request_id = got.approval_id
            waiting.append(row)
    Compensation.objects.bulk_update(waiting, ["approval_request_id"])
    events.record(actor, [_proposed(row) for row in rows])
    free = [row for row in rows if row.approval_request_id is None]
    if free:
        goodwill_giving.grant(actor, free, now)


def _ask(row: Compensation, ground: Ground, earlier: Counter[str]) -> Ask | None:
    """Say what somebody else has to agree to; None where the role's own limit covers it."""
    before_minor = earlier.pop(row.currency, 0)
    total_minor = before_minor + row.amount_minor
    alone_minor = ground.alone.get(row.currency)
    found = [rules.Sign(one["code"], one["facts"]) for one in row.signs]
    second = rules.needs_second(total_minor=total_minor, alone_minor=alone_minor, found=found, acts=ground.limits.acts)
    is_covered = rules.may_alone(total_minor=total_minor, alone_minor=alone_minor, needs_second_person=second)
    if is_covered and not earlier:
        return None
    return Ask(
        kind=KIND,
        subject_kind=SUBJECT,
        subject_id=row.id,
        number=row.number,
        asked_by=row.proposed_by,
        involved=tuple(row.involved),
        amount_minor=row.amount_minor,
        earlier_minor=before_minor,
        strictest=bool(earlier),
        at_least=int(second),
        currency=row.currency,
        facts={"signs": [one.code for one in found], "complaint": row.complaint, "kind": row.kind},
        reason=row.words,
        simulated=row.simulated,
    )


def _proposed(row: Compensation) -> CompensationProposed:
    return CompensationProposed(
        compensation_id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        order_id=row.order_id,
        case_id=row.case_id,
        ticket_id=row.ticket_id,
        complaint=row.complaint,
        kind=row.kind,
        reason=row.reason.code,
        amount_minor=row.amount_minor,
        currency=row.currency,
        signs=[one["code"] for one in row.signs],
        approval_id=row.approval_request_id,
        simulated=row.simulated,
    )


def _receipt(row: Compensation) -> Receipt:
    return Receipt(
        id=row.id,
        number=row.number,
        state=row.state,
        approval_id=row.approval_request_id,
        refund_request_id=row.refund_request_id,
        refund_numbers=row.refund_numbers,
        signs=tuple(rules.Sign(one["code"], one["facts"]) for one in row.signs),
    )
