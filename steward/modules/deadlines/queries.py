"""What runs and until when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from steward.modules.deadlines.models import Clock, Policy
from steward.modules.deadlines.rules import ClockFacts, ClockState, clock_state

COLUMNS = ("id", "subject_id", "kind", "cycle", "target_s", "started_at", "due_at", "stopped_at", "outcome")


class ClockRow(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of a subject. `at(now)` tells how it stands."""

    id: int
    subject_id: int
    kind: str
    cycle: int
    target_s: int
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    outcome: Any

    def at(self, now: datetime) -> ClockState:
        """Tell how the clock stands, also when the sweep is late."""
        facts = ClockFacts(
            outcome=self.outcome, started_at=self.started_at, due_at=self.due_at, stopped_at=self.stopped_at
        )
        return clock_state(facts, now)


class PolicyRow(msgspec.Struct, frozen=True, kw_only=True):
    """One time limit as a manager set it."""

    id: int
    subject_kind: str
    clock_kind: str
    version: int
    target_s: int
    responsible_role: str
    calendar: str


def next_due(subject_kind: str, subject_ids: Sequence[int]) -> dict[int, ClockRow]:
    """Find, per subject, the unfinished clock that is due next (paused ones count last)."""
    rows = (
        Clock.objects.filter(subject_kind=subject_kind, subject_id__in=subject_ids, stopped_at__isnull=True)
        .order_by("subject_id", "due_at", "id")
        .distinct("subject_id")
        .values(*COLUMNS)
    )
    return {row["subject_id"]: ClockRow(**row) for row in rows}


def clocks_of(subject_kind: str, subject_ids: Sequence[int]) -> dict[int, list[ClockRow]]:
    """List every clock of each subject, oldest first."""
    found: dict[int, list[ClockRow]] = defaultdict(list)
    rows = Clock.objects.filter(subject_kind=subject_kind, subject_id__in=subject_ids).order_by("started_at", "id")
    for row in rows.values(*COLUMNS):
        found[row["subject_id"]].append(ClockRow(**row))
    return dict(found)


def active_policies() -> list[PolicyRow]:
    """List the time limits in force."""
    columns = ("id", "subject_kind", "clock_kind", "version", "target_s", "responsible_role", "calendar")
    rows = Policy.objects.filter(active=True).order_by("subject_kind", "clock_kind").values(*columns)
    return [PolicyRow(**row) for row in rows]
