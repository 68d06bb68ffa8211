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
