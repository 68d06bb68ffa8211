"""Read clocks: what runs, what is due next, what is late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from django.db import connection
from django.db.models import F
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.modules.deadlines import rules
from steward.modules.deadlines.models import Clock, Policy
from steward.modules.deadlines.queries import policies

PACKAGE = "steward.modules.deadlines"
SOON_SHARE = 0.25

Look = Literal["running", "soon", "late", "paused", "met", "breached", "cancelled"]


class ClockView(Struct, frozen=True):
    """One clock as screens show it. `due_at` is None while it stands still; `outcome` is what has been written so far.

    Units: `consumed_us` working time used up by `running_since`.
    """

    subject_id: int
    kind: str
    target_s: int
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    outcome: Literal["running", "met", "breached", "cancelled"]
    id: int = 0
    cycle: int = 1
    running_since: datetime | None = None
    paused_at: datetime | None = None
    paused_reason: str | None = None
    breached_at: datetime | None = None
    consumed_us: int = 0
    warned: int = 0
    escalated: int = 0
    external: bool = False
    owner_id: int | None = None
    responsible_role: str | None = None
    policy_id: int = 0
    calendar_version: int = 0
    calendar: str | None = None
    policy: policies.PolicyView | None = None

    def state(self, now: datetime) -> rules.ClockState:
        """Tell how the clock stands, by the one computation that the sweep uses too."""
        facts = rules.ClockFacts(
            outcome=self.outcome, started_at=self.started_at, due_at=self.due_at, stopped_at=self.stopped_at
        )
        return rules.clock_state(facts, now)

    def look(self, now: datetime) -> Look:
        """Tell how the chip looks: a running limit turns to soon when warned, or in its last quarter, then to late."""
        state = self.state(now)
        if state.state == "breached":
            return "breached" if self.stopped_at else "late"
        if state.state == "running":
            near = (state.remaining_s or 0) <= self.target_s * SOON_SHARE
            return "soon" if near or self.steps(now)[0] else "running"
        return state.state

    def steps(self, now: datetime) -> tuple[int, int]:
        """Tell how many warnings and steps of the ladder have come, whether or not the sweep has come by."""
        if self.policy is None or self.stopped_at is not None or self.running_since is None:
            return self.warned, self.escalated
        clock, _done = rules.as_of(self._clock(), self._terms(self.policy), now)
        return clock.warned, clock.escalated

    def used_s(self, now: datetime) -> int:
        """Tell the working time used up so far. Units: seconds."""
        if self.policy is None or self.running_since is None:
            return self.consumed_us // 1_000_000
        return rules.consumed_us(self._clock(), self._terms(self.policy), now) // 1_000_000

    def _terms(self, policy: policies.PolicyView) -> rules.Terms:
        key = policies.calendar_key(self.calendar or policy.calendar, self.calendar_version)
        return policies.terms_of(policy, key, self.target_s)

    def _clock(self) -> rules.Clock:
        return rules.Clock(
            target_s=self.target_s,
            started_at=self.started_at,
            running_since=self.running_since,
            paused_at=self.paused_at,
            due_at=self.due_at,
            stopped_at=self.stopped_at,
            breached_at=self.breached_at,
            outcome=self.outcome,
            consumed_us=self.consumed_us,
            warned=self.warned,
            escalated=self.escalated,
            external=self.external,
        )


_FIELDS = ClockView.__struct_fields__[:-1]
_POLICY_ID = _FIELDS.index("policy_id")


def next_clocks(subject_kind: str, subject_ids: Sequence[int]) -> dict[int, ClockView]:
    """Find the clock that is due next of each subject, late ones first, those that stand still last."""
    rows = (
        Clock.objects.filter(subject_id__in=subject_ids, subject_kind=subject_kind, stopped_at=None)
        .order_by(F("due_at").asc(nulls_last=True))
        .values_list(*_FIELDS)
    )
    first: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        first.setdefault(row[0], row)
    return {view.subject_id: view for view in _views(first.values())}


def open_clocks(subject_kind: str, kind: str, subject_ids: Sequence[int]) -> dict[int, ClockView]:
    """Find the open clock of one kind of each subject, whatever others they have."""
    rows = Clock.objects.filter(subject_id__in=subject_ids, subject_kind=subject_kind, kind=kind, stopped_at=None)
    return {view.subject_id: view for view in _views(rows.values_list(*_FIELDS))}


def standing_clocks(subject_kind: str, kind: str, subject_ids: Sequence[int], reason: str) -> set[int]:
    """Tell of which subjects the clock of a kind stands still for a reason."""
    open_ = Clock.objects.filter(subject_id__in=subject_ids, subject_kind=subject_kind, kind=kind, stopped_at=None)
    return set(open_.filter(paused_reason=reason).values_list("subject_id", flat=True))


def soonest(subject_kind: str, subject_ids: Sequence[int], *, after: int | None = None, limit: int) -> list[int]:
    """Put subjects in the order of the clock that is due next, those without one last; the next behind `after`."""
    columns = {"kind": subject_kind, "ids": arrays.integers(subject_ids), "after": after, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "soonest"), columns)
        return [id_ for (id_,) in cursor.fetchall()]


def clocks_of(subject_kind: str, subject_id: int) -> list[ClockView]:
    """List every clock of one subject in the order they started."""
    rows = Clock.objects.filter(subject_id=subject_id, subject_kind=subject_kind).order_by("started_at", "id")
    return _views(rows.values_list(*_FIELDS))


def late_subjects(subject_kind: str, subject_ids: Sequence[int]) -> set[int]:
    """Tell which subjects missed a limit at any time."""
    rows = Clock.objects.filter(subject_id__in=subject_ids, subject_kind=subject_kind, outcome="breached")
    return set(rows.values_list("subject_id", flat=True))


def _views(rows: Iterable[tuple[Any, ...]]) -> list[ClockView]:
    found = list(rows)
    known = policies.versions({row[_POLICY_ID] for row in found})
    return [ClockView(*(*row, known[row[_POLICY_ID]])) for row in found]


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
    """List the time limits in force by subject, the shortest first."""
    rows = Policy.objects.filter(active=True).order_by("subject_kind", "target_s", "id")
    return [TimeLimit(*row) for row in rows.values_list(*TimeLimit.__struct_fields__)]
