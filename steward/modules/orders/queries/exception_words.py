"""The words people read for exceptions: what was seen, what to do, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from steward.modules.orders.queries import words

DETECTORS: Mapping[str, Any] = {
    "stuck": _("Stuck in one state"),
    "paid_not_approved": _("Paid but not approved"),
    "stock_lost": _("Goods lost after they were promised"),
    "price_changed": _("Price changed after entry"),
    "duplicate": _("Probably ordered twice"),
    "payment_trouble": _("Trouble with the payment"),
    "address_trouble": _("Paid, but the address does not work"),
    "change_request": _("The customer asks for a change"),
    "late_twice": _("Time limits missed again"),
    "unmatched_callback": _("Payment reported for an unknown order"),
    "unmatched_cancellation": _("Cancellation without an order"),
    "cancelled_late": _("The channel cancelled after approval"),
    "not_picked_up": _("Packed but not picked up"),
    "parcel_stuck": _("Parcel does not move"),
    "delivery_late": _("Delivery later than promised"),
    "delivery_failed": _("Delivery failed"),
    "parcel_lost": _("Parcel lost"),
    "not_allocated": _("Goods missing after approval"),
    "parcel_damaged": _("Parcel damaged"),
}
WHAT_TO_DO: Mapping[str, Any] = {
    "stuck": _("Find out what it waits for: mend it, ask the customer, or cancel it."),
    "paid_not_approved": _("The customer has paid and waits. Audit it now, or say what is missing and get it."),
    "stock_lost": _(
        "Look for goods in other warehouses; else offer the customer to wait, another item, or the money back."
    ),
    "price_changed": _(
        "Compare both prices with the channel. The customer pays what they agreed to; tell them otherwise."
    ),
    "duplicate": _("Ask the customer whether both are wanted, and cancel the one that is not."),
    "payment_trouble": _("Compare with the provider's own record, then settle it on the payment or refund page."),
    "address_trouble": _("Call the customer for the right address and mend the order."),
    "change_request": _("Do what is still possible, tell the customer what is not and why."),
    "late_twice": _(
        "Somebody has to take this order by the hand: see what holds it up and stay with it until it moves."
    ),
    "unmatched_callback": _("Ask the provider which order it belongs to; take the order in, or send the money back."),
    "unmatched_cancellation": _("Find the order the document means, or ask the channel to correct it."),
    "cancelled_late": _("Stop the parcel if it has not left; else agree with the customer on a return."),
    "not_picked_up": _("Call the carrier and have the parcel picked up today, or hand it to another one."),
    "parcel_stuck": _("Ask the carrier where it is. The customer has been told; say more as soon as you know more."),
    "delivery_late": _("Hurry the carrier and agree a new day with the customer, who has been told of the delay."),
    "delivery_failed": _("Call the customer: right address, right time? Then have it delivered again."),
    "not_allocated": _(
        "See on the order why each warehouse was rejected: move or buy goods, or ask the customer what they want."
    ),
    "parcel_lost": _("Send the goods again or give the money back, and claim the loss from the carrier."),
    "parcel_damaged": _("Ask the customer for pictures, send anew or pay back, and claim the damage from the carrier."),
}
STATES: dict[str, Any] = {
    "muted": pgettext_lazy("exception", "Muted"),
    "open": pgettext_lazy("exception", "Open"),
    "in_work": pgettext_lazy("exception", "In work"),
    "solved": pgettext_lazy("exception", "Solved"),
    "dismissed": pgettext_lazy("exception", "Dismissed"),
}
SEVERITIES: dict[str, Any] = {
    "normal": pgettext_lazy("severity", "Normal"),
    "high": pgettext_lazy("severity", "High"),
    "urgent": pgettext_lazy("severity", "Urgent"),
}
OUTCOMES: dict[str, Any] = {
    "order_mended": _("Order mended"),
    "goods_found": _("Goods found"),
    "money_settled": _("Money settled"),
    "customer_agreed": _("Agreed with the customer"),
    "order_cancelled": _("Order cancelled"),
    "nothing_needed": _("Nothing needed to be done"),
    "false_alarm": _("False alarm"),
    "gone": _("The fact was gone by itself"),
}
LIMITS: dict[str, Any] = {
    "received_s": _("To complete for longer than"),
    "checked_s": _("To be paid for longer than"),
    "audit_s": _("To audit for longer than"),
    "after_s": _("After"),
    "within_s": _("Orders within"),
    "recent_s": _("Only of the last"),
    "percent": _("From a change of (%)"),
    "times": _("From so many times on"),
}
NOTES: dict[str, Any] = {
    "assigned": _("Taken on"),
    "noted": _("Note"),
    "caused": _("Cause named"),
    "solved": _("Solved"),
    "dismissed": _("Dismissed"),
    "reopened": _("Opened again"),
    "muted": _("Muted"),
    "unmuted": _("No longer muted"),
    "gone": _("Closed itself: the fact was gone"),
    "escalated": _("Handed on"),
}
NO_CAUSE = _("No cause named yet")
LATE_CAUSES: dict[str, Any] = {
    "waited_for_customer": _("Waited for the customer"),
    "waited_for_stock": _("Waited for goods"),
    "waited_for_payment": _("Waited for the payment"),
    "too_much_work": _("More work than hands"),
    "nobody_there": _("Nobody was on duty"),
    "hard_to_judge": _("Hard to judge, somebody had to be asked"),
    "overlooked": _("Overlooked"),
    "system_down": _("The system did not work"),
    "by_itself": _("Passed late by itself"),
    "other": _("Another reason"),
}
AUDIT_REASONS: dict[str, Any] = {
    "open_errors": _("Findings are open"),
    "open_warnings": _("Warnings are open"),
    "conflict": _("It came again with other content"),
    "entered_by_hand": _("Entered by hand, not checked by another person"),
    "amounts_mended": _("Somebody changed its amounts"),
    "money_differs": _("The money is not what the order expects"),
    "no_limit": _("No limit is set for this currency"),
    "held_by_screening": _("Held by screening"),
    "awaits_verification": _("Another person has to check the entry"),
    "above_limit": _("Its total is above the limit"),
    "credit_poor": _("The buyer left many orders unpaid or refused"),
    "credit_abused": _("An order of this buyer was fraud"),
    "above_credit": _("The buyer would owe more than the limit"),
    "invoice_overdue": _("The buyer has an invoice overdue"),
}
GRADES: dict[str, Any] = {
    "new": pgettext_lazy("credit", "New buyer"),
    "ordinary": pgettext_lazy("credit", "Ordinary buyer"),
    "trusted": pgettext_lazy("credit", "Trusted buyer"),
    "poor": pgettext_lazy("credit", "Poor credit"),
    "abused": pgettext_lazy("credit", "Abused our trust"),
}
SHORT: dict[str, Any] = {
    "short": _("Short of stock"),
    "released": pgettext_lazy("fulfilment state", "Stock given back"),
    "partly_shipped": pgettext_lazy("fulfilment state", "Shipped in part"),
}
TROUBLES: dict[str, Any] = {
    "mismatch": _("The payment is not what the order expects."),
    "refund_failed": _("The refund %(number)s failed."),
    "refund_stuck": _("The refund %(number)s is taking longer than it should."),
    "refund_disputed": _("The provider reports another amount for the refund %(number)s."),
}


def detector_label(code: str) -> str:
    """Name a detector in the reader's language."""
    return words.word(dict(DETECTORS), code)


