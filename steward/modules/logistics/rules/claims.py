"""The life of a claim against a carrier, as one table, and what it may claim."""

from __future__ import annotations

from datetime import datetime, timedelta

from steward.kernel import lifecycles

KINDS = ("lost", "damaged", "late", "short", "other")
STATES = ("open", "submitted", "agreed", "rejected", "paid", "withdrawn")
LIVE = ("open", "submitted", "agreed")
# A loss is claimed once: what a carrier paid for stands like what it still looks at.
STANDING = (*LIVE, "paid")
TRANSITIONS: dict[tuple[str, str], str] = {
    ("open", "submit"): "submitted",
    ("open", "withdraw"): "withdrawn",
    ("submitted", "agree"): "agreed",
    ("submitted", "reject"): "rejected",
    ("submitted", "withdraw"): "withdrawn",
    ("agreed", "pay"): "paid",
    ("agreed", "reject"): "rejected",
    ("rejected", "submit"): "submitted",
}
VERBS = ("open", *dict.fromkeys(verb for _state, verb in TRANSITIONS))
ENDED = ("rejected", "paid", "withdrawn")


def can(state: str, verb: str) -> bool:
    """Tell whether the transition exists."""
    return (state, verb) in TRANSITIONS


def may_reject(state: str, *, paid_minor: int) -> bool:
    """Tell whether a carrier can still refuse: what it paid for in part it has accepted. Units: minor units."""
    return can(state, "reject") and paid_minor == 0


def next_state(state: str, verb: str) -> str:
    """Return the state after a step. Raises: NotPossible."""
    return lifecycles.reached(TRANSITIONS, state, verb)


def due_at(*, known_at: datetime, days: int) -> datetime:
    """Compute until when a carrier takes a claim. Units: days since the loss was known."""
    return known_at + timedelta(days=days)


def is_settled(*, agreed_minor: int, paid_minor: int) -> bool:
    """Tell whether a carrier paid all it agreed to. Units: minor currency units."""
    return paid_minor >= agreed_minor > 0
