"""Leave: asked for, decided by another person, and who stands in meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

STATES = ("requested", "approved", "refused", "withdrawn")
LEAVE_KINDS = ("annual", "sick", "personal", "training", "parental", "other")
BLOCKING = ("requested", "approved")
TRANSITIONS: dict[tuple[str, str], str] = {
    ("requested", "approve"): "approved",
    ("requested", "refuse"): "refused",
    ("requested", "withdraw"): "withdrawn",
    ("approved", "withdraw"): "withdrawn",
}


def next_state(state: str, verb: str) -> str | None:
    """Return the state a verb leads to, None where it cannot be done."""
    return TRANSITIONS.get((state, verb))


def can_decide(decider: int | None, *, absent: int, asked_by: str) -> bool:
    """Tell whether somebody may decide on a leave: neither whose leave it is nor who asked for it."""
    return decider is not None and decider != absent and asked_by != f"person:{decider}"


def stand_in(staff_id: int, delegates: Mapping[int, int | None]) -> int | None:
    """Find who acts for somebody on leave; a stand-in who is on leave too hands it on.

    `delegates` holds everybody on leave with who stands in for them. None: nobody is left to.
    """
    seen = {staff_id}
    following = delegates.get(staff_id)
    while following is not None and following in delegates:
        if following in seen:
            return None
        seen.add(following)
        following = delegates[following]
    return None if following in seen else following
