"""Open exceptions: one per fact, each with an owner, a clock and one notice; muted where a mute says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Count
from msgspec import Struct

from steward.kernel import arrays, events, languages, sql
from steward.kernel.actor import Actor
from steward.modules.deadlines.commands import ClockStart, ClockStop, Owner, reopen_clocks, set_owners, start_clocks
from steward.modules.deadlines.rules import holds, parse
from steward.modules.messaging.commands import Notice, notify_staff
from steward.modules.orders.events import ExceptionOpened
from steward.modules.orders.models import Detector, ExceptionCase, ExceptionNote, Mute, Order
from steward.modules.orders.queries.exception_words import detector_label
from steward.modules.orders.rules.detectors import Candidate, owners
from steward.modules.people import queries as people

PACKAGE = "steward.modules.orders"
SUBJECT, OPEN = "exception", ("open", "in_work")


class Fact(Struct, frozen=True):
    """Something seen that needs somebody. `key` is its fingerprint: the same key of a subject is the same fact."""

    subject_id: int
    key: str
    order_id: int | None = None
    facts: Mapping[str, Any] = {}
    simulated: bool = False
    subject_kind: str = "order"


class Opened(Struct, frozen=True):
    """What became of facts: how many exceptions were opened, opened again, or muted."""

    opened: int = 0
    again: int = 0
    muted: int = 0


def open_facts(actor: Actor, *, code: str, facts: Sequence[Fact], now: datetime) -> Opened:
    """Open an exception for each fact that has none, as a step of the caller's command; a second run opens none.

    One that had closed itself opens again when its fact is back, muted where a mute fits; what a person closed stays
    closed. Past orders have none. Emits: ExceptionOpened. Locks: unique keys by subject and fact, then exceptions in id
    order.
    """
    detector = Detector.objects.filter(code=code, active=True).first()
    wanted = _without_past(facts)
    if detector is None or not wanted:
        return Opened()
    fresh, back = _write(detector, wanted, now)
    opened = [row[0] for row in fresh if row[1] == "open"]
    follow_opened(actor, detector, opened, now)
    silent = [row[0] for row in back if row[1] == "muted"]
    _follow_back(actor, detector, back, silent, now)
    return Opened(len(opened), len(back) - len(silent), len(fresh) - len(opened) + len(silent))


def _follow_back(
    actor: Actor, detector: Detector, back: Sequence[BackRow], silent: Sequence[int], now: datetime
) -> None:
    """Give exceptions that are back their next cycle; one that was muted when it closed itself is as if new."""
    if not back:
        return
    note(actor, {row[0]: ("reopened", "") for row in back}, now)
    note(actor, dict.fromkeys(silent, ("muted", "")), now)
    again = [row[0] for row in back if row[1] == "open" and not row[4]]
    if again:
        stops = [ClockStop(SUBJECT, id_, detector.clock_kind) for id_ in again]
        reopen_clocks(actor, stops=stops, at=now, reason="fact is back")
        _own(actor, detector, again, now)
    follow_opened(actor, detector, [row[0] for row in back if row[1] == "open" and row[4]], now)


def unmute(actor: Actor, cases: Sequence[ExceptionCase], now: datetime) -> int:
    """Let locked exceptions whose mute has ended stand open like any other. Emits: ExceptionOpened."""
    by_detector: dict[int, list[int]] = defaultdict(list)
    for case in cases:
        by_detector[case.detector_id].append(case.id)
    for detector in Detector.objects.filter(id__in=list(by_detector)).order_by("id"):
        ids = by_detector[detector.id]
        ExceptionCase.objects.filter(id__in=ids, state="muted").update(state="open", opened_at=now, mute_id=None)
        note(actor, dict.fromkeys(ids, ("unmuted", "")), now)
        follow_opened(actor, detector, ids, now)
    return len(cases)


def note(actor: Actor, rows: Mapping[int, tuple[str, str]], now: datetime) -> None:
    """Write what happened to exceptions: (what, text) by id."""
    ExceptionNote.objects.bulk_create(
        ExceptionNote(case_id=id_, at=now, actor=actor.id, what=what, text=text) for id_, (what, text) in rows.items()
    )


def _without_past(facts: Sequence[Fact]) -> list[Fact]:
    """Leave out past orders, and name whether an order is a drill; the same fact twice is one."""
    known = dict(
        Order.objects.filter(id__in={fact.order_id for fact in facts if fact.order_id}, historic=False).values_list(
            "id", "simulated"
        )
    )
    found = {
        (fact.subject_id, fact.key): msgspec.structs.replace(
            fact, simulated=fact.simulated or known.get(fact.order_id or 0, False)
        )
        for fact in facts
        if fact.order_id is None or fact.order_id in known
    }
    return [found[key] for key in sorted(found)]


Row = tuple[int, str, int | None, bool]
BackRow = tuple[int, str, int | None, bool, bool]


def _write(detector: Detector, facts: Sequence[Fact], now: datetime) -> tuple[list[Row], list[BackRow]]:
    """Insert what is new and reopen what closed itself, both muted where a mute fits.

    Returns both, as id, state, order, drill; of what is back also whether it was muted when it closed itself.
    """
    mutes = [
        (mute.id, parse(mute.condition))
        for mute in Mute.objects.filter(detector=detector, ended_at=None, until__gt=now).order_by("id")
    ]
    muted_by = [next((id_ for id_, test in mutes if holds(test, fact.facts)), None) for fact in facts]
    columns: dict[str, Any] = {
        "detector": detector.id,
        "subject_kind": facts[0].subject_kind,
        "severity": detector.severity,
        "role": detector.responsible_role,
        "now": now,
        "subjects": arrays.integers([fact.subject_id for fact in facts]),
        "orders": arrays.integers([fact.order_id for fact in facts]),
        "keys": arrays.texts([fact.key for fact in facts]),
        "facts": arrays.texts([msgspec.json.encode(fact.facts).decode() for fact in facts]),
        "mutes": arrays.integers(muted_by),
        "simulated": arrays.flags([fact.simulated for fact in facts]),
    }
    back = {name: columns[name] for name in ("detector", "subject_kind", "now", "subjects", "keys", "mutes")}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "open_exceptions"), columns)
        fresh = cursor.fetchall()
        cursor.execute(sql.load(PACKAGE, "reopen_exceptions"), back)
        return fresh, cursor.fetchall()


def follow_opened(actor: Actor, detector: Detector, ids: Sequence[int], now: datetime) -> None:
    """Give exceptions that have just opened an owner and a clock, and tell of them once."""
    if not ids:
        return
    _own(actor, detector, ids, now)
    cases = list(ExceptionCase.objects.filter(id__in=ids).select_related("order").order_by("id"))
    facts = {"severity": detector.severity, "detector": detector.code}
    start_clocks(
        actor,
        starts=[
            ClockStart(
                SUBJECT,
                case.id,
                detector.clock_kind,
                now,
                facts=facts,
                owner_id=case.owner_id,
                responsible_role=case.responsible_role,
                simulated=case.simulated,
            )
            for case in cases
        ],
        now=now,
    )
    tell(actor, detector, cases, now)
    events.record(
        actor,
        [
            ExceptionOpened(
                order_id=case.order_id or 0,
                exception_id=case.id,
                detector=detector.code,
                severity=detector.severity,
                owner_id=case.owner_id,
                simulated=case.simulated,
            )
            for case in cases
        ],
    )


def _own(actor: Actor, detector: Detector, ids: Sequence[int], now: datetime) -> None:
    """Hand exceptions to the people on duty, whoever has fewest; where nobody is there the role's queue has them."""
    found = owners(candidates(detector.responsible_role, now), len(ids))
    with connection.cursor() as cursor:
        columns = {"ids": arrays.integers(ids), "owners": arrays.integers(found)}
        cursor.execute(sql.load(PACKAGE, "own_exceptions"), columns)
    kind = detector.clock_kind
    set_owners(actor, owners=[Owner(SUBJECT, id_, kind, owner) for id_, owner in zip(ids, found, strict=True)], at=now)


