"""The life of a complaint as one table, how it may end, and who may decide it (DSK-8)."""

from __future__ import annotations

from collections.abc import Mapping

from steward.kernel import lifecycles

STATES = ("noticed", "registered", "investigating", "proposed", "agreed", "closed", "reopened", "dismissed")
LIVE = ("noticed", "registered", "investigating", "proposed", "agreed", "reopened")
UNDER_WAY = ("registered", "investigating", "proposed", "agreed", "reopened")
SERIOUSNESS = ("low", "normal", "high", "critical")
SOURCES = ("ticket", "phone", "counter", "email", "letter", "regulator", "marketplace")
OUTCOMES = ("satisfied", "settled", "rejected_with_reason", "withdrawn", "escalated_outside")
# What nobody could understand later without words.
NEEDS_WORDS = ("rejected_with_reason", "escalated_outside", "withdrawn")

TRANSITIONS: dict[tuple[str, str], str] = {
    ("noticed", "register"): "registered",
    ("noticed", "dismiss"): "dismissed",
    ("registered", "investigate"): "investigating",
    ("reopened", "investigate"): "investigating",
    ("registered", "propose"): "proposed",
    ("investigating", "propose"): "proposed",
    ("reopened", "propose"): "proposed",
    ("proposed", "agree"): "agreed",
    ("proposed", "decline"): "investigating",
    ("agreed", "close"): "closed",
    ("registered", "close"): "closed",
    ("investigating", "close"): "closed",
    ("proposed", "close"): "closed",
    ("reopened", "close"): "closed",
    ("closed", "reopen"): "reopened",
}
# Only what the customer agreed to ends well; everything else ends with a reason.
ENDS_WELL = ("satisfied", "settled")

KINDS = ("money", "coupon", "goods", "apology")
WISH_STATES = ("asked", "granted", "handed_over", "refused", "withdrawn")
WISHES: dict[tuple[str, str], str] = {
    ("asked", "grant"): "granted",
    ("asked", "refuse"): "refused",
    ("asked", "withdraw"): "withdrawn",
    ("granted", "hand_over"): "handed_over",
    ("granted", "refuse"): "refused",
}
CALL_BACK_RESULTS = ("", "content", "not_content", "not_reached", "not_needed")


def next_state(state: str, verb: str) -> str:
    """Return the state a verb leads to. Raises: NotPossible where the table has no such transition."""
    return lifecycles.reached(TRANSITIONS, state, verb)


def can(state: str, verb: str) -> bool:
    """Tell whether the transition exists."""
    return (state, verb) in TRANSITIONS


def outcomes_of(state: str) -> tuple[str, ...]:
    """Return how a complaint may end from a state: well only where the customer agreed."""
    if not can(state, "close"):
        return ()
    return OUTCOMES if state == "agreed" else tuple(one for one in OUTCOMES if one not in ENDS_WELL)


def missing_to_close(facts: Mapping[str, object]) -> list[str]:
    """Name what a complaint lacks before it can be closed: its cause, who is responsible, how it ended."""
    return [name for name in ("cause", "team", "outcome") if not facts.get(name)]


def is_own_matter(staff_id: int | None, about_staff_id: int | None) -> bool:
    """Tell whether somebody would decide a complaint about themselves."""
    return staff_id is not None and staff_id == about_staff_id


def next_wish(state: str, verb: str) -> str:
    """Return the state of a compensation a verb leads to. Raises: NotPossible."""
    return lifecycles.reached(WISHES, state, verb)


def costs(kind: str) -> bool:
    """Tell whether a compensation costs money, so that limits hold for it."""
    return kind != "apology"
