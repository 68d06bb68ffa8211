"""The words people read for an order's states, sources, causes, steps and actors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

STATES: dict[str, Any] = {
    "received": gettext_lazy("To complete"),
    "checked": gettext_lazy("To be paid"),
    "audit": gettext_lazy("To audit"),
    "approved": gettext_lazy("Approved"),
    "completed": gettext_lazy("Completed"),
    "cancelled": gettext_lazy("Cancelled"),
}
PAYMENT_STATES: dict[str, Any] = {
    "unpaid": gettext_lazy("Unpaid"),
    "partly_paid": gettext_lazy("Partly paid"),
    "paid": gettext_lazy("Paid"),
    "overpaid": gettext_lazy("Overpaid"),
    "refunding": gettext_lazy("Being refunded"),
    "partly_refunded": gettext_lazy("Partly refunded"),
    "refunded": gettext_lazy("Refunded"),
}
FULFILMENT_STATES: dict[str, Any] = {
    "none": pgettext_lazy("fulfilment state", "No stock needed"),
    "promised": pgettext_lazy("fulfilment state", "Stock promised"),
    "short": gettext_lazy("Short of stock"),
    "released": pgettext_lazy("fulfilment state", "Stock given back"),
    "allocated": pgettext_lazy("fulfilment state", "Stock set aside"),
    "partly_shipped": pgettext_lazy("fulfilment state", "Shipped in part"),
    "shipped": pgettext_lazy("fulfilment state", "Shipped"),
    "delivered": pgettext_lazy("fulfilment state", "Delivered"),
}
PRIORITIES: dict[str, Any] = {
    "low": pgettext_lazy("priority", "Low"),
    "normal": pgettext_lazy("priority", "Normal"),
    "urgent": pgettext_lazy("priority", "Urgent"),
}
# Where the goods of an order are; timelines tell it, and logistics, which lies above, uses the same words.
SHIPMENT_STATES: dict[str, Any] = {
    "planned": pgettext_lazy("shipment", "To pick"),
    "picking": pgettext_lazy("shipment", "Being picked"),
    "packed": pgettext_lazy("shipment", "Packed"),
    "handed_over": pgettext_lazy("shipment", "Handed over"),
    "in_transit": pgettext_lazy("shipment", "On its way"),
    "out_for_delivery": pgettext_lazy("shipment", "Out for delivery"),
    "delivered": pgettext_lazy("shipment", "Delivered"),
    "failed_attempt": pgettext_lazy("shipment", "Delivery failed"),
    "returned": pgettext_lazy("shipment", "Came back"),
    "lost": pgettext_lazy("shipment", "Lost"),
    "damaged": pgettext_lazy("shipment", "Damaged"),
    "cancelled": pgettext_lazy("shipment", "Called off"),
}
# How far an order has got that stands for goods of another.
REPLACED: dict[str, Any] = {
    "open": pgettext_lazy("replacement", "its goods are set aside."),
    "shrink": pgettext_lazy("replacement", "some of it is not sent after all."),
    "let_go": pgettext_lazy("replacement", "it goes its way."),
    "charge": pgettext_lazy("replacement", "what should pay for it did not come back, so it is to be paid."),
}
SOURCES: dict[str, Any] = {
    "api": pgettext_lazy("order source", "Interface"),
    "bulk": pgettext_lazy("order source", "Bulk interface"),
    "file": pgettext_lazy("order source", "File"),
    "folder": pgettext_lazy("order source", "Watched folder"),
    "form": pgettext_lazy("order source", "Entered by hand"),
    "sample": pgettext_lazy("order source", "Sample data"),
    "exchange": pgettext_lazy("order source", "After-sales"),
}
STEPS: dict[str, Any] = {
    "received": pgettext_lazy("order step", "Intake"),
    "checked": pgettext_lazy("order step", "Check"),
    "paid": pgettext_lazy("order step", "Payment"),
    "audit": pgettext_lazy("order step", "Audit"),
    "approved": pgettext_lazy("order step", "Approval"),
    "allocated": pgettext_lazy("order step", "Allocation"),
    "shipped": pgettext_lazy("order step", "Shipping"),
    "delivered": pgettext_lazy("order step", "Delivery"),
}
# Why a built-in step stays where it is.
STEP_LOGIC: dict[str, Any] = {
    "received": gettext_lazy("It is where every order begins."),
    "checked": gettext_lazy("It comes after intake: only what came in can be checked."),
    "paid": gettext_lazy("It comes after the check: nobody is asked for money before the order stands."),
    "audit": gettext_lazy("It comes after the payment: the audit compares order and money."),
    "approved": gettext_lazy("It comes after the audit, which it is the result of."),
    "allocated": gettext_lazy("It comes after the approval: only what is approved is set aside."),
    "shipped": gettext_lazy("It comes after the allocation, which says where the goods lie."),
    "delivered": gettext_lazy("It comes after shipping."),
}
HINDRANCES: dict[str, Any] = {
    "do_step": gettext_lazy("Somebody has to do this step; the order waits for it."),
    "mend_findings": gettext_lazy("Findings wait to be mended or accepted."),
    "wait_for_stock": gettext_lazy("Stock is short; the order moves on by itself as soon as goods arrive."),
    "wait_for_payment": gettext_lazy("Waiting for the customer's payment; it moves on by itself once paid."),
    "audit_due": gettext_lazy("Somebody has to look at it and approve it."),
    "hand_over": gettext_lazy("Ready to be handed to the warehouse."),
    "to_ship": gettext_lazy("The warehouse picks and packs it."),
    "on_its_way": gettext_lazy("The goods are on their way to the customer."),
    "ended": gettext_lazy("Nothing is left to do."),
}
STORAGE: dict[str, Any] = {
    "ambient": gettext_lazy("ambient"),
    "chilled": gettext_lazy("chilled"),
    "frozen": gettext_lazy("frozen"),
    "hazardous": gettext_lazy("hazardous"),
}
OFFER_STATES: dict[str, Any] = {
    "open": pgettext_lazy("offer", "Waits for an answer"),
    "answered": pgettext_lazy("offer", "Answered"),
    "expired": pgettext_lazy("offer", "Not answered in time"),
    "withdrawn": pgettext_lazy("offer", "Taken back"),
}
OFFER_ANSWERS: dict[str, Any] = {
    "wait": pgettext_lazy("answer to an offer", "wait for the goods"),
    "substitute": pgettext_lazy("answer to an offer", "take a substitute"),
    "partial": pgettext_lazy("answer to an offer", "get what is there"),
    "split": pgettext_lazy("answer to an offer", "get what is there, the rest later"),
    "cancel": pgettext_lazy("answer to an offer", "cancel the order"),
}
RESOLUTIONS: dict[str, Any] = {
    "mended": gettext_lazy("mended"),
    "accepted": gettext_lazy("accepted as it is"),
    "obsolete": gettext_lazy("no longer the case"),
}
ROLES: dict[str, Any] = {
    "order_clerk": gettext_lazy("Order clerk"),
    "order_checker": gettext_lazy("Order checker"),
    "customer": gettext_lazy("Customer"),
    "warehouse": gettext_lazy("Warehouse"),
    "customer_service": gettext_lazy("Customer service"),
    "after_sales_manager": gettext_lazy("After-sales manager"),
    "finance": gettext_lazy("Finance"),
    "supervisor": gettext_lazy("Supervisor"),
    "logistics_coordinator": gettext_lazy("Logistics coordinator"),
    "system": gettext_lazy("Steward (automatic)"),
    "carrier": gettext_lazy("Carrier"),
}


def word(table: Mapping[str, Any], code: str) -> str:
    """Return the word of a code in the reader's language; an unknown code is written readably."""
    return str(table[code]) if code in table else readable(code)


