"""Look for what went wrong, in bounded batches, and close what is wrong no longer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, events, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStop, stop_clocks
from steward.modules.orders.commands.exceptions_opening import OPEN, PACKAGE, SUBJECT, Fact, note, open_facts, unmute
from steward.modules.orders.commands.progress import MISMATCH
from steward.modules.orders.events import ExceptionClosed
from steward.modules.orders.models import Detector, ExceptionCase, OrderFinding
from steward.modules.orders.rules.detectors import ENDED_BY, SWEPT, before

BATCH = 500
SUBJECTS: Mapping[str, str] = {"unmatched_callback": "callback", "unmatched_cancellation": "cancellation"}
STUCK_IN = ("received", "checked", "audit")
# What it takes to see that a fact is gone; a sweep reads every open exception.
LOOKED_AT = (
    "subject_id",
    "fact",
    "facts",
    "state",
    "order__state",
    "mute__until",
    "mute__ended_at",
    "detector__code",
    "detector__active",
    "detector__limits",
)


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
    for code in Detector.objects.order_by("position").values_list("code", flat=True):
        after: int | None = 0
        while after is not None:
            step = close_gone(actor, code=code, after=after, now=now, limit=batch)
            done.closed += step.closed
            done.unmuted += step.opened
            after = step.next_after
    for code in (
        Detector.objects.filter(active=True, code__in=SWEPT).order_by("position").values_list("code", flat=True)
    ):
        after = 0
        while after is not None:
            step = detect(actor, code=code, after=after, now=now, limit=batch)
            done.opened += step.opened
            done.again += step.again
            done.muted += step.muted
            after = step.next_after
    return done


@command(needs="orders.exceptions")
def detect(actor: Actor, *, code: str, after: int, now: datetime, limit: int = BATCH) -> Batch:
    """Open exceptions for the next subjects, by key, that one detector sees; what is known already opens none.

    Emits: ExceptionOpened. Locks: unique keys by subject.
    """
    detector = Detector.objects.get(code=code)
    facts = seen(detector, now, after=after, limit=limit)
    opened = open_facts(actor, code=code, facts=facts, now=now)
    next_after = facts[-1].subject_id if len(facts) == limit else None
    return Batch(next_after, opened.opened, opened.again, opened.muted)


def seen(
    detector: Detector, now: datetime, *, after: int = 0, limit: int = BATCH, only: Sequence[int] | None = None
) -> list[Fact]:
    """Ask the detector's statement which facts hold now; `only` narrows it to some subjects."""
    columns: dict[str, Any] = {
        "after": after,
        "limit": limit,
        "only": arrays.integers(only) if only is not None else None,
        **bounds(detector, now),
    }
    kind = SUBJECTS.get(detector.code, "order")
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, f"detect_{detector.code}"), columns)
        rows = cursor.fetchall()
    # Django hands jsonb of a bare statement over as text.
    return [Fact(row[0], row[2], row[1], msgspec.json.decode(row[3]), row[4], kind) for row in rows]


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
    """Close the exceptions of a detector whose fact is gone, and open those whose mute has ended; the next by key.

    Exceptions of a detector that was switched off are closed as well. Most of them stay as they are: only what changes
    is locked, and looked at once more. Emits: ExceptionClosed, ExceptionOpened. Locks: exceptions in id order.
    """
    waiting = ExceptionCase.objects.filter(detector__code=code, state__in=("muted", *OPEN), id__gt=after)
    found = list(waiting.select_related("detector", "mute", "order").only(*LOOKED_AT).order_by("id")[:limit])
    if not found:
        return Batch(None)
    gone = _gone(found[0].detector, found, now)
    heard_again = {case.id for case in found if case.id not in gone and _is_mute_over(case, now)}
    cases = _lock_open(gone | heard_again)
    ended = [case for case in cases if case.id in gone]
    close(actor, ended, now)
    opened = unmute(actor, [case for case in cases if case.id in heard_again and case.state == "muted"], now)
    return Batch(found[-1].id if len(found) == limit else None, opened=opened, closed=len(ended))


def _lock_open(ids: Collection[int]) -> list[ExceptionCase]:
    """Lock exceptions that nobody has ended meanwhile. Locks: exceptions in id order."""
    if not ids:
        return []
    locked = ExceptionCase.objects.select_for_update(of=("self",)).select_related("detector", "order")
    return list(locked.filter(id__in=ids, state__in=("muted", *OPEN)).order_by("id"))


def _is_mute_over(case: ExceptionCase, now: datetime) -> bool:
    return case.mute is not None and (case.mute.ended_at is not None or case.mute.until <= now)


def _gone(detector: Detector, cases: Sequence[ExceptionCase], now: datetime) -> set[int]:
    """Tell which exceptions have no fact behind them any more."""
    if not detector.active:
        return {case.id for case in cases}
    if detector.code in SWEPT:
        subjects = sorted({case.subject_id for case in cases})
        # A subject has at most one fact of a detector at a time, so that as many rows as subjects are enough.
        held = {(fact.subject_id, fact.key) for fact in seen(detector, now, limit=len(subjects), only=subjects)}
        return {case.id for case in cases if (case.subject_id, case.fact) not in held}
    if detector.code == "payment_trouble":
        return _settled(cases)
    ended = ENDED_BY.get(detector.code, ())
    return {case.id for case in cases if case.order is not None and case.order.state in ended}


def _settled(cases: Sequence[ExceptionCase]) -> set[int]:
    """Tell which money was looked at: its finding was mended or accepted."""
    entries = {str(case.facts["entry_id"]): case.id for case in cases if "entry_id" in case.facts}
    settled = OrderFinding.objects.filter(
        code=MISMATCH, order_id__in=[case.order_id for case in cases], resolved_at__isnull=False
    )
    return {entries[str(entry)] for entry in settled.values_list("params__entry", flat=True) if str(entry) in entries}


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
