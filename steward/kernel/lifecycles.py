"""Lifecycles as data: a table of (state, verb) → state answers every question about them."""

from __future__ import annotations

from collections.abc import Mapping

from steward.kernel.errors import NotPossible


def reached(transitions: Mapping[tuple[str, str], str], state: str, verb: str) -> str:
    """Return the state a verb leads to. Raises: NotPossible where the table has no such transition."""
    try:
        return transitions[state, verb]
    except KeyError:
        raise NotPossible(state=state, verb=verb) from None