def candidates(role: str, now: datetime) -> list[Candidate]:
    """List who could own exceptions of a role: nobody who is on leave."""
    away = people.on_leave(at=now)
    there = {one.staff_id for one in people.staff_on_duty(at=now)}
    present = people.present_staff(at=now)
    wanted = [id_ for id_ in people.staff_with_role(role) if id_ not in away]
    counts = dict(
        ExceptionCase.objects.filter(owner_id__in=wanted, state__in=OPEN)
        .values_list("owner_id")
        .annotate(count=Count("id"))
    )
    return [Candidate(id_, counts.get(id_, 0), id_ in there, id_ in present) for id_ in wanted]


def tell(actor: Actor, detector: Detector, cases: Sequence[ExceptionCase], now: datetime) -> None:
    """Put a notice before the owner, or before everybody of the role where it has none; once per opening."""
    everybody = people.staff_with_role(detector.responsible_role)
    what = languages.in_each(lambda: detector_label(detector.code))
    notices = [
        Notice(
            staff_ids=[case.owner_id] if case.owner_id else everybody,
            kind="exception",
            template="exception_opened",
            params={"subject": number_of(case), "what": what},
            subject_kind="order" if case.order_id else SUBJECT,
            subject_id=case.order_id or case.id,
            dedupe_key=f"exception:{case.id}",
            urgent=detector.severity == "urgent",
            simulated=case.simulated,
        )
        for case in cases
    ]
    notify_staff(actor, notices=[one for one in notices if one.staff_ids], now=now)


def number_of(case: ExceptionCase) -> str:
    """Name the subject of an exception as people call it."""
    return case.order.number if case.order else str(case.facts.get("document") or case.facts.get("number") or case.id)
