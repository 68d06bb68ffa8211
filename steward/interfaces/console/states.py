"""How states look and what they are called: grey new, blue in work, amber waiting, green done, red failed."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

Tone = Literal["grey", "blue", "amber", "green", "red"]

STATES: dict[str, tuple[Tone, Any]] = {
    # business states of an order
    "received": ("grey", _("Received")),
    "checked": ("blue", _("Checked")),
    "audit": ("amber", _("To audit")),
    "approved": ("green", _("Approved")),
    "completed": ("green", _("Completed")),
    "cancelled": ("grey", _("Cancelled")),
    # payment
    "unpaid": ("amber", _("Unpaid")),
    "partly_paid": ("amber", _("Partly paid")),
    "paid": ("green", _("Paid")),
    "overpaid": ("amber", _("Overpaid")),
    "refunded": ("grey", _("Refunded")),
    # fulfilment
    "none": ("grey", _("Not started")),
    "reserved": ("blue", _("Reserved")),
    "promised": ("blue", _("Promised")),
    "short": ("red", _("Short of stock")),
    "shipped": ("blue", _("Shipped")),
    "delivered": ("green", _("Delivered")),
    "released": ("grey", _("Released")),
    # imports and jobs
    "waiting": ("amber", _("Waiting")),
    "running": ("blue", _("Running")),
    "done": ("green", _("Done")),
    "failed": ("red", _("Failed")),
    "matched": ("green", _("Matched")),
    "unmatched": ("amber", _("Unmatched")),
    "open": ("amber", _("Open")),
    "resolved": ("green", _("Resolved")),
    # tokens and staff
    "active": ("green", _("Active")),
    "inactive": ("grey", _("Deactivated")),
    "expired": ("grey", _("Expired")),
    "revoked": ("red", _("Revoked")),
}


def look(state: str) -> tuple[Tone, Any]:
    """Return colour and name of a state; an unknown one shows itself in grey."""
    return STATES.get(state, ("grey", state))
