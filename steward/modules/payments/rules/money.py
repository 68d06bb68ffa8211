"""What money that moved means for an order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from steward.kernel import money

PaymentState = Literal["unpaid", "partly_paid", "paid", "overpaid", "refunding", "partly_refunded", "refunded"]
Direction = Literal["payment", "refund"]
LONGEST_TRANSACTION = 120
LONGEST_PROVIDER = 40


class PaymentEntryDraft(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of money to be recorded. `transaction` is unique per provider and direction. Units: minor."""

    order_id: int
    amount_minor: int
    currency: str
    provider: str
    transaction: str
    happened_at: datetime
    direction: Direction = "payment"
    method: str = ""
    simulated: bool = False


class OrderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What payments must know of an order; the caller, who knows orders, gives it.

    `family` names the orders that were one with it before it was split: what they were given back counts with it.
    """

    order_id: int
    number: str
    total_minor: int
    currency: str
    shop: str = ""
    external_number: str = ""
    simulated: bool = False
    family: tuple[int, ...] = ()


def payment_state(*, total_minor: int, paid_minor: int, refunded_minor: int, claimed_minor: int = 0) -> PaymentState:
    """Tell how an order is paid. Refunds come first: money given back never looks like a debt of the customer.

    A refund of money above the total leaves the order paid; an order of total 0 is paid. `claimed_minor` is on its way
    back: while that is all that is left, the order is being refunded. Units: minor currency units.
    """
    if claimed_minor > 0 and paid_minor - refunded_minor <= claimed_minor:
        return "refunding"
    if refunded_minor > 0 and paid_minor - refunded_minor < total_minor:
        return "refunded" if refunded_minor >= paid_minor else "partly_refunded"
    if paid_minor - refunded_minor > total_minor:
        return "overpaid"
    if paid_minor >= total_minor:
        return "paid"
    return "partly_paid" if paid_minor > 0 else "unpaid"


def entry_fault(entry: PaymentEntryDraft) -> str:
    """Name why an entry cannot be recorded, or return an empty text."""
    if entry.amount_minor <= 0:
        return "amount_not_positive"
    if entry.currency not in money.CURRENCIES:
        return "currency_unknown"
    if not 0 < len(entry.transaction) <= LONGEST_TRANSACTION:
        return "transaction_missing_or_long"
    if len(entry.provider) > LONGEST_PROVIDER:
        return "provider_too_long"
    return ""


def totals(entries: Iterable[tuple[str, str, int]], currency: str) -> tuple[int, int]:
    """Sum (direction, currency, amount) entries to (paid, refunded) in one currency; other currencies never count.

    Units: minor currency units.
    """
    sums = {"payment": 0, "refund": 0}
    for direction, entry_currency, amount_minor in entries:
        if entry_currency == currency:
            sums[direction] += amount_minor
    return sums["payment"], sums["refund"]


def mismatch(
    *, direction: Direction, amount_minor: int, currency: str, order: OrderFacts, paid_minor: int, refunded_minor: int
) -> str:
    """Name how a reported movement differs from what the order expects, or return an empty text.

    `paid_minor` and `refunded_minor` stand before the movement. A part payment differs too: nobody should take it for
    the whole. A refund is expected up to what is paid.
    """
    if currency != order.currency:
        return "currency_differs"
    if direction == "refund":
        return "refund_above_paid" if refunded_minor + amount_minor > paid_minor else ""
    open_minor = order.total_minor - (paid_minor - refunded_minor)
    if amount_minor == open_minor:
        return ""
    return "amount_below_open" if amount_minor < open_minor else "amount_above_open"
