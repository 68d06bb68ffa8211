"""Who holds a chat: the assistant, nobody yet, or a person; and how it passes from one to the other.

Source: CUS-3; docs/decisions/0027.
"""

from __future__ import annotations

from steward.kernel import lifecycles

HOLDERS = ("bot", "waiting", "person")
TRANSITIONS: dict[tuple[str, str], str] = {
    ("bot", "ask"): "waiting",
    ("bot", "give_up"): "waiting",
    ("bot", "answer"): "person",
    ("waiting", "answer"): "person",
    ("person", "answer"): "person",
    ("person", "hand_back"): "bot",
    ("waiting", "hand_back"): "bot",
    ("person", "let_go"): "waiting",
}
# What the visitor is told with each; an empty text tells nothing.
LINES = {"ask": "asked", "give_up": "asked", "answer": "joined", "hand_back": "handed_back", "let_go": ""}


def next_holder(holder: str, verb: str) -> str:
    """Return who holds a chat after a verb. Raises: NotPossible where the table has no such transition."""
    return lifecycles.reached(TRANSITIONS, holder, verb)


def held_before(verb: str) -> set[str]:
    """Name who may hold a chat before a verb."""
    return {holder for holder, known in TRANSITIONS if known == verb}


def can(holder: str, verb: str) -> bool:
    """Tell whether the transition exists."""
    return (holder, verb) in TRANSITIONS
