"""Start clocks: one insert, however many; it joins a bundle, because taking an order starts clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from steward.kernel import arrays, sql
from steward.kernel.actor import Actor
from steward.kernel.bundle import write
from steward.modules.deadlines import rules
from steward.modules.deadlines.commands.locking import PACKAGE, ClockStop, in_transaction
from steward.modules.deadlines.commands.restating import Restatement
from steward.modules.deadlines.models import History
from steward.modules.deadlines.queries import policies
from steward.modules.deadlines.rules import clocks


class ClockStart(NamedTuple):
    """A clock to start for a subject. `facts` choose the policy; `due_at` is a due time set from outside."""

    subject_kind: str
    subject_id: int
    kind: str
    started_at: datetime
    facts: Mapping[str, Any] | None = None
    owner_id: int | None = None
    responsible_role: str | None = None
    simulated: bool = False
    due_at: datetime | None = None


class _New(NamedTuple):
    start: ClockStart
    policy: policies.PolicyView
    calendar: policies.CalendarKey
    clock: rules.Clock
    next_step_at: datetime | None


def start_clocks(actor: Actor, *, starts: Sequence[ClockStart], now: datetime) -> None:
    """Start a clock per subject and kind that has an active policy; kinds without a policy start none.

    A clock that still runs stays as it is; a start not later than one already known changes nothing, so that a second
    run is harmless; otherwise a new cycle begins. A start ahead of `now` counts from now.
    """
    in_transaction()
    new = [made for start in starts if (made := _new(start, now)) is not None]
    if not new:
        return
    encode, begun = msgspec.json.encode, [one.start for one in new]
    columns = {
        "subject_kinds": arrays.texts([start.subject_kind for start in begun]),
        "subject_ids": arrays.integers([start.subject_id for start in begun]),
        "kinds": arrays.texts([start.kind for start in begun]),
        "policies": arrays.integers([one.policy.id for one in new]),
        "calendars": arrays.integers([one.calendar[1] for one in new]),
        "hours": arrays.texts([None if one.calendar[0] == one.policy.calendar else one.calendar[0] for one in new]),
        "targets": arrays.integers([one.clock.target_s for one in new]),
        "started": arrays.instants([one.clock.started_at for one in new]),
        "due": arrays.instants([one.clock.due_at for one in new]),
        "steps": arrays.instants([one.next_step_at for one in new]),
        "external": arrays.flags([one.clock.external for one in new]),
        "simulated": arrays.flags([start.simulated for start in begun]),
        "owners": arrays.integers([start.owner_id for start in begun]),
        "roles": arrays.texts([start.responsible_role for start in begun]),
        "facts": arrays.texts([encode(start.facts).decode() if start.facts else None for start in begun]),
    }
    write(sql.load(PACKAGE, "start_clocks"), columns)


def _new(start: ClockStart, now: datetime) -> _New | None:
    policy = policies.policy_for(start.subject_kind, start.kind, start.facts)
    if policy is None:
        return None
    in_force = policies.calendar_for(policy, start.owner_id)
    calendar = policies.calendar_key(in_force.code, in_force.version)
    at = min(start.started_at, now)
    target_s = clocks.target_until(at, start.due_at) if start.due_at else policy.target_s
    terms = policies.terms_of(policy, calendar, target_s)
    clock = clocks.started(terms, target_s=target_s, at=at, due_at=start.due_at)
    return _New(start, policy, calendar, clock, clocks.next_step_at(clock, terms))


def reopen_clocks(
    actor: Actor,
    *,
    stops: Sequence[ClockStop],
    at: datetime,
    reason: str,
    restatements: Sequence[Restatement] = (),
) -> int:
    """Open the next cycle of ended clocks with the facts, owner and role they had; what runs stays as it is.

    Ended clocks hear nothing of their subject, so that what changed since they ended is to be said in `restatements`.
    Returns how many were opened; each has the reason in its history.
    """
    in_transaction()
    if not stops:
        return 0
    said = {(one.subject_kind, one.subject_id): one for one in restatements}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "last_cycles"), _named(stops))
        start_clocks(actor, starts=[_next_cycle(row, said.get(row[:2]), at) for row in cursor.fetchall()], now=at)
        cursor.execute(sql.load(PACKAGE, "cycles_of"), _named(stops) | {"at": at})
        opened = cursor.fetchall()
    History.objects.bulk_create(
        History(clock_id=id_, what="reopened", at=at, due_at=due, reason=reason, actor=actor.id) for id_, due in opened
    )
    return len(opened)


def _next_cycle(row: tuple[Any, ...], said: Restatement | None, at: datetime) -> ClockStart:
    subject_kind, subject_id, kind, facts, owner_id, role, simulated = row
    if said is None:
        facts_then = facts and msgspec.json.decode(facts)
        return ClockStart(subject_kind, subject_id, kind, at, facts_then, owner_id, role, simulated)
    return ClockStart(subject_kind, subject_id, kind, at, said.facts, said.owner_id, said.responsible_role, simulated)


def _named(stops: Sequence[ClockStop]) -> dict[str, str]:
    return {
        "subject_kinds": arrays.texts([stop[0] for stop in stops]),
        "subject_ids": arrays.integers([stop[1] for stop in stops]),
        "kinds": arrays.texts([stop[2] for stop in stops]),
    }
