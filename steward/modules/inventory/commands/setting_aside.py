"""Set pieces aside for work that is no order, let them leave for it, or give them free again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import F, Q
from msgspec import Struct

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory.commands.holding import Room, free_held, hold_stock, lock_for_holding
from steward.modules.inventory.commands.writing import Leaving, Move, write_movements
from steward.modules.inventory.models import SetAside, Stock
from steward.modules.inventory.queries.stock import local_day


class SetAsideWant(Struct, frozen=True, kw_only=True):
    """So many pieces of an item for what `reference` names, out of one warehouse, or out of any ("")."""

    reference: str
    item_id: int
    quantity: int
    warehouse: str = ""


class Given(Struct, frozen=True):
    """Pieces that were set aside of one stock row. Units: pieces."""

    id: int
    warehouse: str
    lot: str
    quantity: int


@command(needs="stock.move")
def set_aside(actor: Actor, *, wants: Sequence[SetAsideWant], now: datetime) -> list[list[Given]]:
    """Set pieces aside for each want, in the order given: all of what it wants, or nothing where too few are free.

    What is promised to orders, set aside already or past its date is not free; what expires first goes first. Who wants
    the last piece second is answered with nothing. Units: pieces. Locks: promises by id, then stock rows by id.
    """
    rows = _candidates(wants, now)
    room = lock_for_holding([row.id for row in rows])
    made: list[SetAside] = []
    places: list[list[int]] = []
    for want in wants:
        chosen = _choose(want, rows, room)
        places.append(list(range(len(made), len(made) + len(chosen))))
        made += [
            SetAside(reference=want.reference, stock=row, quantity=units, at=now, by=actor.id) for row, units in chosen
        ]
    SetAside.objects.bulk_create(made)
    hold_stock(_units(made))
    given = [Given(one.id, one.stock.warehouse.code, one.stock.lot.code, one.quantity) for one in made]
    return [[given[place] for place in chosen] for chosen in places]


def _choose(want: SetAsideWant, rows: Sequence[Stock], room: Room) -> list[tuple[Stock, int]]:
    """Choose rows that have all of what is wanted together, or none; what is chosen is no longer free."""
    chosen: list[tuple[Stock, int]] = []
    missing = want.quantity
    for row in rows:
        if row.item_id != want.item_id or want.warehouse not in ("", row.warehouse.code) or missing <= 0:
            continue
        if units := min(missing, room.free(row.id)):
            room.take(row.id, units)
            missing -= units
            chosen.append((row, units))
    if missing:
        for row, units in chosen:
            room.take(row.id, -units)
        return []
    return chosen


def _candidates(wants: Sequence[SetAsideWant], now: datetime) -> list[Stock]:
    """List the stock rows the wants could be met from: for sale, with something in them, not past their date."""
    known = Stock.objects.filter(item_id__in={want.item_id for want in wants}, condition="sellable", on_hand__gt=0)
    lasting = known.filter(Q(lot__expires_date=None) | Q(lot__expires_date__gte=local_day(now)))
    return list(lasting.select_related("warehouse", "lot").order_by(F("lot__expires_date").asc(nulls_last=True), "id"))


@command(needs="stock.move")
def take_set_aside(actor: Actor, *, taken: Mapping[int, int], reason: str, now: datetime) -> None:
    """Let so many pieces of what was set aside leave for their work, and give the rest free.

    `taken`: set aside → pieces, at least one. Units: pieces. Raises: NotFound where one is not open any more or has
    fewer. Emits: StockMoved. Locks: what was set aside, promises by id, then stock rows by id.
    """
    rows = _open(taken)
    if len(rows) != len(taken) or any(not 0 < taken[row.id] <= row.quantity for row in rows):
        raise errors.NotFound(key=",".join(map(str, sorted(taken))))
    lock_for_holding([row.stock_id for row in rows])
    moves = [
        Move(
            warehouse_id=row.stock.warehouse_id, item_id=row.stock.item_id, kind="shipped", quantity=-taken[row.id],
            lot=row.stock.lot.code, condition=row.stock.condition, reference=row.reference, reason=reason,
        )
        for row in rows
    ]  # fmt: skip
    leaving: Counter[int] = Counter()
    rest: Counter[int] = Counter()
    for row in rows:
        leaving[row.stock_id] += taken[row.id]
        rest[row.stock_id] += row.quantity - taken[row.id]
        row.state, row.taken, row.ended_at = "taken", taken[row.id], now
    write_movements(actor, moves, leaving=Leaving(held=leaving))
    free_held(+rest)
    SetAside.objects.bulk_update(rows, ["state", "taken", "ended_at"])


@command(needs="stock.move")
def release_set_aside(actor: Actor, *, ids: Collection[int], now: datetime) -> int:
    """Give free what was set aside and is still open; a second run finds nothing. Returns how many rows.

    Locks: what was set aside, promises by id, then stock rows by id.
    """
    rows = _open(ids)
    lock_for_holding([row.stock_id for row in rows])
    free_held(_units(rows))
    SetAside.objects.filter(id__in=[row.id for row in rows]).update(state="released", ended_at=now)
    return len(rows)


def _open(ids: Collection[int]) -> list[SetAside]:
    rows = SetAside.objects.select_for_update(no_key=True, of=("self",)).select_related("stock__lot")
    return list(rows.filter(id__in=list(ids), state="open").order_by("id"))


def _units(rows: Sequence[SetAside]) -> dict[int, int]:
    """Add up pieces by stock row."""
    units: Counter[int] = Counter()
    for row in rows:
        units[row.stock_id] += row.quantity
    return units
