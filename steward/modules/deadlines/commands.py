"""Start, stop, cancel and sweep clocks: one statement each, however many clocks.

`start_clocks`, `stop_clocks` and `cancel_clocks` are steps of the caller's command (taking an order starts its clocks):
the permission was checked there, and they run inside its transaction only.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from steward.kernel import arrays, errors, memory, sql
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.bundle import write
from steward.kernel.command import command
from steward.modules.deadlines.events import ClockBreached, TimeLimitSet
from steward.modules.deadlines.models import Policy

FRESH_S = 5.0
SWEEP_LIMIT = 1_000
LONGEST_LIMIT_S = 366 * 24 * 3600
PACKAGE = "steward.modules.deadlines"
_policies: dict[str, Any] = {"at": None, "by_kind": {}}


class UnfitLimit(errors.Refusal):
    """Refuse a time limit that is none."""

    code = "unfit_limit"
    status = 422
    message = _("Give a time between one second and a year.")


class ClockStart(NamedTuple):
    """A clock to start for a subject."""

    subject_kind: str
    subject_id: int
    kind: str
    started_at: datetime


class ClockStop(NamedTuple):
    """A clock to end for a subject."""

    subject_kind: str
    subject_id: int
    kind: str


class ClockEnd(NamedTuple):
    """What became of a clock: met, breached or cancelled."""

    subject_kind: str
    subject_id: int
    kind: str
    outcome: str


def forget_policies() -> None:
    """Read the policies anew from the database."""
    _policies["at"] = None


memory.remembers(forget_policies)


def _active_policies() -> dict[tuple[str, str], tuple[int, int]]:
    """Return (policy id, target_s) per subject and clock kind; another machine's change is seen within five seconds."""
    if _policies["at"] is None or time.monotonic() - _policies["at"] > FRESH_S:
        rows = Policy.objects.filter(active=True).values_list("subject_kind", "clock_kind", "id", "target_s")
        _policies["by_kind"] = {(subject, kind): (id_, target) for subject, kind, id_, target in rows}
        _policies["at"] = time.monotonic()
    by_kind: dict[tuple[str, str], tuple[int, int]] = _policies["by_kind"]
    return by_kind


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("clocks move with the change that starts or ends them, inside its transaction")


def start_clocks(actor: Actor, *, starts: Sequence[ClockStart], now: datetime) -> None:
    """Start a clock per subject and kind that has an active policy; kinds without a policy start none.

    A clock that still runs stays as it is; a start not later than one already known changes nothing, so that a second
    run is harmless; otherwise a new cycle begins.
    """
    _in_transaction()
    policies = _active_policies()
    known = [(start, policies[start[0], start[2]]) for start in starts if (start[0], start[2]) in policies]
    if not known:
        return
    columns = {
        "subject_kinds": arrays.texts([start[0] for start, _ in known]),
        "subject_ids": arrays.integers([start[1] for start, _ in known]),
        "kinds": arrays.texts([start[2] for start, _ in known]),
        "policies": arrays.integers([policy_id for _, (policy_id, _) in known]),
        "targets": arrays.integers([target_s for _, (_, target_s) in known]),
        "started": arrays.instants([min(start[3], now) for start, _ in known]),
    }
    write(sql.load(PACKAGE, "start_clocks"), columns)


def stop_clocks(actor: Actor, *, stops: Sequence[ClockStop], at: datetime) -> list[ClockEnd]:
    """End clocks because what they wait for happened: met in time, else breached since their due time.

    Emits: ClockBreached for those no sweep had announced. Locks: the clocks, in id order.
    """
    return _end(actor, stops, at, "met")


def cancel_clocks(actor: Actor, *, stops: Sequence[ClockStop], at: datetime) -> list[ClockEnd]:
    """End clocks because what they wait for is not needed any more; one that was late already stays breached.

    Emits: ClockBreached for those no sweep had announced. Locks: the clocks, in id order.
    """
    return _end(actor, stops, at, "cancelled")


def _end(actor: Actor, stops: Sequence[ClockStop], at: datetime, outcome: str) -> list[ClockEnd]:
    _in_transaction()
    if not stops:
        return []
    parameters = {
        "subject_kinds": arrays.texts([stop[0] for stop in stops]),
        "subject_ids": arrays.integers([stop[1] for stop in stops]),
        "kinds": arrays.texts([stop[2] for stop in stops]),
        "at": at,
        "outcome": outcome,
    }
    rows = _changed(actor, "stop_clocks", parameters)
    return [ClockEnd(row[1], row[2], row[3], row[5]) for row in rows]


@command(needs="settings.policies")
def set_time_limit(actor: Actor, *, policy_id: int, target_s: int) -> int:
    """Put a new version of a time limit in force; clocks that run already keep the limit they started with.

    Returns the id of the version in force. Raises: NotFound, Stale when it was replaced meanwhile, UnfitLimit.
    Emits: TimeLimitSet. Locks: the policy.
    """
    if not 0 < target_s <= LONGEST_LIMIT_S:
        raise UnfitLimit
    old = Policy.objects.select_for_update().filter(id=policy_id).first()
    if old is None:
        raise errors.NotFound(key=policy_id)
    if not old.active:
        raise errors.Stale
    if old.target_s == target_s:
        return old.id
    Policy.objects.filter(id=old.id).update(active=False)
    new = Policy.objects.create(
        subject_kind=old.subject_kind,
        clock_kind=old.clock_kind,
        version=old.version + 1,
        target_s=target_s,
        responsible_role=old.responsible_role,
        calendar=old.calendar,
        set_by=actor.id,
    )
    change = TimeLimitSet(
        policy_id=new.id,
        about_kind=new.subject_kind,
        clock_kind=new.clock_kind,
        before_s=old.target_s,
        after_s=target_s,
    )
    log.record(actor, [change])
    transaction.on_commit(forget_policies)
    return new.id


@command(needs="deadlines.sweep")
def sweep_due(actor: Actor, *, now: datetime, limit: int = SWEEP_LIMIT) -> int:
    """Mark the clocks whose due time has passed as breached, at most `limit` of them.

    Returns how many. Emits: ClockBreached, once per clock. Locks: due clocks, skipping those another sweep has.
    """
    return len(_changed(actor, "sweep_due", {"now": now, "limit": limit}))


def _changed(actor: Actor, statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement that returns clocks and announce those that are breached from now on."""
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, statement), parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    log.record(
        actor,
        [
            ClockBreached(
                clock_id=row[0], about_kind=row[1], about_id=row[2], clock_kind=row[3], cycle=row[4], breached_at=row[6]
            )
            for row in rows
            if row[7]
        ],
    )
    return rows
