"""The business life of an order, as one table; pages, docs and tests are made from it."""

from __future__ import annotations

from steward.kernel import lifecycles

TRANSITIONS: dict[tuple[str, str], str] = {
    ("received", "pass_checks"): "checked",
    ("checked", "fail_checks"): "received",
    ("audit", "fail_checks"): "received",
    ("checked", "submit"): "audit",
    ("audit", "unsubmit"): "checked",
    ("audit", "approve"): "approved",
    ("audit", "send_back"): "received",
    ("approved", "complete"): "completed",
    ("received", "cancel"): "cancelled",
    ("checked", "cancel"): "cancelled",
    ("audit", "cancel"): "cancelled",
    ("approved", "cancel"): "cancelled",
    ("approved", "reopen"): "checked",
    ("received", "merge"): "cancelled",
    ("checked", "merge"): "cancelled",
    ("audit", "merge"): "cancelled",
    ("approved", "merge"): "cancelled",
    ("cancelled", "revive"): "received",
}
# An order that went into another one is cancelled for this cause, which nobody chooses; only such a one is revived.
MERGED = "merged"

CANCEL_CAUSES = (
    "unpaid",
    "customer",
    "short_of_stock",
    "duplicate",
    "fraud",
    "refunded_at_source",
    "cancelled_at_source",
    "other",
)


def can(state: str, verb: str) -> bool:
    """Tell whether the transition exists."""
    return (state, verb) in TRANSITIONS


def next_state(state: str, verb: str) -> str:
    """Return the state after a transition. Raises: NotPossible."""
    return lifecycles.reached(TRANSITIONS, state, verb)


def states_allowing(verb: str) -> list[str]:
    """List the states from which a transition is possible."""
    return [state for (state, v) in TRANSITIONS if v == verb]
