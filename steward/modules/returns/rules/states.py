"""The axes of a case of after-sales, and the words they use. Source: RET-2, RET-3.

A case has one axis of decision; each piece has two of its own, reception (where it is) and acceptance (whether it
counts), so that several parcels, partial arrival, early refund and mixed outcomes need no states of the case.
"""

from __future__ import annotations

from collections.abc import Iterable

from steward.kernel import lifecycles

KINDS = ("refund_only", "return_refund", "exchange", "reship", "repair")
SENT_BACK = ("return_refund", "exchange", "repair")
SOURCES = ("portal", "desk", "api", "counter", "file")
METHODS = ("own", "label", "pick_up", "station")
FREIGHT_PAYERS = ("merchant", "customer")
FAULTS = ("customer", "merchant", "carrier")

# What was decided about the case as a whole.
TRANSITIONS: dict[tuple[str, str], str] = {
    ("requested", "approve"): "approved",
    ("requested", "refuse"): "refused",
    ("requested", "withdraw"): "withdrawn",
    ("requested", "solve"): "solved",
    ("refused", "reconsider"): "requested",
    ("approved", "withdraw"): "withdrawn",
    ("approved", "lapse"): "lapsed",
    ("approved", "complete"): "completed",
    # Goods that come too late are looked at all the same.
    ("lapsed", "arrive"): "approved",
    ("completed", "arrive"): "approved",
}
STATES = ("requested", "approved", "refused", "withdrawn", "solved", "lapsed", "completed")
OPEN = ("requested", "approved")
# Nothing came of these: whoever asks again asks as if for the first time.
WITHOUT_RESULT = ("refused", "withdrawn", "solved", "lapsed")

# Where a piece is.
RECEPTIONS: dict[tuple[str, str], str] = {
    ("awaiting", "send"): "in_transit",
    ("awaiting", "receive"): "received",
    ("awaiting", "expire"): "expired",
    ("awaiting", "cancel"): "cancelled",
    ("awaiting", "leave"): "left_with_customer",
    ("in_transit", "receive"): "received",
    ("in_transit", "miss"): "short",
    ("in_transit", "mistake"): "wrong_item",
    ("in_transit", "lose"): "lost",
    ("lost", "send"): "in_transit",
    ("in_transit", "cancel"): "cancelled",
    ("left_with_customer", "cancel"): "cancelled",
    ("short", "receive"): "received",
    ("wrong_item", "receive"): "received",
    ("lost", "receive"): "received",
    ("expired", "receive"): "received",
    ("awaiting", "mistake"): "wrong_item",
    ("awaiting", "miss"): "short",
}
RECEPTION_STATES = (
    "awaiting",
    "in_transit",
    "received",
    "short",
    "wrong_item",
    "lost",
    "expired",
    "cancelled",
    "left_with_customer",
)
ON_THE_WAY = ("awaiting", "in_transit")
NEVER_CAME = ("expired", "cancelled")

# Whether it counts.
ACCEPTANCES: dict[tuple[str, str], str] = {
    ("pending", "accept"): "accepted",
    ("pending", "reject"): "rejected",
    ("pending", "ask_person"): "to_person",
    ("to_person", "accept"): "accepted",
    ("to_person", "reject"): "rejected",
    ("rejected", "ask_person"): "to_person",
}
JUDGED = ("accepted", "rejected")
ACCEPTANCE_STATES = ("pending", "accepted", "rejected", "to_person")

GRADES = ("A", "B", "C", "D")
DISPOSITIONS = ("restock", "refurbish", "quarantine", "scrap", "to_supplier", "back_to_customer")
# The condition of stock a disposition books goods into; those that leave at once are booked into the last first.
CONDITION_OF = {
    "restock": "sellable",
    "refurbish": "quarantine",
    "quarantine": "quarantine",
    "scrap": "damaged",
    "to_supplier": "damaged",
}


def next_state(state: str, verb: str) -> str:
    """Return the case's state after a transition. Raises: NotPossible."""
    return lifecycles.reached(TRANSITIONS, state, verb)


def next_reception(state: str, verb: str) -> str:
    """Return where a piece is after a transition. Raises: NotPossible."""
    return lifecycles.reached(RECEPTIONS, state, verb)


def next_acceptance(state: str, verb: str) -> str:
    """Return whether a piece counts after a transition. Raises: NotPossible."""
    return lifecycles.reached(ACCEPTANCES, state, verb)


def is_settled(pieces: Iterable[tuple[str, str]]) -> bool:
    """Tell whether of pieces (reception, acceptance) none is on its way and none waits to be judged.

    What never came (expired, called off) is not judged; what was lost, is missing or is something else is.
    """
    return all(
        reception not in ON_THE_WAY and (reception in NEVER_CAME or acceptance in JUDGED)
        for reception, acceptance in pieces
    )
