"""Lock clocks, and write what became of them: one statement each, however many clocks.

Steps of the caller's command (taking an order starts its clocks): the permission was checked there, and they run inside
its transaction only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.modules.deadlines import rules
from steward.modules.deadlines.events import BreachWithdrawn, ClockBreached, ClockEscalated, ClocksRedated, ClockWarned
from steward.modules.deadlines.queries import policies
from steward.modules.deadlines.queries.policies import CalendarKey, PolicyView
from steward.modules.deadlines.rules import Clock, Done, Terms

PACKAGE = "steward.modules.deadlines"
ANY_KIND = ""


class ClockStop(NamedTuple):
    """The open clock of a subject and kind."""

    subject_kind: str
    subject_id: int
    kind: str


class ClockEnd(NamedTuple):
    """What became of a clock: met, breached or cancelled."""

    subject_kind: str
    subject_id: int
    kind: str
    outcome: str


class Locked(Struct):
    """A locked clock with what counts for it; `number` is the place of the wish that named it, counting from 1."""

    id: int
    subject_kind: str
    subject_id: int
    kind: str
    cycle: int
    policy: PolicyView
    calendar: CalendarKey
    simulated: bool
    owner_id: int | None
    role: str
    number: int
    clock: Clock
    terms: Terms

    @property
    def basis(self) -> Basis:
        """Return what it has run under so far."""
        return Basis(self.policy, self.calendar, self.terms)

    def about(self) -> dict[str, Any]:
        """Name the clock and what it belongs to, as its events do."""
        return {
            "clock_id": self.id,
            "clock_kind": self.kind,
            "about_kind": self.subject_kind,
            "about_id": self.subject_id,
            "cycle": self.cycle,
            "simulated": self.simulated,
        }


class Entry(NamedTuple):
    """A line of a clock's history."""

    clock_id: int
    what: str
    at: datetime
    due_at: datetime | None
    number: int = 0
    verb: str = ""
    whom: str = ""
    reason: str = ""


class Basis(NamedTuple):
    """What a clock runs under: a version of a policy and of its calendar."""

    policy: PolicyView
    calendar: CalendarKey
    terms: Terms

    @property
    def own_calendar(self) -> str | None:
        """Name the calendar where it is not the one of the policy."""
        return None if self.calendar[0] == self.policy.calendar else self.calendar[0]


class Change(NamedTuple):
    """A locked clock, how it is from now on, the steps it took on the way, and what else belongs to its history."""

    locked: Locked
    after: Clock
    done: Sequence[Done] = ()
    happened: Sequence[Entry] = ()
    basis: Basis | None = None
    paused_reason: str | None = None
    reason: str = ""

    @property
    def base(self) -> Basis:
        """Return what the clock runs under from now on."""
        return self.basis or self.locked.basis


def in_transaction() -> None:
    """Make sure that a command runs around. Raises: RuntimeError."""
    if not connection.in_atomic_block:
        raise RuntimeError("clocks move with the change that starts or ends them, inside its transaction")


def lock(statement: str, parameters: dict[str, Any]) -> list[Locked]:
    """Lock the clocks a statement selects. Locks: the clocks, in the statement's order."""
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, statement), parameters)
        return locked_of(cursor.fetchall())


def locked_of(rows: Sequence[tuple[Any, ...]]) -> list[Locked]:
    """Read locked rows, each with what counts for it."""
    found = policies.versions({row[5] for row in rows})
    return [_locked(row, found[row[5]]) for row in rows]


def lock_named(stops: Iterable[ClockStop]) -> list[Locked]:
    """Lock the open clocks of subjects, by kind or all of them (kind ""). Locks: the clocks, in id order."""
    in_transaction()
    wanted = list(stops)
    if not wanted:
        return []
    return lock(
        "lock_clocks",
        {
            "subject_kinds": arrays.texts([stop[0] for stop in wanted]),
            "subject_ids": arrays.integers([stop[1] for stop in wanted]),
            "kinds": arrays.texts([stop[2] for stop in wanted]),
        },
    )


def _locked(row: tuple[Any, ...], policy: PolicyView) -> Locked:
    clock = Clock(
        target_s=row[7],
        consumed_us=row[8],
        started_at=row[9],
        running_since=row[10],
        paused_at=row[11],
        due_at=row[12],
        breached_at=row[13],
        outcome=row[14],
        warned=row[15],
        escalated=row[16],
        external=row[17],
    )
    calendar = policies.calendar_key(row[21] or policy.calendar, row[6])
    terms = policies.terms_of(policy, calendar, row[7])
    role = row[20] or policy.responsible_role
    return Locked(
        row[0], row[1], row[2], row[3], row[4], policy, calendar, row[18], row[19], role, row[22], clock, terms
    )


def once(locked: Iterable[Locked], change: Callable[[Locked], Change | None]) -> list[Change]:
    """Change each clock once, however often a batch names it; what a change leaves as it is is left out."""
    seen: set[int] = set()
    changes = []
    for one in locked:
        if one.id not in seen and (made := change(one)) is not None and made.after is not one.clock:
            seen.add(one.id)
            changes.append(made)
    return changes


