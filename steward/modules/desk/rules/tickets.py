"""The life of a ticket as one table, and what its words of state, priority and urgency are."""

from __future__ import annotations

from steward.kernel import lifecycles

STATES = ("new", "open", "waiting_customer", "waiting_third", "solved", "closed")
ACTIVE = ("new", "open", "waiting_customer", "waiting_third")
WAITING = ("waiting_customer", "waiting_third")
PRIORITIES = ("low", "normal", "high", "urgent")
URGENCIES = ("normal", "urgent")
# How a ticket ended: solved and then left alone, without any answer of ours, taken into another one, or no case at all.
CLOSED_AS = ("solved", "unanswered", "merged", "spam")

TRANSITIONS: dict[tuple[str, str], str] = {
    ("new", "take"): "open",
    ("new", "reply"): "open",
    ("open", "reply"): "open",
    ("waiting_customer", "reply"): "waiting_customer",
    ("waiting_third", "reply"): "waiting_third",
    ("solved", "reply"): "solved",
    ("closed", "reply"): "closed",
    ("new", "hear"): "new",
    ("open", "hear"): "open",
    ("waiting_customer", "hear"): "open",
    ("waiting_third", "hear"): "waiting_third",
    ("solved", "hear"): "open",
    ("closed", "hear"): "open",
    ("new", "open"): "open",
    ("waiting_customer", "open"): "open",
    ("waiting_third", "open"): "open",
    ("new", "wait_for_customer"): "waiting_customer",
    ("open", "wait_for_customer"): "waiting_customer",
    ("waiting_third", "wait_for_customer"): "waiting_customer",
    ("new", "wait_for_third"): "waiting_third",
    ("open", "wait_for_third"): "waiting_third",
    ("waiting_customer", "wait_for_third"): "waiting_third",
    ("new", "solve"): "solved",
    ("open", "solve"): "solved",
    ("waiting_customer", "solve"): "solved",
    ("waiting_third", "solve"): "solved",
    ("solved", "close"): "closed",
    ("solved", "reopen"): "open",
    ("closed", "reopen"): "open",
    **{(state, "reject"): "closed" for state in ("new", "open", "waiting_customer", "waiting_third", "solved")},
    **{(state, "merge"): "closed" for state in ("new", "open", "waiting_customer", "waiting_third", "solved")},
}


def next_state(state: str, verb: str) -> str:
    """Return the state a verb leads to. Raises: NotPossible where the table has no such transition."""
    return lifecycles.reached(TRANSITIONS, state, verb)


def can(state: str, verb: str) -> bool:
    """Tell whether the transition exists."""
    return (state, verb) in TRANSITIONS


def raised(priority: str) -> str:
    """Return the next higher priority; the highest stays."""
    return PRIORITIES[min(PRIORITIES.index(priority) + 1, len(PRIORITIES) - 1)]
