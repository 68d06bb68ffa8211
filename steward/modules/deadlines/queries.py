"""Read clocks: what runs, what is due next, what is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.db.models import F
from msgspec import Struct

from steward.modules.deadlines import rules
from steward.modules.deadlines.models import Clock, Policy

SOON_SHARE = 0.25

Look = Literal["running", "soon", "late", "paused", "met", "breached", "cancelled"]


class ClockView(Struct, frozen=True):
    """One clock as screens show it. `due_at` is None while paused; `outcome` is what has been written so far."""

    subject_id: int
    kind: str
    target_s: int
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    outcome: Literal["running", "met", "breached", "cancelled"]

    def state(self, now: datetime) -> rules.ClockState:
        """Tell how the clock stands, by the one computation that the sweep uses too."""
        facts = rules.ClockFacts(
            outcome=self.outcome, started_at=self.started_at, due_at=self.due_at, stopped_at=self.stopped_at
        )
        return rules.clock_state(facts, now)

    def look(self, now: datetime) -> Look:
        """Tell how the chip looks: a running limit turns to soon in its last quarter and to late when missed."""
        state = self.state(now)
        if state.state == "breached":
            return "breached" if self.stopped_at else "late"
        if state.state == "running" and (state.remaining_s or 0) <= self.target_s * SOON_SHARE:
            return "soon"
        return state.state


_FIELDS = ("subject_id", "kind", "target_s", "started_at", "due_at", "stopped_at", "outcome")


def next_clocks(subject_kind: str, subject_ids: Sequence[int]) -> dict[int, ClockView]:
    """Find the clock that is due next of each subject, late ones first, paused ones last; in one query."""
    rows = (
        Clock.objects.filter(subject_id__in=subject_ids, subject_kind=subject_kind, stopped_at=None)
        .order_by(F("due_at").asc(nulls_last=True))
        .values_list(*_FIELDS)
    )
    found: dict[int, ClockView] = {}
    for row in rows:
        found.setdefault(row[0], ClockView(*row))
    return found


def clocks_of(subject_kind: str, subject_id: int) -> list[ClockView]:
    """List every clock of one subject in the order they started."""
    rows = Clock.objects.filter(subject_id=subject_id, subject_kind=subject_kind).order_by("started_at", "id")
    return [ClockView(*row) for row in rows.values_list(*_FIELDS)]


class TimeLimit(Struct, frozen=True):
    """One time limit in force. Units: seconds."""

    id: int
    subject_kind: str
    clock_kind: str
    version: int
    target_s: int
    responsible_role: str
    set_at: datetime
    set_by: str


def time_limits() -> list[TimeLimit]:
    """List the time limits in force in the order they were first set."""
    fields = ("id", "subject_kind", "clock_kind", "version", "target_s", "responsible_role", "set_at", "set_by")
    rows = Policy.objects.filter(active=True).order_by("subject_kind", "target_s", "id").values_list(*fields)
    return [TimeLimit(*row) for row in rows]