def write_changes(actor: Actor, changes: Sequence[Change]) -> None:
    """Write changed clocks with their history in one statement, and announce what they reached.

    Emits: ClockWarned, ClockBreached, ClockEscalated, BreachWithdrawn.
    """
    if not changes:
        return
    clocks = [change.after for change in changes]
    entries = [entry for change in changes for entry in (*entries_of(change), *change.happened)]
    columns = {
        "ids": arrays.integers([change.locked.id for change in changes]),
        "policies": arrays.integers([one.base.policy.id for one in changes]),
        "calendars": arrays.integers([one.base.calendar[1] for one in changes]),
        "hours": arrays.texts([one.base.own_calendar for one in changes]),
        "targets": arrays.integers([clock.target_s for clock in clocks]),
        "consumed": arrays.integers([clock.consumed_us for clock in clocks]),
        "running": arrays.instants([clock.running_since for clock in clocks]),
        "paused": arrays.instants([clock.paused_at for clock in clocks]),
        "due": arrays.instants([clock.due_at for clock in clocks]),
        "steps": arrays.instants([rules.next_step_at(one.after, one.base.terms) for one in changes]),
        "stopped": arrays.instants([clock.stopped_at for clock in clocks]),
        "breached": arrays.instants([clock.breached_at for clock in clocks]),
        "outcomes": arrays.texts([clock.outcome for clock in clocks]),
        "warned": arrays.integers([clock.warned for clock in clocks]),
        "escalated": arrays.integers([clock.escalated for clock in clocks]),
        "external": arrays.flags([clock.external for clock in clocks]),
        "reasons": arrays.texts([change.paused_reason for change in changes]),
        "history_reasons": arrays.texts([entry.reason for entry in entries]),
        "actor": actor.id,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "change_clocks"), columns | history_columns(entries))
    announce(actor, changes)


def entries_of(change: Change) -> list[Entry]:
    """Write down the steps a clock took, and a breach that was taken back."""
    locked, rungs = change.locked, change.locked.terms.plan.rungs
    due = locked.clock.due_at
    found = [
        Entry(locked.id, step.kind, step.at, due, step.number, rungs[step.number].verb, rungs[step.number].whom)
        if step.kind == "escalated"
        else Entry(locked.id, step.kind, step.at, due, step.number)
        for step in change.done
    ]
    if is_withdrawn(change):
        ended_or_begun = change.after.stopped_at or change.after.running_since
        at = ended_or_begun or locked.clock.breached_at or locked.clock.started_at
        found.append(Entry(locked.id, "breach_withdrawn", at, due, reason=change.reason))
    return found


def is_withdrawn(change: Change) -> bool:
    """Tell whether a breach that was written is none any more."""
    return change.locked.clock.outcome == "breached" and change.after.outcome != "breached"


def history_columns(entries: Sequence[Entry]) -> dict[str, str]:
    """Turn lines of history into columns."""
    return {
        "clock_ids": arrays.integers([entry.clock_id for entry in entries]),
        "whats": arrays.texts([entry.what for entry in entries]),
        "ats": arrays.instants([entry.at for entry in entries]),
        "dues": arrays.instants([entry.due_at for entry in entries]),
        "numbers": arrays.integers([entry.number for entry in entries]),
        "verbs": arrays.texts([entry.verb for entry in entries]),
        "whoms": arrays.texts([entry.whom for entry in entries]),
    }


def announce(actor: Actor, changes: Sequence[Change]) -> None:
    """Record what clocks reached, in one call."""
    announced: list[log.Event] = []
    for change in changes:
        announced += [_event(change, step) for step in change.done]
        before = change.locked.clock
        if is_withdrawn(change) and before.breached_at:
            announced.append(
                BreachWithdrawn(**change.locked.about(), breached_at=before.breached_at, reason=change.reason)
            )
    log.record(actor, announced)


def announce_redated(actor: Actor, changes: Sequence[Change]) -> None:
    """Tell the modules above whose clocks are due at another time now, one event per kind of subject.

    Emits: ClocksRedated.
    """
    moved = [one for one in changes if one.after.due_at != one.locked.clock.due_at or one.after.stopped_at is not None]
    kinds = sorted({(one.locked.subject_kind, one.locked.simulated) for one in moved})
    batches = [[one for one in moved if (one.locked.subject_kind, one.locked.simulated) == kind] for kind in kinds]
    log.record(
        actor,
        [
            ClocksRedated(
                clock_id=batch[0].locked.id,
                about_kind=kind,
                about_ids=sorted({one.locked.subject_id for one in batch}),
                reason=batch[0].reason,
                simulated=simulated,
            )
            for (kind, simulated), batch in zip(kinds, batches, strict=True)
        ],
    )


def _event(change: Change, step: Done) -> log.Event:
    locked = change.locked
    about = locked.about() | {"owner_id": locked.owner_id, "role": locked.role}
    due = locked.clock.due_at or step.at
    if step.kind == "breached":
        return ClockBreached(**about, breached_at=due)
    if step.kind == "warned":
        return ClockWarned(**about, due_at=due, number=step.number)
    rung = locked.terms.plan.rungs[step.number]
    return ClockEscalated(**about, due_at=due, at=step.at, number=step.number, verb=rung.verb, whom=rung.whom)
