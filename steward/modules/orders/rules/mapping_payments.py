"""Read payments and refunds as a source reports them."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from steward.modules.orders.rules.drafts import PaymentDraft
from steward.modules.orders.rules.mapping_outcome import rounded
from steward.modules.orders.rules.mapping_plan import Plan

LONGEST_CODE = 80


def payments_of(value: dict[str, Any], plan: Plan, total: int | None) -> tuple[list[PaymentDraft], list[PaymentDraft]]:
    """Read what was paid and what was refunded.

    A time of payment without an amount is a payment of the total. A refund proves a payment; where the source gives no
    time of it, the earliest it can have been stands in: the payment's for the refund, the order's for the payment.
    """
    paid, refund = rounded(value["paid"]), rounded(value["refund"])
    paid_at = value["paid_at"]
    if plan.rules.paid_is_net_of_refunds and (paid_at or paid):
        paid += refund
    if paid_at and "paid" not in plan.mapped:
        paid = total or 0
    paid = max(paid, refund)
    if not paid:
        return [], []
    at = paid_at or value["placed_at"]
    name = value["payment_transaction"] or f"{plan.shop}:{value['external_number']}"
    return (
        [_payment(name, "paid", paid, at, value, plan)],
        [_payment(name, "refund", refund, value["refunded_at"] or at, value, plan)] if refund else [],
    )


def _payment(name: str, kind: str, minor: int, at: datetime, value: dict[str, Any], plan: Plan) -> PaymentDraft:
    own = value["payment_transaction"] if kind == "paid" else ""
    return PaymentDraft(
        transaction=own or _code(f"{name}:{kind}"),
        amount_minor=minor,
        paid_at=at,
        provider=value["payment_provider"] or plan.code[:40],
        method=value["payment_method"],
    )


def _code(name: str) -> str:
    """Shorten a name that is too long for a code without losing its being the only one."""
    if len(name) <= LONGEST_CODE:
        return name
    return f"{name[:40]}:{hashlib.sha256(name.encode()).hexdigest()[:32]}"
