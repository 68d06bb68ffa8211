"""Look for what went wrong, in bounded batches, and close what is wrong no longer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Q
from msgspec import Struct

from steward.kernel import arrays, events, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStop, stop_clocks
from steward.modules.orders.commands.exceptions_opening import OPEN, PACKAGE, SUBJECT, Fact, note, open_facts, unmute
from steward.modules.orders.commands.progress import MISMATCH
from steward.modules.orders.events import ExceptionClosed
from steward.modules.orders.models import Detector, ExceptionCase
from steward.modules.orders.rules.detectors import ENDED_BY, SWEPT, before

BATCH = 500
SUBJECTS: Mapping[str, str] = {"unmatched_callback": "callback", "unmatched_cancellation": "cancellation"}
STUCK_IN = ("received", "checked", "audit")


class Batch(Struct, frozen=True):
    """One step of the sweep: where to go on (None: there is no more), and what was done."""

    next_after: int | None
    opened: int = 0
    again: int = 0
    muted: int = 0
    closed: int = 0


class Swept(Struct):
    """What a whole sweep did."""

    opened: int = 0
    again: int = 0
    muted: int = 0
    unmuted: int = 0
    closed: int = 0


def sweep(actor: Actor, *, now: datetime, batch: int = BATCH) -> Swept:
    """Close what is gone, then look for everything that time can show; a transaction per batch.

    Safe to run twice, and at once on two machines. Emits: ExceptionOpened, ExceptionClosed.
    """
    done = Swept()
    known = list(Detector.objects.order_by("position").values_list("code", "active"))
    for code, _active in known:
        for step in _steps(partial(close_gone, actor, code=code, now=now, limit=batch)):
            done.closed += step.closed
    for step in _steps(partial(wake_muted, actor, now=now, limit=batch)):
        done.unmuted += step.opened
    for code in [code for code, active in known if active and code in SWEPT]:
        for step in _steps(partial(detect, actor, code=code, now=now, limit=batch)):
            done.opened += step.opened
            done.again += step.again
            done.muted += step.muted
    return done


def _steps(command: Callable[..., Batch]) -> Iterator[Batch]:
    """Run a command from key to key until there is no more."""
    after: int | None = 0
    while after is not None:
        step = command(after=after)
        yield step
        after = step.next_after


@command(needs="orders.exceptions")
def detect(actor: Actor, *, code: str, after: int, now: datetime, limit: int = BATCH) -> Batch:
    """Open exceptions for the next subjects, by key, of which one detector sees something new.

    Emits: ExceptionOpened. Locks: unique keys by subject.
    """
    detector = Detector.objects.get(code=code)
    facts = unknown(detector, now, after=after, limit=limit)
    opened = open_facts(actor, code=code, facts=facts, now=now)
    next_after = facts[-1].subject_id if len(facts) == limit else None
    return Batch(next_after, opened.opened, opened.again, opened.muted)


def unknown(detector: Detector, now: datetime, *, after: int = 0, limit: int = BATCH) -> list[Fact]:
    """Ask which facts of a detector hold now and have no exception yet, or one that closed itself.

    One statement: what is known already never leaves the database. A subject has one fact of a detector at a time.
    """
    rows = _asked(detector, "exceptions_new", now, after, limit)
    kind = SUBJECTS.get(detector.code, "order")
    # Django hands jsonb of a bare statement over as text.
    return [Fact(row[0], row[2], row[1], msgspec.json.decode(row[3]), row[4], kind) for row in rows]


def _asked(detector: Detector, question: str, now: datetime, after: int, limit: int) -> list[tuple[Any, ...]]:
    """Hold what a detector's statement sees against the exceptions that stand."""
    with connection.cursor() as cursor:
        cursor.execute(*asking(detector, question, now, after, limit))
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def asking(detector: Detector, question: str, now: datetime, after: int, limit: int) -> tuple[str, dict[str, Any]]:
    """Put what a detector sees into a question about the exceptions that stand: exceptions_new or exceptions_gone."""
    columns = {
        "detector": detector.id,
        "subject_kind": SUBJECTS.get(detector.code, "order"),
        "after": after,
        "limit": limit,
        **bounds(detector, now),
    }
    seen = sql.load(PACKAGE, f"detect_{detector.code}").replace("{goods_lost}", sql.load(PACKAGE, "goods_lost"))
    return sql.load(PACKAGE, question).replace("{detector}", seen), columns


def bounds(detector: Detector, now: datetime) -> dict[str, Any]:
    """Turn a detector's limits into the instants and numbers its statement compares with."""
    limits: Mapping[str, int] = detector.limits
    if detector.code == "stuck":
        states = [state for state in STUCK_IN if f"{state}_s" in limits]
        befores = [before(now, limits, f"{state}_s") for state in states]
        return {"states": arrays.texts(states), "befores": arrays.instants(befores)}
    found: dict[str, Any] = {}
    if "after_s" in limits:
        found["before"] = before(now, limits, "after_s")
    if "recent_s" in limits:
        found["since"] = before(now, limits, "recent_s")
    if "within_s" in limits:
        found["within"] = timedelta(seconds=limits["within_s"])
    return found


