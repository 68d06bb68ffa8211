"""Record what a telephone system tells of calls: in any order, as often as it likes, one story comes out (CUS-3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steward.kernel import events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.commands.matching import match_customers
from steward.modules.customers.queries.search import canonical_phone
from steward.modules.customers.rules.buyers import Buyer, Profile
from steward.modules.desk.commands import call_clocks
from steward.modules.desk.commands.screen_pops import pop_up
from steward.modules.desk.events import CallMissed, CallMoved
from steward.modules.desk.models import Call, CallBack, CallEvent, Extension
from steward.modules.desk.rules.calls import CallNews, Happened, Story, story
from steward.modules.people import queries as people

ATTEMPTS = 4
FIELDS = (
    "state", "extension", "staff_id", "customer_id", "called", "rang_at", "answered_at", "ended_at", "held_s",
    "transfers", "recording_url", "clock_ends_at",
)  # fmt: skip
CALL_BACK_MIN = parameters.define(
    "desk.call_back_min", 30, unit="min", label=_("Minutes after which a missed caller is called back"), minimum=1
)


def record_calls(actor: Actor, *, box: str, news: Sequence[CallNews], now: datetime) -> int:
    """Record what was told of calls of one telephone system; return how many calls stand otherwise than before.

    The clock of answering runs from the ring on. A call that nobody answered asks for a call back; one that is
    answered settles it. Called by doors, outside any transaction.
    Emits: CallMoved, CallMissed. Locks: customers' identities, calls by id, their clocks.
    """
    for _attempt in range(ATTEMPTS - 1):
        try:
            return note_calls(actor, box=box, news=news, now=now)
        except IntegrityError:  # somebody made the same customer or call back in this moment; now it is found
            continue
    return note_calls(actor, box=box, news=news, now=now)


@command(needs="desk.take_in")
def note_calls(actor: Actor, *, box: str, news: Sequence[CallNews], now: datetime) -> int:
    """Record what was told, in one transaction; see record_calls."""
    rows = _locked(box, news, now)
    _know_customers(rows, news)
    staff = _staff(box, news)
    CallEvent.objects.bulk_create([_event(rows[one.call_id], one, staff) for one in news], ignore_conflicts=True)
    told: dict[int, list[Happened]] = defaultdict(list)
    for event in CallEvent.objects.filter(call__in=rows.values()).order_by("id"):
        told[event.call_id].append(Happened(event.kind, event.at, event.extension, event.staff_id, event.url))
    changed: list[tuple[Call, str, int | None]] = []
    for row in sorted(rows.values(), key=lambda one: one.id):
        before, had = row.state if row.rang_at or row.ended_at or row.answered_at else "", row.staff_id
        _follow(row, story(told[row.id], direction=row.direction))
        if (before, had) != (row.state, row.staff_id):
            changed.append((row, before, had))
    revived = {row.id for row, before, _had in changed if before == "missed" and row.answered_at is not None}
    call_clocks.keep(actor, [(row, row.id in revived) for row in rows.values()], now)
    Call.objects.bulk_update(rows.values(), FIELDS)
    _call_back([row for row, before, _had in changed if row.state == "missed" and before != "missed"], now)
    _settle(actor, [row for row, _before, _had in changed if row.answered_at is not None], now)
    events.record(actor, [_moved(row, before) for row, before, _had in changed])
    missed = [row for row, before, _had in changed if row.state == "missed" and before != "missed"]
    events.record(actor, [CallMissed(call_id=row.id, customer_id=row.customer_id) for row in missed])
    pop_up(actor, [row for row, _before, had in changed if row.staff_id is not None and row.staff_id != had], now)
    return len(changed)


def _locked(box: str, news: Sequence[CallNews], now: datetime) -> dict[str, Call]:
    """Lock the calls, the new ones made in the order of their names."""
    first = {one.call_id: one for one in sorted(news, key=lambda one: one.at, reverse=True)}
    Call.objects.bulk_create(
        [
            Call(box=box, external_id=id_, direction=first[id_].direction, first_told_at=min(first[id_].at, now))
            for id_ in sorted(first)
        ],
        ignore_conflicts=True,
    )
    found = Call.objects.select_for_update().filter(box=box, external_id__in=list(first)).order_by("id")
    return {row.external_id: row for row in found}


def _know_customers(rows: Mapping[str, Call], news: Sequence[CallNews]) -> None:
    """Recognise callers by their number, or make them known."""
    numbers = {one.call_id: phone for one in news if (phone := canonical_phone(one.number))}
    fresh = [id_ for id_ in sorted(numbers) if rows[id_].customer_id is None]
    buyers = [Buyer([("phone", numbers[id_])], Profile(name="", phone=numbers[id_], email="")) for id_ in fresh]
    for id_, match in zip(fresh, match_customers(buyers, simulated=[False] * len(buyers)), strict=True):
        rows[id_].customer_id = match.customer_id if match else None
    for one in news:
        rows[one.call_id].called = rows[one.call_id].called or one.called[:40]


def _staff(box: str, news: Sequence[CallNews]) -> dict[tuple[str, str], int]:
    """Find whose telephone rang: by user name, else by extension; keyed by both as they were told."""
    known = dict(Extension.objects.filter(box=box).values_list("number", "staff_id"))
    names = {one.username: one.id for one in people.staff_list()} if any(one.agent for one in news) else {}
    found: dict[tuple[str, str], int] = {}
    for one in news:
        staff_id = names.get(one.agent) or known.get(one.extension)
        if staff_id is not None:
            found[one.agent, one.extension] = staff_id
    return found


def _event(row: Call, one: CallNews, staff: Mapping[tuple[str, str], int]) -> CallEvent:
    return CallEvent(
        call=row,
        kind=one.kind,
        at=one.at,
        extension=one.extension[:40],
        staff_id=staff.get((one.agent, one.extension)),
        url=one.url[:500],
    )


def _follow(row: Call, told: Story) -> None:
    row.state, row.extension, row.staff_id = told.state, told.extension, told.staff_id
    row.rang_at, row.answered_at, row.ended_at = told.rang_at, told.answered_at, told.ended_at
    row.held_s, row.transfers, row.recording_url = told.held_s, told.transfers, told.recording_url


def _call_back(rows: Sequence[Call], now: datetime) -> None:
    """Ask for call backs, one for each customer whose number is known."""
    pause = timedelta(minutes=parameters.value(CALL_BACK_MIN))
    for row in rows:
        if row.customer_id is None:
            continue
        at = row.ended_at or now
        one = CallBack.objects.select_for_update().filter(customer_id=row.customer_id, state="open").first()
        if one is None:
            CallBack.objects.create(call=row, customer_id=row.customer_id, opened_at=at, due_at=at + pause)
        else:
            one.call, one.missed = row, one.missed + 1
            one.save(update_fields=["call", "missed"])


def _settle(actor: Actor, rows: Sequence[Call], now: datetime) -> None:
    """Settle the call backs of customers who are being spoken with."""
    for row in rows:
        # That it was answered may be told after its end: then nobody has to be called back for it.
        spoken = Q(opened_at__lte=row.answered_at) | Q(call=row, missed=1)
        waiting = CallBack.objects.filter(spoken, customer_id=row.customer_id or 0, state="open")
        waiting.update(state="done", settled_at=now, settled_by=actor.id)


def _moved(row: Call, before: str) -> CallMoved:
    return CallMoved(call_id=row.id, before=before, after=row.state, customer_id=row.customer_id, staff_id=row.staff_id)
