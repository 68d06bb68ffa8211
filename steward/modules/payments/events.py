"""What payments announce."""

from __future__ import annotations

from datetime import datetime

from steward.kernel.events import Event


class PaymentRecorded(Event, frozen=True, kw_only=True):
    """Money moved for an order: a new entry of the ledger. Units: minor units of the entry's own currency."""

    KIND = "payments.payment_recorded"
    SUBJECT = "order"
    order_id: int
    entry_id: int
    direction: str
    provider: str
    transaction: str
    amount_minor: int
    currency: str
    happened_at: datetime


class PaymentMismatched(Event, frozen=True, kw_only=True):
    """A provider reported money that is not what the order expects; it is in the ledger and needs a look.

    `reason` is currency_differs, amount_below_open, amount_above_open or refund_above_paid.
    """

    KIND = "payments.payment_mismatched"
    SUBJECT = "order"
    order_id: int
    entry_id: int
    reason: str
    amount_minor: int
    currency: str
    expected_minor: int
    expected_currency: str


class ProviderRegistered(Event, frozen=True, kw_only=True):
    """A payment provider may call back from now on, or its secret was replaced."""

    KIND = "payments.provider_registered"
    SUBJECT = "provider"
    provider_id: int
    code: str
    name: str
    replaced: bool
