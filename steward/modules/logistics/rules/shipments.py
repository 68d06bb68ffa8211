"""The life of a shipment, as one table: planned, picked, packed, handed over, then wherever its parcels are."""

from __future__ import annotations

from collections.abc import Collection

from steward.kernel import lifecycles

STATES = (
    "planned",
    "picking",
    "packed",
    "handed_over",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "failed_attempt",
    "returned",
    "lost",
    "damaged",
    "cancelled",
)
DIRECTIONS = ("outbound", "return")
IN_HOUSE = ("planned", "picking", "packed")
# Where tracking says a shipment is, once it has been handed over.
ON_THE_WAY = ("handed_over", "in_transit", "out_for_delivery", "failed_attempt")
ENDED = ("delivered", "returned", "lost", "damaged")
TRACKED = (*ON_THE_WAY, *ENDED)
LIVE = (*IN_HOUSE, *ON_THE_WAY)

TRANSITIONS: dict[tuple[str, str], str] = {
    ("planned", "pick"): "picking",
    ("picking", "put_back"): "planned",
    ("planned", "pack"): "packed",
    ("picking", "pack"): "packed",
    ("packed", "unpack"): "picking",
    ("packed", "hand_over"): "handed_over",
    ("planned", "cancel"): "cancelled",
    ("picking", "cancel"): "cancelled",
    ("packed", "cancel"): "cancelled",
    # Parcels that customers send back are on their way as soon as their carrier says so.
    ("planned", "send_back"): "handed_over",
    # What tracking says is worked out anew from everything that was ever reported, so any of these may follow any.
    **{(before, f"track_{after}"): after for before in TRACKED for after in TRACKED if before != after},
}


def can(state: str, verb: str) -> bool:
    """Tell whether the transition exists."""
    return (state, verb) in TRANSITIONS


def next_state(state: str, verb: str) -> str:
    """Return the state after a transition. Raises: NotPossible."""
    return lifecycles.reached(TRANSITIONS, state, verb)


def states_allowing(verb: str) -> list[str]:
    """List the states from which a transition is possible."""
    return [state for (state, v) in TRANSITIONS if v == verb]


# Of several parcels the one that needs somebody most says where the shipment is; delivered only when all are.
_LOUDEST = ("lost", "damaged", "failed_attempt", "out_for_delivery", "in_transit", "handed_over", "returned")


def state_of_parcels(parcels: Collection[str]) -> str:
    """Tell where a handed-over shipment is from where its parcels are."""
    return next((state for state in _LOUDEST if state in parcels), "delivered" if parcels else "handed_over")


def fulfilment_state(*, shipments: Collection[str], holds_more: bool) -> str:
    """Tell where an order's goods are from its shipments that were handed over; "" while there are none.

    `holds_more`: goods of the order are still promised and in the house, or it lost some that it still wants.
    """
    if not any(state in TRACKED for state in shipments):
        return ""
    if holds_more or any(state in IN_HOUSE for state in shipments):
        return "partly_shipped"
    sent = [state for state in shipments if state in TRACKED]
    return "delivered" if all(state == "delivered" for state in sent) else "shipped"
