"""What all formats share: JSON that is JSON, times that are times, signatures compared in constant time."""

from __future__ import annotations

import hmac
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from steward.modules.logistics.ports import UnprovenReport, UnreadableReport

# Chinese carriers write local times without a zone.
CHINA = ZoneInfo("Asia/Shanghai")
MOST_EVENTS = 10_000
T = TypeVar("T")


def as_json(body: bytes | str) -> Any:
    """Read JSON. Raises: UnreadableReport."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableReport(why=str(error)) from error


def converted(data: Any, kind: type[T]) -> T:
    """Bring what was read into its shape. Raises: UnreadableReport naming the field."""
    try:
        return msgspec.convert(data, kind, strict=False)
    except (msgspec.ValidationError, RecursionError) as error:
        raise UnreadableReport(why=str(error)) from error


def instant(text: str | None) -> datetime | None:
    """Read a time; one without a zone is China's. What is no time is None: it is kept and flagged, never guessed."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
        return (found if found.tzinfo else found.replace(tzinfo=CHINA)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(text: str | None) -> date | None:
    """Read a day off a time or a date, as the sender's calendar has it."""
    if not text:
        return None
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def require_same(given: str, wanted: str) -> None:
    """Compare signatures in constant time. Raises: UnprovenReport."""
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise UnprovenReport(why="signature differs")
