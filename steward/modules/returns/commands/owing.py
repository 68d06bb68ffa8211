"""Carry out what refunds owe besides money: points, gift-card money and coupons, once, when the refund is paid."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.rows import write_rows
from steward.modules.orders.queries.money import facts_of
from steward.modules.orders.queries.worth import orders_worth
from steward.modules.payments.commands.coupons import CouponDraft, give_back_coupons
from steward.modules.payments.commands.wallets import Posting, post_wallets
from steward.modules.payments.events import HandoverSettled
from steward.modules.payments.rules import OrderFacts
from steward.modules.payments.rules.wallets import CouponTerms
from steward.modules.returns.events import CaseOwedSettled, CaseRefundSettled
from steward.modules.returns.models import Case, Owed, RefundDue
from steward.modules.returns.rules import owing as rules
from steward.modules.returns.rules.quote import Quote

REFERENCE = "owed:"


def note_owed(
    actor: Actor, row: Case, *, quote: Quote | None, refund: RefundDue | None, key: str, now: datetime
) -> None:
    """Note what a step of a case owes besides money, inside its transaction; without money it is carried out at once.

    `key` names the step. Emits: CaseOwedSettled where it was carried out.
    """
    if quote is None or not (quote.points_back or quote.points_taken or quote.gift_cards_back or quote.coupons_back):
        return
    owed = rules.owed_of(quote, orders_worth([row.order_id])[row.order_id].adjustments)
    rows = Owed.objects.bulk_create(
        [
            Owed(
                case=row,
                refund=refund,
                key=f"{key}:{one.kind}:{one.code}",
                kind=one.kind,
                amount=one.amount,
                code=one.code,
                threshold_minor=one.threshold_minor,
                noted_at=now,
            )
            for one in owed
        ]
    )
    if refund is None or refund.amount_minor == 0:
        _carry_out(actor, [one.id for one in rows], now)


@command(needs="returns.refund")
def follow_settled(actor: Actor, *, settled: Sequence[CaseRefundSettled], now: datetime) -> int:
    """Carry out what belongs to refunds that were paid, and drop what belongs to those that were not.

    A second run finds nothing owed any more. Returns how many were settled. Emits: CaseOwedSettled. Locks: what is
    owed, in id order, then the accounts.
    """
    paid = [one.refund_id for one in settled if one.state == "paid"]
    others = [one.refund_id for one in settled if one.state != "paid"]
    dropped = Owed.objects.filter(refund__in=others, state="owed").update(state="dropped", ended_at=now)
    owed = Owed.objects.filter(refund__in=paid, state="owed").values_list("id", flat=True)
    return dropped + _carry_out(actor, list(owed), now)


@command(needs="returns.refund")
def follow_handovers(actor: Actor, *, settled: Sequence[HandoverSettled], now: datetime) -> int:
    """Let what is owed follow what shops say they handed over. Returns how many moved; a second run moves none.

    Emits: CaseOwedSettled. Locks: what is owed, in id order.
    """
    verdicts = {
        int(one.reference.removeprefix(REFERENCE)): one for one in settled if one.reference.startswith(REFERENCE)
    }
    rows = list(_locked(verdicts, "to_hand_over"))
    for row in rows:
        is_done = verdicts[row.id].state == "handed_over"
        row.state, row.ended_at = rules.next_state(row.state, "carry_out" if is_done else "refuse"), now
        row.moved = row.amount if is_done else 0
    _write(actor, rows)
    return len(rows)


def _locked(ids: Collection[int], state: str) -> Iterable[Owed]:
    rows = Owed.objects.select_for_update(of=("self",)).select_related("case")
    return rows.filter(id__in=list(ids), state=state).order_by("id")


def _carry_out(actor: Actor, ids: Collection[int], now: datetime) -> int:
    """Post points and card money, give coupons again: two batches, each under the references of what is owed."""
    rows = list(_locked(ids, "owed")) if ids else []
    facts = {one.order_id: one for one in facts_of({row.case.order_id for row in rows})} if rows else {}
    giver = dataclasses.replace(actor, permissions=actor.permissions | {"payments.wallets"})
    coupons = [row for row in rows if row.kind == "coupon"]
    money = [row for row in rows if row.kind != "coupon"]
    posted = post_wallets(giver, postings=[_posting(row, facts) for row in money], now=now) if money else []
    given = give_back_coupons(giver, drafts=[_coupon(row, facts) for row in coupons], now=now) if coupons else []
    for row, got in zip(money, posted, strict=True):
        _end(row, got.outcome, got.amount, now)
    for row, issued in zip(coupons, given, strict=True):
        _end(row, issued.outcome, row.amount if issued.coupon_id else 0, now)
    _write(actor, rows)
    return len(rows)


def _end(row: Owed, outcome: str, moved: int, now: datetime) -> None:
    row.state = rules.next_state(row.state, rules.REACHED[outcome])
    if row.state == "carried_out":
        row.moved = moved
    row.ended_at = None if row.state == "to_hand_over" else now


def _posting(row: Owed, facts: Mapping[int, OrderFacts]) -> Posting:
    is_card = row.kind == "card"
    return Posting(
        reference=f"{REFERENCE}{row.id}",
        kind="card" if is_card else "points",
        amount=row.amount,
        customer_id=row.case.customer_id,
        currency=row.case.currency if is_card else "",
        code=row.code if is_card else "",
        shop=row.case.shop,
        cause="refund" if row.amount > 0 else "taking_back",
        number=row.case.number,
        external_number=facts[row.case.order_id].external_number,
        whole=False,
        simulated=row.case.simulated,
    )


def _coupon(row: Owed, facts: Mapping[int, OrderFacts]) -> CouponDraft:
    return CouponDraft(
        reference=f"{REFERENCE}{row.id}",
        customer_id=row.case.customer_id,
        terms=CouponTerms(currency=row.case.currency, amount_minor=row.amount, threshold_minor=row.threshold_minor),
        shop=row.case.shop,
        cause="refund",
        number=row.case.number,
        external_number=facts[row.case.order_id].external_number,
        code=row.code,
        simulated=row.case.simulated,
    )


def _write(actor: Actor, rows: Sequence[Owed]) -> None:
    write_rows(rows, ["state", "moved", "ended_at"])
    settled = [
        CaseOwedSettled(
            case_id=row.case_id,
            number=row.case.number,
            order_id=row.case.order_id,
            ticket_id=row.case.ticket_id,
            owed_id=row.id,
            kind=row.kind,
            state=row.state,
            amount=row.amount,
            moved=row.moved,
            simulated=row.case.simulated,
        )
        for row in rows
    ]
    events.record(actor, settled)