@command(needs="orders.exceptions")
def close_gone(actor: Actor, *, code: str, after: int, now: datetime, limit: int = BATCH) -> Batch:
    """Close the exceptions of a detector whose fact is gone; the next by key. One that was switched off has none left.

    Most of them stay as they are: only what changes is read and locked.
    Emits: ExceptionClosed. Locks: exceptions in id order.
    """
    ids = gone(Detector.objects.get(code=code), now, after=after, limit=limit)
    ended = _lock_open(ids)
    close(actor, ended, now)
    return Batch(ids[-1] if len(ids) == limit else None, closed=len(ended))


@command(needs="orders.exceptions")
def wake_muted(actor: Actor, *, after: int, now: datetime, limit: int = BATCH) -> Batch:
    """Open the exceptions whose mute has ended; the next by key. Emits: ExceptionOpened. Locks: them, in id order."""
    over = Q(mute__ended_at__isnull=False) | Q(mute__until__lte=now)
    silent = ExceptionCase.objects.filter(over, state="muted", id__gt=after).order_by("id")
    ids = list(silent.values_list("id", flat=True)[:limit])
    opened = unmute(actor, [case for case in _lock_open(ids) if case.state == "muted"], now)
    return Batch(ids[-1] if len(ids) == limit else None, opened=opened)


def gone(detector: Detector, now: datetime, *, after: int = 0, limit: int = BATCH) -> list[int]:
    """Ask which exceptions of a detector have no fact behind them any more, the next by key."""
    if detector.active and detector.code in SWEPT:
        return [id_ for (id_,) in _asked(detector, "exceptions_gone", now, after, limit)]
    if detector.active and detector.code == "payment_trouble":
        return _settled(detector, after, limit)
    standing = ExceptionCase.objects.filter(detector=detector, state__in=("muted", *OPEN), id__gt=after)
    if detector.active:
        standing = standing.filter(order__state__in=ENDED_BY.get(detector.code, ()))
    return list(standing.order_by("id").values_list("id", flat=True)[:limit])


def _settled(detector: Detector, after: int, limit: int) -> list[int]:
    """Tell which money was looked at: its finding was mended or accepted."""
    columns: dict[str, Any] = {"detector": detector.id, "finding": MISMATCH, "after": after, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "exceptions_settled"), columns)
        return [id_ for (id_,) in cursor.fetchall()]


def _lock_open(ids: Collection[int]) -> list[ExceptionCase]:
    """Lock exceptions that nobody has ended meanwhile. Locks: exceptions in id order."""
    if not ids:
        return []
    locked = ExceptionCase.objects.select_for_update(of=("self",)).select_related("detector", "order")
    return list(locked.filter(id__in=ids, state__in=("muted", *OPEN)).order_by("id"))


def close(actor: Actor, cases: Sequence[ExceptionCase], now: datetime) -> None:
    """Close locked exceptions whose fact is gone, marked as having closed themselves. Emits: ExceptionClosed."""
    ids = [case.id for case in cases]
    if not ids:
        return
    ExceptionCase.objects.filter(id__in=ids, state__in=("muted", *OPEN)).update(
        state="solved", outcome="gone", automatic=True, closed_at=now, closed_by=actor.id
    )
    note(actor, dict.fromkeys(ids, ("gone", "")), now)
    stop_clocks(actor, stops=[ClockStop(SUBJECT, case.id, case.detector.clock_kind) for case in cases], at=now)
    events.record(
        actor,
        [
            ExceptionClosed(
                order_id=case.order_id or 0,
                exception_id=case.id,
                detector=case.detector.code,
                state="solved",
                outcome="gone",
                automatic=True,
                simulated=case.simulated,
            )
            for case in cases
            if case.state != "muted"
        ],
    )


@command(needs="orders.exceptions")
def close_refunds(actor: Actor, *, refund_ids: Sequence[int], now: datetime) -> int:
    """Close the trouble with refunds that went out or were called off; a second run closes none. Returns how many.

    Emits: ExceptionClosed. Locks: exceptions in id order.
    """
    locked = ExceptionCase.objects.select_for_update(of=("self",)).select_related("detector")
    about = locked.filter(detector__code="payment_trouble", state__in=("muted", *OPEN))
    cases = list(about.filter(facts__refund_id__in=list(refund_ids)).order_by("id"))
    close(actor, cases, now)
    return len(cases)


@command(needs="orders.exceptions")
def close_facts(actor: Actor, *, code: str, keys: Sequence[tuple[int, str]], now: datetime) -> int:
    """Close exceptions of a detector whose facts, named by subject and key, are over; a second run closes none.

    Returns how many. Emits: ExceptionClosed. Locks: exceptions in id order.
    """
    locked = ExceptionCase.objects.select_for_update(of=("self",)).select_related("detector")
    about = locked.filter(detector__code=code, state__in=("muted", *OPEN), subject_id__in=[one for one, _key in keys])
    wanted = set(keys)
    cases = [case for case in about.order_by("id") if (case.subject_id, case.fact) in wanted]
    close(actor, cases, now)
    return len(cases)


@command(needs="orders.exceptions")
def note_facts(actor: Actor, *, code: str, facts: Sequence[Fact], now: datetime) -> int:
    """Open exceptions for facts that an event told of; a second run opens none. Returns how many were opened.

    Emits: ExceptionOpened.
    """
    return open_facts(actor, code=code, facts=facts, now=now).opened


def limits_of(code: str) -> dict[str, int]:
    """Return the limits of an active detector; empty where it is off."""
    row = Detector.objects.filter(code=code, active=True).first()
    return dict(row.limits) if row else {}
