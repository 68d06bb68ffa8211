"""How states look and what they are called: grey new, blue in work, amber waiting, green done, red failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from django.utils.translation import pgettext_lazy

from steward.modules.desk.queries import call_words, complaint_words, quality_words
from steward.modules.desk.queries import words as desk_words
from steward.modules.inventory.queries import stocktake_words
from steward.modules.inventory.queries import words as stock_words
from steward.modules.logistics.queries import shipment_words
from steward.modules.logistics.queries import words as carrier_words
from steward.modules.messaging.queries import words as messages
from steward.modules.orders.queries import exception_words, words
from steward.modules.payments.queries import words as payment_words
from steward.modules.returns.queries import goodwill_words
from steward.modules.returns.queries import words as case_words

Tone = Literal["grey", "blue", "amber", "green", "red"]

TONES: Mapping[str, Mapping[str, Tone]] = {
    "order": {
        "received": "amber",
        "checked": "blue",
        "audit": "amber",
        "approved": "green",
        "completed": "green",
        "cancelled": "grey",
    },
    "payment": {
        "unpaid": "amber",
        "partly_paid": "amber",
        "paid": "green",
        "overpaid": "amber",
        "refunding": "amber",
        "partly_refunded": "grey",
        "refunded": "grey",
    },
    "fulfilment": {
        "none": "grey",
        "promised": "blue",
        "short": "red",
        "released": "grey",
        "allocated": "blue",
        "partly_shipped": "amber",
        "shipped": "blue",
        "delivered": "green",
    },
    "shipment": {
        "planned": "amber",
        "picking": "blue",
        "packed": "blue",
        "handed_over": "blue",
        "in_transit": "blue",
        "out_for_delivery": "blue",
        "delivered": "green",
        "failed_attempt": "red",
        "returned": "grey",
        "lost": "red",
        "damaged": "red",
        "cancelled": "grey",
    },
    "claim": {
        "open": "amber",
        "submitted": "blue",
        "agreed": "blue",
        "rejected": "red",
        "paid": "green",
        "withdrawn": "grey",
    },
    "other": {
        "waiting": "amber",
        "running": "blue",
        "done": "green",
        "failed": "red",
        "matched": "green",
        "unmatched": "amber",
        "active": "green",
        "inactive": "grey",
        "expired": "grey",
        "revoked": "red",
    },
    "message": {
        "waiting": "amber",
        "sending": "blue",
        "sent": "green",
        "failed": "red",
        "expired": "grey",
        "suppressed": "grey",
        "unknown": "red",
        "delivered": "green",
        "bounced": "red",
    },
    "parked": {"parked": "amber", "taken": "green", "dropped": "grey"},
    "delivery": {"waiting": "amber", "sending": "blue", "delivered": "green", "failed": "red"},
    "exception": {"muted": "grey", "open": "amber", "in_work": "blue", "solved": "green", "dismissed": "grey"},
    "supply": {
        "planned": "grey",
        "on_the_way": "blue",
        "partly_received": "amber",
        "received": "green",
        "closed": "green",
        "cancelled": "grey",
    },
    "write_off": {
        "waiting": "amber",
        "written_off": "grey",
        "declined": "red",
        "lapsed": "grey",
        "withdrawn": "grey",
    },
    "stocktake": {
        "counting": "blue",
        "comparing": "amber",
        "awaiting_approval": "amber",
        "approved": "blue",
        "done": "green",
        "cancelled": "grey",
    },
    "ticket": {
        "new": "blue",
        "open": "blue",
        "waiting_customer": "grey",
        "waiting_third": "grey",
        "solved": "green",
        "closed": "grey",
    },
    "sheet": {"open": "grey", "counting": "blue", "handed_in": "green", "cancelled": "grey"},
    "carrier": {"active": "green", "probation": "amber", "stopped": "red"},
    "refund": {
        "awaiting_approval": "amber",
        "waiting": "blue",
        "sending": "blue",
        "unknown": "amber",
        "pending": "blue",
        "by_hand": "amber",
        "disputed": "red",
        "succeeded": "green",
        "failed": "red",
        "refused": "grey",
        "withdrawn": "grey",
    },
    "complaint": {
        "noticed": "amber",
        "registered": "blue",
        "investigating": "blue",
        "proposed": "amber",
        "agreed": "green",
        "closed": "grey",
        "reopened": "red",
        "dismissed": "grey",
    },
    "compensation": {
        "asked": "amber",
        "granted": "blue",
        "handed_over": "green",
        "refused": "red",
        "withdrawn": "grey",
    },
    "follow_up": {
        "to_call": "amber",
        "asked": "blue",
        "answered": "green",
        "unreached": "grey",
        "lapsed": "grey",
        "skipped": "grey",
    },
    "review": {
        "open": "blue",
        "submitted": "green",
        "agreed": "green",
        "appealed": "amber",
        "decided": "green",
        "dropped": "grey",
    },
    "case": {
        "requested": "amber",
        "approved": "blue",
        "refused": "red",
        "withdrawn": "grey",
        "solved": "green",
        "lapsed": "grey",
        "completed": "green",
    },
    "piece": {
        "awaiting": "grey",
        "in_transit": "blue",
        "received": "green",
        "short": "red",
        "wrong_item": "red",
        "lost": "red",
        "expired": "grey",
        "cancelled": "grey",
        "left_with_customer": "grey",
    },
    "acceptance": {"pending": "grey", "accepted": "green", "rejected": "red", "to_person": "amber"},
    "case_refund": {"asked": "blue", "paid": "green", "refused": "grey", "failed": "red"},
    "goodwill": {
        "proposed": "amber",
        "granted": "blue",
        "given": "green",
        "refused": "red",
        "withdrawn": "grey",
        "failed": "red",
    },
    "call": {"ringing": "amber", "answered": "blue", "held": "amber", "ended": "grey", "missed": "red"},
}
WORDS: Mapping[str, Mapping[str, Any]] = {
    "order": words.STATES,
    "payment": words.PAYMENT_STATES,
    "fulfilment": words.FULFILMENT_STATES,
    "shipment": shipment_words.STATES,
    "claim": shipment_words.CLAIM_STATES,
    "other": {
        "waiting": pgettext_lazy("state", "Waiting"),
        "running": pgettext_lazy("state", "Running"),
        "done": pgettext_lazy("state", "Done"),
        "failed": pgettext_lazy("state", "Failed"),
        "matched": pgettext_lazy("state", "Matched"),
        "unmatched": pgettext_lazy("state", "Unmatched"),
        "active": pgettext_lazy("state", "Active"),
        "inactive": pgettext_lazy("state", "Deactivated"),
        "expired": pgettext_lazy("state", "Expired"),
        "revoked": pgettext_lazy("state", "Revoked"),
    },
    "message": messages.STATES,
    "parked": messages.PARKED_STATES,
    "delivery": messages.STATES,
    "carrier": carrier_words.CARRIER_STATES,
    "refund": payment_words.REFUND_STATES,
    "supply": stock_words.SUPPLY_STATES,
    "write_off": stock_words.WRITE_OFF_STATES,
    "stocktake": stocktake_words.STATES,
    "sheet": stocktake_words.SHEET_STATES,
    "exception": exception_words.STATES,
    "ticket": desk_words.STATES,
    "review": quality_words.STATES,
    "call": call_words.STATES,
    "case": case_words.STATES,
    "piece": case_words.RECEPTIONS,
    "acceptance": case_words.ACCEPTANCES,
    "case_refund": case_words.REFUND_STATES,
    "goodwill": goodwill_words.STATES,
    "complaint": complaint_words.STATES,
    "compensation": complaint_words.WISHES,
    "follow_up": complaint_words.FOLLOW_UP_STATES,
}


def look(state: str, axis: str = "") -> tuple[Tone, Any]:
    """Return colour and name of a state; without an axis the first that knows it; an unknown one shows itself."""
    for name in (axis,) if axis else TONES:
        if state in TONES.get(name, {}):
            return TONES[name][state], WORDS[name].get(state, state)
    return "grey", words.readable(state)