def readable(code: str) -> str:
    """Write a code that has no word yet as plain text."""
    return code.replace("_", " ").replace(".", " · ")


def cancel_cause(code: str) -> str:
    """Return the words of why an order was cancelled."""
    causes = {
        "unpaid": _("Not paid in time"),
        "customer": _("The customer asked for it"),
        "short_of_stock": _("Out of stock"),
        "duplicate": _("Entered twice"),
        "fraud": _("Suspected fraud"),
        "refunded_at_source": _("Refunded by the sales channel before it came in"),
        "cancelled_at_source": _("Cancelled by the sales channel"),
        "merged": _("Went into another order"),
        "other": _("Another reason"),
    }
    return causes.get(code, readable(code)) if code else ""


def actor_name(actor: str, names: dict[int, str] | None = None) -> str:
    """Write who acted: a person's name, a program's token, or the part of the system."""
    kind, _colon, rest = actor.partition(":")
    if kind in ("person", "staff") and rest.isdigit():
        return (names or {}).get(int(rest), _("Staff member %(id)s") % {"id": rest})
    if kind == "token":
        return _("Program (token %(id)s)") % {"id": rest}
    if kind == "system":
        return _("Steward (automatic)")
    return actor


_AXES: dict[str, dict[str, Any]] = {
    "state": STATES,
    "payment_state": PAYMENT_STATES,
    "fulfilment_state": FULFILMENT_STATES,
    "source": SOURCES,
    "shipment_state": SHIPMENT_STATES,
}


def shown(field: str, value: Any) -> str:
    """Write one side of a change: states in words, nothing as a dash; what is sealed stays sealed."""
    if value is None or value == "":
        return "–"
    if field in _AXES and isinstance(value, str):
        return word(_AXES[field], value)
    return str(value)


UNMATCHED: dict[str, Any] = {
    "no_earlier_order": gettext_lazy("No earlier order of this buyer holds the item."),
    "quantity_exceeds": gettext_lazy("More is cancelled than is left of the ordered quantity."),
    "unknown_item": gettext_lazy("The item is not in the catalogue."),
    "no_buyer": gettext_lazy("The document names no buyer."),
}
