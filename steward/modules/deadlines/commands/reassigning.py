"""Give what was not done in time to somebody else: who has the subject of a clock changes, on the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count
from msgspec import Struct

from steward.kernel import arrays, ports, sql
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.modules.deadlines.commands.locking import PACKAGE, in_transaction
from steward.modules.deadlines.commands.owning import follow_owners
from steward.modules.deadlines.commands.superiors import Superiors
from steward.modules.deadlines.commands.telling import TAKERS, Moved, tell_handovers
from steward.modules.deadlines.events import ClockEscalated, ClockReassigned
from steward.modules.deadlines.models import Clock, History
from steward.modules.deadlines.ports import Able
from steward.modules.deadlines.rules.takeovers import Chosen, Taker, choose
from steward.modules.people import queries as people

DONE = ("reassigned", "not_reassigned")


class Handover(Struct, frozen=True):
    """A step that took a subject from one person and gave it to another (None: nobody could be found)."""

    step: ClockEscalated
    before_id: int | None
    chosen: Chosen


def reassign_clocks(actor: Actor, *, steps: Sequence[ClockEscalated], now: datetime) -> list[Handover]:
    """Give the subjects of clocks that reached “reassign” to the next person; their modules say who may have them.

    A step of the caller's command, which moves what else belongs to the subject. Both people are told; where nobody
    takes over, managers and who is on call are. A clock that ended, and a step that was taken before, are left alone.
    What counts by the hours of its owner's team counts by the new one's.
    Emits: ClockReassigned. Locks: the clocks, in id order.
    """
    in_transaction()
    able = {key: one for kind in {step.about_kind for step in steps} for key, one in _able(kind, steps).items()}
    wanted = _still_wanted([step for step in steps if _key(step) in able])
    if not wanted:
        return []
    takers = {id_ for step, _row in wanted for id_ in able[_key(step)].allowed}
    concerned = {id_ for step, row in wanted for id_ in (row.owner_id, step.owner_id) if id_}
    concerned |= {id_ for step, _row in wanted for id_ in able[_key(step)].in_role}
    superiors = Superiors(takers | concerned, now)
    roster = _Roster(takers, superiors, now)
    found = [roster.hand_over(step, clock.owner_id, able[_key(step)]) for step, clock in wanted]
    _write(actor, found, now)
    follow_owners(actor, clock_ids={one.step.clock_id for one in found if one.chosen.staff_id is not None}, at=now)
    log.record(actor, [_event(one) for one in found])
    moved = [Moved(one.step, one.before_id, one.chosen.staff_id) for one in found]
    tell_handovers(actor, moved=moved, superiors=superiors, now=now)
    return found


def _key(step: ClockEscalated) -> tuple[str, int, str]:
    return step.about_kind, step.about_id, step.clock_kind


def _able(kind: str, steps: Sequence[ClockEscalated]) -> dict[tuple[str, int, str], Able]:
    """Ask a subject's module who may take its subjects over."""
    asked = [(step.about_id, step.clock_kind, step.whom or step.role) for step in steps if step.about_kind == kind]
    found: Mapping[tuple[int, str], Able] = ports.bound(TAKERS + kind)(asked)
    return {(kind, *key): one for key, one in found.items()}


def _still_wanted(steps: Sequence[ClockEscalated]) -> list[tuple[ClockEscalated, Clock]]:
    """Lock the clocks that still run, and leave out what was done before. Locks: the clocks, in id order."""
    ids = sorted({step.clock_id for step in steps})
    rows = {row.id: row for row in Clock.objects.select_for_update().filter(id__in=ids, stopped_at=None).order_by("id")}
    past = History.objects.filter(clock_id__in=rows, what__in=DONE).values_list("clock_id", "number", "due_at")
    done = set(past)
    found = []
    for step in sorted(steps, key=lambda one: (one.clock_id, one.number)):
        if step.clock_id in rows and (key := (step.clock_id, step.number, step.due_at)) not in done:
            done.add(key)
            found.append((step, rows[step.clock_id]))
    return found


class _Roster:
    """Who is there now and how much they have; what is given out counts at once."""

    def __init__(self, staff_ids: Collection[int], superiors: Superiors, now: datetime) -> None:
        self.superiors = superiors
        self.away = people.on_leave(at=now)
        self.on_duty = {one.staff_id for one in people.staff_on_duty(at=now)}
        self.present = people.present_staff(at=now)
        self.has = Counter(open_clocks_of(staff_ids))
        self.owners: dict[int, int | None] = {}

    def hand_over(self, step: ClockEscalated, owner_id: int | None, able: Able) -> Handover:
        before = self.owners.get(step.clock_id, owner_id)
        takers = [
            Taker(id_, self.has[id_], id_ in self.on_duty, id_ in self.present, id_ in able.in_role)
            for id_ in sorted(able.allowed)
        ]
        manager, on_call = self._called_in(step, before, able)
        chosen = choose(takers, owner_id=before, away=self.away, on_call_id=on_call, manager_id=manager)
        if chosen.staff_id is not None:
            self.has[chosen.staff_id] += 1
            self.owners[step.clock_id] = chosen.staff_id
        return Handover(step, before, chosen)

    def _called_in(self, step: ClockEscalated, owner_id: int | None, able: Able) -> tuple[int | None, int | None]:
        """Name the manager and who is on call for the owner, or for the people who could have had it."""
        whom = owner_id or min(able.in_role, default=None)
        return self.superiors.manager_of(whom), self.superiors.on_call_for(whom)


def open_clocks_of(staff_ids: Iterable[int]) -> dict[int, int]:
    """Count what runs under each of these people."""
    rows = Clock.objects.filter(owner_id__in=list(staff_ids), stopped_at=None).values_list("owner_id")
    return {int(owner or 0): count for owner, count in rows.annotate(count=Count("id"))}


def _write(actor: Actor, found: Sequence[Handover], now: datetime) -> None:
    columns: dict[str, Any] = {
        "ids": arrays.integers([one.step.clock_id for one in found]),
        "whats": arrays.texts(["reassigned" if one.chosen.staff_id else "not_reassigned" for one in found]),
        "dues": arrays.instants([one.step.due_at for one in found]),
        "numbers": arrays.integers([one.step.number for one in found]),
        "whoms": arrays.texts([one.step.whom for one in found]),
        "reasons": arrays.texts([one.chosen.how for one in found]),
        "befores": arrays.integers([one.before_id for one in found]),
        "afters": arrays.integers([one.chosen.staff_id for one in found]),
        "now": now,
        "actor": actor.id,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "reassign_clocks"), columns)


def _event(one: Handover) -> ClockReassigned:
    step = one.step
    return ClockReassigned(
        clock_id=step.clock_id,
        clock_kind=step.clock_kind,
        about_kind=step.about_kind,
        about_id=step.about_id,
        cycle=step.cycle,
        due_at=step.due_at,
        number=step.number,
        how=one.chosen.how,
        before_id=one.before_id,
        after_id=one.chosen.staff_id,
        simulated=step.simulated,
    )
