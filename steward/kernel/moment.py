"""Time that tests can set: the one place that asks the machine what time it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_fixed: ContextVar[datetime | None] = ContextVar("steward_moment", default=None)


def now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return _fixed.get() or datetime.now(UTC)


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Hold time still within the block (tests, replays of the past)."""
    token = _fixed.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
