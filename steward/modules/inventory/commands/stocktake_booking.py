"""Book what a stocktake found: movements by the one writer of movements, so that nothing is ever oversold by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Case, F, Sum, Value, When
from django.db.models.functions import Greatest

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory.commands import regrading
from steward.modules.inventory.commands.stocktake_planning import announce, lock_stocktake, move_stocktake
from steward.modules.inventory.commands.writing import Move, NotThere, PromisedAlready, write_movements
from steward.modules.inventory.events import CountsBooked
from steward.modules.inventory.models import Stock, Stocktake, StocktakeLine, WriteOff
from steward.modules.inventory.rules import stocktaking as rules
from steward.modules.inventory.rules.write_offs import BY_HAND

AT_ONCE = 50
ATTEMPTS = 12
# Why pieces that stand in the books lie there no more.
GONE = ("lost", *BY_HAND)


def book_stocktake(actor: Actor, *, number: str, now: datetime) -> int:
    """Book an approved stocktake to its end, some lines a transaction, so that orders wait for a moment only.

    Where orders took the very goods at the same moment it is tried again with fewer lines. Again is harmless. Returns
    how many lines were booked. Raises: Stale, NotThere, PromisedAlready when it never gets through.
    """
    total, at_once, attempts = 0, AT_ONCE, 0
    while True:
        try:
            booked = book_counts(actor, number=number, limit=at_once, now=now)
        except (errors.Stale, NotThere, PromisedAlready):
            attempts += 1
            if attempts >= ATTEMPTS:
                raise
            at_once = max(1, at_once // 2)
            continue
        if not booked:
            return total
        total += booked


@command(needs="stock.book_counts")
def book_counts(actor: Actor, *, number: str, limit: int = AT_ONCE, now: datetime) -> int:
    """Book some lines of an approved stocktake; with none left it is done.

    What was found goes in before what is missing. The difference of each count is booked, not the count: what moved
    since stays moved, and what a write-off takes as lost is not taken twice. Where missing goods were set aside for
    orders these reservations are given back, and where a pool has promised more than there is the orders that were
    promised last lose their promise, as when goods are regraded.
    Returns how many lines; 0 when nothing is left.
    Raises: NotFound; Stale, NotThere, PromisedAlready where orders took the goods at this moment. Emits: StockMoved,
    PromiseWithdrawn, CountsBooked, StocktakeMoved. Locks: the stocktake, then holds by order id, promises and stock
    rows by id. Source: INV-5.
    """
    row = lock_stocktake(number)
    if row.state != "approved":
        return 0
    open_ = StocktakeLine.objects.filter(stocktake=row, booked_at=None).exclude(counted=F("expected"))
    found = list(open_.filter(counted__gt=F("expected")).order_by("id")[:limit])
    lines = found or list(open_.filter(counted__lt=F("expected")).order_by("id")[:limit])
    if not lines:
        _finish(actor, row, now)
        return 0
    (_book_found if found else _book_missing)(actor, row, lines)
    for line in lines:
        line.booked_at = now
    StocktakeLine.objects.bulk_update(lines, ["booked", "booked_at"])
    return len(lines)


def _book_found(actor: Actor, row: Stocktake, lines: Sequence[StocktakeLine]) -> None:
    for line in lines:
        line.booked = (line.counted or 0) - (line.expected or 0)
    write_movements(actor, [_move(row, line) for line in lines])


def _book_missing(actor: Actor, row: Stocktake, lines: Sequence[StocktakeLine]) -> None:
    """Take out what is missing, as far as it still lies there by the books and no write-off takes the very pieces."""
    stock = _stock_of(row, lines)
    lost = _given_up(stock.values())
    going = []
    for line in lines:
        place = stock.get((line.item_id, line.lot, line.condition))
        off = (line.counted or 0) - (line.expected or 0)
        booked = 0
        if place is not None:
            off = rules.missing_beyond(off, given_up=_lost_before(lost.get(place.id, ()), line))
            booked = rules.bookable(off, on_hand=place.on_hand, held=place.held, allow_backorder=place.allow_backorder)
            if booked:
                going.append((place, -booked))
        line.booked = booked
    regrading._take_out_of_sale(going, withdraw=True, actor=actor)
    moves = [_move(row, line) for line in lines if line.booked]
    if moves:
        write_movements(actor, moves)


def _given_up(places: Iterable[Stock]) -> dict[int, list[WriteOff]]:
    """Find what was said to be gone, as lost or by hand, and waits or was agreed to, by stock row."""
    rows = WriteOff.objects.filter(
        stock_id__in=[one.id for one in places], cause__in=GONE, state__in=("waiting", "written_off")
    )
    found: dict[int, list[WriteOff]] = defaultdict(list)
    for one in rows:
        found[one.stock_id].append(one)
    return found


def _lost_before(lost: Iterable[WriteOff], line: StocktakeLine) -> int:
    """Add up what was given up as lost before a line was counted and still stood in the books then. Units: pieces."""
    at = line.counted_at
    return sum(
        one.quantity
        for one in lost
        if at is not None and one.asked_at <= at and (one.ended_at is None or one.ended_at > at)
    )


def _stock_of(row: Stocktake, lines: Sequence[StocktakeLine]) -> dict[tuple[int, str, str], Stock]:
    wanted = {line.item_id for line in lines}
    found = Stock.objects.select_related("lot", "warehouse").filter(warehouse_id=row.warehouse_id, item_id__in=wanted)
    return {(one.item_id, one.lot.code, one.condition): one for one in found}


def _move(row: Stocktake, line: StocktakeLine) -> Move:
    return Move(
        row.warehouse_id,
        line.item_id,
        "counted",
        line.booked or 0,
        lot=line.lot,
        condition=line.condition,
        reference=row.number,
    )


def _finish(actor: Actor, row: Stocktake, now: datetime) -> None:
    """End a stocktake with nothing left to book. Emits: CountsBooked, StocktakeMoved."""
    lines = StocktakeLine.objects.filter(stocktake=row)
    sums = lines.exclude(booked=None).aggregate(
        found=Sum(Greatest(F("booked"), 0)), missing=Sum(Case(When(booked__lt=0, then=-F("booked")), default=Value(0)))
    )
    booked = lines.exclude(booked=None).exclude(booked=0).count()
    lines.update(is_live=False)
    move_stocktake(row, "book", ended_at=now)
    said = CountsBooked(
        stocktake_id=row.id,
        number=row.number,
        lines=booked,
        found=sums["found"] or 0,
        missing=sums["missing"] or 0,
    )
    events.record(actor, [said])
    announce(actor, row, "book")
