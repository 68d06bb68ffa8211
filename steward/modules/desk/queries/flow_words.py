"""What people call the things that tick a step, and when a flow counts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from steward.modules.desk.queries import words

BY_US = [{"fact": "automatic", "op": "is", "value": False}]
SOLVED = [{"fact": "after", "op": "is", "value": "solved"}]
COMES_BACK = [{"fact": "direction", "op": "is", "value": "return"}]
ARRIVES = [{"fact": "direction", "op": "is_not", "value": "return"}]
AGREED = [{"fact": "decision", "op": "is", "value": "approved"}]
REFUSED = [{"fact": "decision", "op": "is_not", "value": "approved"}]
# What the editor offers: its code → (words, event, what must hold of it).
OFFERED: dict[str, tuple[Any, str, list[dict[str, Any]]]] = {
    "owned": (_("Somebody takes the ticket"), "desk.ticket_owned", []),
    "answered": (_("A person answers the customer"), "desk.ticket_answered", BY_US),
    "heard": (_("The customer writes again"), "desk.ticket_continued", []),
    "solved": (_("The ticket is solved"), "desk.ticket_moved", SOLVED),
    "order_changed": (_("The order is changed"), "orders.order_changed", []),
    "order_cancelled": (_("The order is cancelled"), "orders.order_cancelled", []),
    "refund_asked": (_("A refund is asked for"), "payments.refund_requested", []),
    "refund_decided": (_("A refund is decided on"), "payments.refund_decided", []),
    "refund_agreed": (_("A refund is agreed to"), "payments.refund_decided", AGREED),
    "refund_refused": (_("A refund is refused"), "payments.refund_decided", REFUSED),
    "refunded": (_("A refund is paid"), "payments.refund_paid", []),
    "sent_back": (_("The customer sends a parcel back"), "logistics.return_announced", []),
    "back": (_("A returned parcel arrives here"), "logistics.shipment_delivered", COMES_BACK),
    "sent": (_("Goods leave the warehouse"), "logistics.shipment_handed_over", []),
    "arrived": (_("Goods arrive at the customer"), "logistics.shipment_delivered", ARRIVES),
    "troubled": (_("A shipment is in trouble"), "logistics.shipment_troubled", []),
    "eased": (_("The trouble of a shipment is over"), "logistics.shipment_eased", []),
}
EVENTS: dict[str, Any] = {code: label for code, (label, _event, _only) in OFFERED.items()}
STEP_STATES: dict[str, Any] = {
    "waiting": pgettext_lazy("step", "Later"),
    "open": pgettext_lazy("step", "Now"),
    "done": pgettext_lazy("step", "Done"),
    "skipped": pgettext_lazy("step", "Left out"),
    "passed": pgettext_lazy("step", "Not needed"),
    "dropped": pgettext_lazy("step", "Dropped"),
}


def when_of(code: str) -> dict[str, Any]:
    """Write what the editor offers as the flow keeps it."""
    _label, event, only = OFFERED[code]
    return {"event": event, "only": only}


def code_of(when: dict[str, Any]) -> str:
    """Find what the editor calls a thing that ticks a step; empty for one it does not offer."""
    wanted = (when["event"], list(when.get("only", [])))
    return next((code for code, (_label, event, only) in OFFERED.items() if (event, only) == wanted), "")


def condition_said(condition: list[dict[str, Any]]) -> str:
    """Say when a flow counts."""
    parts = [
        str(words.CATEGORIES.get(test["value"], test["value"])) if test["fact"] == "category" else f"{test['value']}"
        for test in condition
    ]
    return _now(" and ").join(parts)