def seen(code: str, facts: Mapping[str, Any]) -> str:
    """Say in one sentence what was seen."""
    known = {name: str(value) for name, value in facts.items()}
    match code:
        case "stuck":
            return gettext("It stays at “%(state)s”.") % {"state": words.word(words.STATES, known.get("state", ""))}
        case "paid_not_approved":
            state = words.word(words.STATES, known.get("state", ""))
            return gettext("Paid, and still at “%(state)s”.") % {"state": state}
        case "stock_lost":
            return words.word(SHORT, known.get("stock", ""))
        case "not_allocated":
            return gettext("No warehouse, and no set of them, can serve the whole order.")
        case "duplicate":
            return gettext("Same buyer, goods and total as %(twin)s.") % {"twin": known.get("twin", "")}
        case "payment_trouble":
            return words.word(TROUBLES, known.get("trouble", "")) % {"number": known.get("number", "")}
        case "change_request":
            return known.get("wish", "")
        case "late_twice":
            return gettext("%(count)s time limits were missed.") % {"count": known.get("count", "")}
        case "unmatched_callback":
            return gettext("The provider calls the order %(number)s.") % {"number": known.get("number", "")}
        case "unmatched_cancellation":
            reason = words.word(words.UNMATCHED, known.get("reason", ""))
            return gettext("Document %(document)s: %(reason)s") % {
                "document": known.get("document", ""),
                "reason": reason,
            }
        case "cancelled_late":
            return gettext("%(quantity)s of line %(position)s.") % {
                "quantity": known.get("quantity", ""),
                "position": known.get("position", ""),
            }
        case "price_changed" if "percent" in known:
            return gettext("The total changed by %(percent)s %%.") % {"percent": known["percent"]}
        case "price_changed":
            return gettext("It came again with another price.")
    return ""


def in_language(labels: Mapping[str, str]) -> str:
    """Choose the reader's language, else Chinese."""
    return labels.get(get_language() or "zh-hans") or labels.get("zh-hans", "")


FACTS: dict[str, Any] = {
    "state": _("State"),
    "source": _("Source"),
    "shop": _("Shop"),
    "stock": _("Stock"),
    "trouble": _("Trouble"),
    "reason": _("Reason"),
    "currency": _("Currency"),
    "provider": _("Provider"),
    "percent": _("Change in percent"),
    "position": _("Line"),
    "quantity": _("Quantity"),
    "count": _("How many"),
}
VALUES: dict[str, dict[str, Any]] = {
    "state": words.STATES,
    "source": words.SOURCES,
    "stock": words.FULFILMENT_STATES,
    "reason": words.UNMATCHED,
}


def fact_words(name: str, value: Any) -> str:
    """Write one fact of an exception: its name and its value, in the reader's language."""
    shown = words.word(VALUES[name], str(value)) if name in VALUES else str(value)
    return f"{words.word(FACTS, name)}: {shown}"
