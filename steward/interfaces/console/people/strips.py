"""A day as a strip: where the calendar is closed, where enough people are on duty and where too few are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from steward.modules.people.rules.calendars import Span
from steward.modules.people.rules.rosters import Gap

WIDTH = 1000


class Part(NamedTuple):
    """A stretch of the strip. Units: thousandths of the whole."""

    look: str
    x: int
    width: int


def strip(start: datetime, end: datetime, needed: Sequence[Span], gaps: Sequence[Gap]) -> list[Part]:
    """Draw what is needed in one colour and what is missing over it."""
    parts = [_part("covered", span.starts_at, span.ends_at, start, end) for span in needed]
    return parts + [
        _part("gap" if gap.present == 0 else "thin", gap.starts_at, gap.ends_at, start, end) for gap in gaps
    ]


def _part(look: str, since: datetime, until: datetime, start: datetime, end: datetime) -> Part:
    whole = (end - start).total_seconds()
    x = round((since - start).total_seconds() / whole * WIDTH)
    return Part(look, x, round((until - start).total_seconds() / whole * WIDTH) - x)
