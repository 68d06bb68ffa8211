"""Give what was granted: coupons, points, money by the way it came, or as credit; a person does what nobody books."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from steward.kernel.actor import Actor, system
from steward.modules.approvals import queries as approvals
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments import queries as payments
from steward.modules.payments.commands import RefundWant, request_refund
from steward.modules.payments.commands.coupons import CouponDraft, issue_coupons
from steward.modules.payments.commands.wallets import Posting, post_wallets
from steward.modules.payments.rules import OrderFacts
from steward.modules.payments.rules.wallets import CouponTerms
from steward.modules.returns.commands.goodwill_moving import advance
from steward.modules.returns.models import Compensation

REFERENCE = "goodwill:"
SYSTEM = system("returns")
DONE = ("posted", "again", "issued")


def grant(actor: Actor, rows: Sequence[Compensation], now: datetime) -> None:
    """Grant locked rows and give them: coupons and points in a batch each, money refund by refund.

    A step of the caller's command. Money goes back to where it came from while the order's payments cover it, else it
    becomes credit. Emits: CompensationAdvanced, RefundRequested, CouponIssued, WalletMoved, HandoverAsked. Locks: the
    money of the orders' families, accounts.
    """
    facts = {one.order_id: one for one in facts_of({row.order_id for row in rows if row.order_id})} if rows else {}
    for row in rows:
        if row.kind == "money" and _is_refundable(row):
            _refund(row, facts[row.order_id or 0], now)
    advance(actor, rows, "grant", now)
    rest = [row for row in rows if row.refund_request_id is None]
    coupons = [row for row in rest if row.kind == "coupon"]
    booked = [row for row in rest if row.kind in ("points", "money")]
    giver = dataclasses.replace(actor, permissions=actor.permissions | {"payments.wallets"})
    issued = issue_coupons(giver, drafts=[_coupon(row, facts) for row in coupons], now=now) if coupons else []
    posted = post_wallets(giver, postings=[_posting(row, facts) for row in booked], now=now) if booked else []
    outcomes = [
        *((row, got.outcome, got.coupon_id, got.handover_id) for row, got in zip(coupons, issued, strict=True)),
        *((row, got.outcome, None, got.handover_id) for row, got in zip(booked, posted, strict=True)),
    ]
    for row, outcome, coupon_id, handover_id in outcomes:
        row.coupon_id, row.handover_id = coupon_id, handover_id
        row.given_minor = row.amount_minor if outcome in DONE else 0
    waiting = [row for row, *_rest in outcomes if not row.given_minor and row.handover_id]
    Compensation.objects.bulk_update(waiting, ["handover_id"])
    advance(actor, [row for row, *_rest in outcomes if row.given_minor], "give", now)


def _is_refundable(row: Compensation) -> bool:
    return row.order_id is not None and payments.left_to_refund(row.order_id, row.currency) >= row.amount_minor


def _refund(row: Compensation, order: OrderFacts, now: datetime) -> None:
    """Ask for the money back in the name of who proposed it; nobody who had a hand in it agrees to it."""
    asked = approvals.approval(row.approval_request_id) if row.approval_request_id else None
    want = RefundWant(
        order=order,
        cause="goodwill",
        currency=row.currency,
        amount_minor=row.amount_minor,
        reason=f"{row.complaint or row.number} {row.words}".strip()[:200],
        asked_by=row.proposed_by,
        involved=tuple({*row.involved, *(asked.involved if asked else ())}),
    )
    receipt = request_refund(SYSTEM, want=want, now=now)
    row.refund_request_id, row.refund_numbers = receipt.request_id, ", ".join(receipt.numbers)[:300]


def _coupon(row: Compensation, facts: Mapping[int, OrderFacts]) -> CouponDraft:
    order = facts.get(row.order_id or 0)
    return CouponDraft(
        reference=f"{REFERENCE}{row.id}",
        customer_id=row.customer_id,
        terms=msgspec.convert(row.terms, CouponTerms),
        shop=row.shop,
        cause="compensation",
        number=row.number,
        external_number=order.external_number if order else "",
        simulated=row.simulated,
    )


def _posting(row: Compensation, facts: Mapping[int, OrderFacts]) -> Posting:
    order = facts.get(row.order_id or 0)
    is_points = row.kind == "points"
    return Posting(
        reference=f"{REFERENCE}{row.id}",
        kind="points" if is_points else "credit",
        amount=row.points if is_points else row.amount_minor,
        customer_id=row.customer_id,
        currency="" if is_points else row.currency,
        shop=row.shop,
        cause="compensation",
        number=row.number,
        external_number=order.external_number if order else "",
        simulated=row.simulated,
    )
