"""A swap of shifts: one asks, the other consents, a manager decides."""

from __future__ import annotations

STATES = ("asked", "consented", "declined", "withdrawn", "approved", "refused")
OPEN = ("asked", "consented")
TRANSITIONS: dict[tuple[str, str], str] = {
    ("asked", "consent"): "consented",
    ("asked", "decline"): "declined",
    ("asked", "withdraw"): "withdrawn",
    ("consented", "withdraw"): "withdrawn",
    ("consented", "approve"): "approved",
    ("consented", "refuse"): "refused",
}


def next_state(state: str, verb: str) -> str | None:
    """Return the state a verb leads to, None where it cannot be done."""
    return TRANSITIONS.get((state, verb))


def can_decide(decider: int | None, *, asker: int, colleague: int) -> bool:
    """Tell whether somebody may decide on a swap: never one of the two it is about."""
    return decider is not None and decider not in (asker, colleague)
