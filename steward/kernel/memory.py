"""What a process remembers of the database for speed, and how it forgets: in tests, and after a restored backup."""

from __future__ import annotations

from collections.abc import Callable

_forgetters: list[Callable[[], object]] = []


def remembers(forget: Callable[[], object]) -> None:
    """Name a function that empties a memory of this process."""
    _forgetters.append(forget)


def forget_everything() -> None:
    """Empty every memory: what is asked next is read from the database."""
    for forget in _forgetters:
        forget()
