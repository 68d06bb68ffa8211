"""Bring write-offs to their end: one movement where it was agreed to, else the goods are free again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from steward.kernel import errors, events, languages, lifecycles
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.inventory.commands.holding import free_held, lock_for_holding
from steward.modules.inventory.commands.writing import Leaving, Move, write_movements
from steward.modules.inventory.events import WriteOffEnded
from steward.modules.inventory.models import Stock, WriteOff
from steward.modules.inventory.queries import words
from steward.modules.inventory.rules import write_offs as rules
from steward.modules.messaging.commands import Notice, notify_staff
from steward.modules.people import queries as people

KIND, PERSON = "write_off", "person:"
End = tuple[WriteOff, str, str]


@command(needs="stock.follow")
def follow_approvals(actor: Actor, *, settled: Sequence[ApprovalSettled], now: datetime) -> int:
    """Write off what was granted, free what was refused or nobody decided in time, and tell who asked.

    Only what still waits for this very approval moves, so a second run changes nothing. Returns how many moved. Emits:
    StockMoved, WriteOffEnded. Locks: the write-offs by id, then promises by id, then stock rows by id.
    """
    said = {one.approval_id: one for one in settled if one.kind == KIND and one.outcome in rules.VERBS}
    waiting = WriteOff.objects.filter(approval_request_id__in=list(said), state="waiting")
    rows = list(waiting.select_for_update(of=("self",)).order_by("id"))
    ends = [(row, rules.VERBS[one.outcome], one.reason) for row in rows for one in [said[row.approval_request_id or 0]]]
    end_write_offs(actor, ends=ends, now=now)
    _tell(actor, ends, now)
    return len(ends)


def end_write_offs(actor: Actor, *, ends: Sequence[End], now: datetime) -> None:
    """End locked write-offs by a verb, with a note: compare-and-set, then the goods. A step of commands.

    Goods that leave do so by one movement each, which carries the write-off's number; what was meant as a booking by
    hand is booked as that. Raises: NotPossible, Stale.
    Emits: StockMoved, WriteOffEnded. Locks: promises by id, then stock rows by id.
    """
    if not ends:
        return
    wanted = Stock.objects.select_related("lot").filter(id__in=[row.stock_id for row, *_rest in ends])
    stocks = {row.id: row for row in wanted}
    lock_for_holding(stocks)
    for row, verb, note in ends:
        state = lifecycles.reached(rules.TRANSITIONS, row.state, verb)
        waiting = WriteOff.objects.filter(id=row.id, state=row.state)
        if not waiting.update(state=state, ended_at=now, end_note=note.strip()[:300]):
            raise errors.Stale
        row.state = state
    gone = [row for row, *_rest in ends if row.state == "written_off"]
    free_held(_units([row for row, *_rest in ends if row.state != "written_off"]))
    if gone:
        write_movements(actor, [_move(row, stocks[row.stock_id]) for row in gone], leaving=Leaving(held=_units(gone)))
    events.record(actor, [_ended(row, stocks[row.stock_id], note) for row, _verb, note in ends])


def _units(rows: Sequence[WriteOff]) -> Counter[int]:
    units: Counter[int] = Counter()
    for row in rows:
        units[row.stock_id] += row.quantity
    return units


def _move(row: WriteOff, stock: Stock) -> Move:
    cause = languages.in_each(partial(words.CAUSES.__getitem__, row.cause))["zh-hans"]
    is_by_hand = row.cause in rules.BY_HAND
    return Move(
        stock.warehouse_id,
        stock.item_id,
        rules.movement_kind(row.cause),
        -row.quantity,
        lot=stock.lot.code,
        condition=stock.condition,
        reference=row.number,
        reason=row.note if is_by_hand else " ".join([cause, row.note]).strip()[:200],
    )


def _ended(row: WriteOff, stock: Stock, note: str) -> WriteOffEnded:
    return WriteOffEnded(
        write_off_id=row.id,
        number=row.number,
        item_id=stock.item_id,
        warehouse_id=stock.warehouse_id,
        condition=stock.condition,
        quantity=row.quantity,
        state=row.state,
        note=note.strip()[:300],
    )


def _tell(actor: Actor, ends: Sequence[End], now: datetime) -> None:
    """Tell who asked, of a program its owner, what became of it."""
    asked_by = people.persons_behind([row.asked_by for row, *_rest in ends])
    notices = [
        Notice(
            staff_ids=[int(person)],
            kind="system",
            template="write_off_ended",
            params={
                "subject": row.number,
                "outcome": languages.in_each(partial(words.write_off_state, row.state, row.cause)),
                "pieces": row.quantity,
                "note": note,
            },
            subject_kind="write_off",
            subject_id=row.id,
            dedupe_key=f"write_off_ended:{row.id}",
        )
        for row, _verb, note in ends
        if (person := asked_by[row.asked_by].removeprefix(PERSON)).isdigit()
    ]
    if notices:
        notify_staff(actor, notices=notices, now=now)
