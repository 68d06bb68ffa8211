"""The life of an order's goods from promise to delivery, as one table; its first part is kept by intake and stock."""

from __future__ import annotations

from steward.kernel import lifecycles

STATES = ("none", "promised", "short", "released", "allocated", "partly_shipped", "shipped", "delivered")
WAITING_STATES = ("short", "released")
# Goods that are promised or set aside may still be given back; those handed over may not.
HELD_STATES = ("promised", "allocated")
HANDED_OVER_STATES = ("partly_shipped", "shipped", "delivered")

TRANSITIONS: dict[tuple[str, str], str] = {
    ("promised", "allocate"): "allocated",
    ("allocated", "deallocate"): "promised",
    ("promised", "ship_part"): "partly_shipped",
    ("allocated", "ship_part"): "partly_shipped",
    ("promised", "ship"): "shipped",
    ("allocated", "ship"): "shipped",
    ("partly_shipped", "ship"): "shipped",
    ("shipped", "deliver"): "delivered",
}
VERBS = {
    "promised": "deallocate",
    "allocated": "allocate",
    "partly_shipped": "ship_part",
    "shipped": "ship",
    "delivered": "deliver",
}


def can_become(before: str, after: str) -> bool:
    """Tell whether an order's goods may go from one state to the other in one step."""
    return (before, VERBS.get(after, "")) in TRANSITIONS


def next_state(before: str, verb: str) -> str:
    """Return the state after a step. Raises: NotPossible."""
    return lifecycles.reached(TRANSITIONS, before, verb)


def is_handed_over(fulfilment_state: str) -> bool:
    """Tell whether any goods of the order have left the house. Source: issue 4, ORD-9."""
    return fulfilment_state in HANDED_OVER_STATES
