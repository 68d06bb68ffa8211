"""What customers announce."""

from __future__ import annotations

from steward.kernel.events import Event


class CustomerErased(Event, frozen=True, kw_only=True):
    """A person's key was destroyed: nothing sealed with it can be read any more."""

    KIND = "customers.customer_erased"
    SUBJECT = "customer"
    customer_id: int
    reason: str


class CustomerRevealed(Event, frozen=True, kw_only=True):
    """Somebody looked at a customer's data in clear."""

    KIND = "customers.customer_revealed"
    SUBJECT = "customer"
    customer_id: int
    reason: str


class AccountSet(Event, frozen=True, kw_only=True):
    """A buyer may pay later from now on, or on other terms than before (0: none). Units: minor units of `currency`."""

    KIND = "customers.account_set"
    SUBJECT = "customer"
    customer_id: int
    currency: str
    limit_minor: int
    days: int
    limit_before_minor: int
    days_before: int
    reason: str


class AccountEnded(Event, frozen=True, kw_only=True):
    """A buyer's terms were taken back: new orders are paid before they go on."""

    KIND = "customers.account_ended"
    SUBJECT = "customer"
    customer_id: int
    currency: str
    reason: str
