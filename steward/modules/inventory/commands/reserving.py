"""Set goods aside for orders in one warehouse and lot, give them back, and let them leave."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, errors, events, sql
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.inventory.commands.entries import PACKAGE, insert_entries, lock_holds, lock_rows
from steward.modules.inventory.commands.writing import Leaving, Move, Row, change_stock, lock_stock, write_movements
from steward.modules.inventory.events import ReservationsLost
from steward.modules.inventory.models import Lot, Promise, Reservation, Warehouse
from steward.modules.inventory.rules import reserving as rules

SYSTEM = system("inventory")
ANY_HOLD = ("held", "firm", "released", "expired")
PromiseKey = tuple[int, str]


class Placement(Struct):
    """Units of one stock row for a line of an order. `item_id` is what leaves: of a bundle, its component."""

    order_id: int
    line_id: int | None
    item_id: int
    stock_id: int
    quantity: int


class Taken(Struct, frozen=True):
    """An open reservation, locked."""

    id: int
    order_id: int
    line_id: int | None
    item_id: int
    stock_id: int
    quantity: int


def reserve_stock(placements: Sequence[Placement]) -> dict[int, dict[int, int]]:
    """Set aside all that is placed for an order or nothing, orders in the given order.

    A step of the caller's command; set based, however many orders. Returns what is missing of those that got nothing:
    order → stock row → units; whoever was not promised the goods (any more) misses all of them.
    Raises: ValueError for a placement of no units or of another item than lies there. Locks: holds by order id, then
    stock rows by id.
    """
    if any(one.quantity <= 0 for one in placements):
        raise ValueError("a placement needs a positive quantity")
    orders = list(dict.fromkeys(one.order_id for one in placements))
    held = lock_holds(orders)
    entitled = _entitled(held)
    rows = lock_stock(one.stock_id for one in placements)
    pools = dict(Warehouse.objects.values_list("id", "pool"))
    for one in placements:
        if one.stock_id in rows and rows[one.stock_id].item_id != one.item_id:
            raise ValueError(f"stock row {one.stock_id} is not of item {one.item_id}")
    free = {row.id: row.free if row.condition == "sellable" else 0 for row in rows.values()}
    unlimited = frozenset(row.id for row in rows.values() if row.allow_backorder and row.condition == "sellable")
    by_order: dict[int, list[Placement]] = defaultdict(list)
    for one in placements:
        by_order[one.order_id].append(one)
    missing: dict[int, dict[int, int]] = {}
    taken: list[Placement] = []
    for order in orders:
        wanted = [
            (one.stock_id, (one.item_id, _pool(rows, pools, one.stock_id)), one.quantity) for one in by_order[order]
        ]
        short = rules.take(wanted, free, unlimited, entitled.get(order, {}))
        if short:
            missing[order] = short
        else:
            taken += by_order[order]
    _set_aside(taken)
    return missing


def _pool(rows: Mapping[int, Row], pools: Mapping[int, str], stock_id: int) -> str:
    """Return the pool a stock row serves; nothing for a row that does not exist, which no promise fits."""
    return pools[rows[stock_id].warehouse_id] if stock_id in rows else ""


def owed_units(order_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Lock the holds of orders, and tell what they were promised and have not set aside yet: order → item → units.

    A step of the caller's command. Locks: holds by order id.
    """
    found: dict[int, dict[int, int]] = {}
    for order, goods in _entitled(lock_holds(order_ids)).items():
        units: Counter[int] = Counter()
        for (item, _pool), count in goods.items():
            units[item] += count
        found[order] = {item: count for item, count in units.items() if count > 0}
    return found


def _entitled(orders: Sequence[int]) -> dict[int, dict[PromiseKey, int]]:
    """Tell what orders were promised and have not set aside yet."""
    found: dict[int, dict[PromiseKey, int]] = defaultdict(dict)
    for order, item, pool, units in _of_orders("promised_of_orders", orders):
        found[order][item, pool] = units
    for order, item, pool, units in _of_orders("reserved_of_orders", orders):
        found[order][item, pool] = found[order].get((item, pool), 0) - units
    return found


def _of_orders(statement: str, orders: Sequence[int]) -> list[tuple[int, int, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, statement), {"order_ids": arrays.integers(orders)})
        return list(cursor.fetchall())


def _set_aside(taken: Sequence[Placement]) -> None:
    if not taken:
        return
    reserved: Counter[int] = Counter()
    for one in taken:
        reserved[one.stock_id] += one.quantity
    change_stock(reserved=reserved)
    columns = {
        "orders": arrays.integers([one.order_id for one in taken]),
        "lines": arrays.integers([one.line_id for one in taken]),
        "items": arrays.integers([one.item_id for one in taken]),
        "stocks": arrays.integers([one.stock_id for one in taken]),
        "quantities": arrays.integers([one.quantity for one in taken]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "insert_reservations"), columns)


def release_reservations(*, order_ids: Sequence[int]) -> list[int]:
    """Give back everything that is set aside for orders; the promises stay. Again is harmless.

    A step of the caller's command. Returns the reservations given back. Locks: holds by order id, then stock rows,
    then reservations, by id.
    """
    lock_holds(order_ids, states=ANY_HOLD)
    open_ = Reservation.objects.filter(order_id__in=order_ids, state="open")
    return _release(list(open_.values_list("id", "stock_id")))


def release_some(*, reservation_ids: Sequence[int]) -> list[int]:
    """Give back these reservations; the promises stay. As `release_reservations`, for parts of orders."""
    rows = Reservation.objects.filter(id__in=reservation_ids, state="open")
    lock_holds(rows.values_list("order_id", flat=True), states=ANY_HOLD)
    return _release(list(rows.values_list("id", "stock_id")))


def lower_reservations(allowed: Mapping[int, Mapping[PromiseKey, int]]) -> None:
    """Give back what orders have set aside beyond what they are still promised: order → (item, pool) → units.

    A step of commands that hold the orders' holds and the promises. Emits: ReservationsLost, for shipments name the
    reservations they hold. Locks: stock rows, then reservations, by id.
    """
    rows = Reservation.objects.filter(order_id__in=list(allowed), state="open").order_by("-id")
    by_goods: dict[tuple[int, PromiseKey], list[tuple[int, int]]] = defaultdict(list)
    facts = {}
    for one in rows.select_related("stock__warehouse"):
        by_goods[one.order_id, (one.item_id, one.stock.warehouse.pool)].append((one.id, one.quantity))
        facts[one.id] = one
    given: list[int] = []
    again: list[Placement] = []
    for (order, goods), open_ in by_goods.items():
        gone, rest = rules.surplus(open_, allowed[order].get(goods, 0))
        given += gone
        if rest:
            last = facts[gone[-1]]
            again.append(Placement(order, last.line_id, last.item_id, last.stock_id, rest))
    _release([(id_, facts[id_].stock_id) for id_ in given])
    _set_aside(again)
    tell_of_lost({facts[id_].order_id for id_ in given}, "wants_less")


def tell_of_lost(order_ids: Iterable[int], reason: str) -> None:
    """Announce orders that go on with less set aside than before. A step of commands. Emits: ReservationsLost."""
    events.record(SYSTEM, [ReservationsLost(order_id=id_, reason=reason) for id_ in sorted(set(order_ids))])


def _release(wanted: Sequence[tuple[int, int]]) -> list[int]:
    """Give back open reservations: reservation, stock row. Returns those that were still open."""
    lock_stock(stock for _id, stock in wanted)
    taken = _locked(id_ for id_, _stock in wanted)
    back: Counter[int] = Counter()
    for one in taken:
        back[one.stock_id] -= one.quantity
    Reservation.objects.filter(id__in=[one.id for one in taken]).update(state="released")
    change_stock(reserved=back)
    return [one.id for one in taken]


def _locked(ids: Iterable[int]) -> list[Taken]:
    wanted = sorted(set(ids))
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "lock_reservations"), {"ids": arrays.integers(wanted)})
        return [Taken(*row) for row in cursor.fetchall()]


def lock_leaving(*, reservation_ids: Sequence[int]) -> None:
    """Lock all that the leaving of these reservations will touch, before the first of several groups leaves.

    A step of commands that call `ship_reservations` more than once. Locks: holds by order id, then promises, then
    stock rows, each by id.
    """
    rows = Reservation.objects.filter(id__in=reservation_ids, state="open")
    lock_holds(rows.values_list("order_id", flat=True), states=ANY_HOLD)
    goods = set(rows.values_list("item_id", "stock__warehouse__pool"))
    promises = Promise.objects.filter(item_id__in={item for item, _pool in goods})
    lock_rows(id_ for id_, *key in promises.values_list("id", "item_id", "pool") if tuple(key) in goods)
    lock_stock(rows.values_list("stock_id", flat=True))


@command(needs="stock.move")
def ship_reservations(actor: Actor, *, reservation_ids: Sequence[int], reference: str, now: datetime) -> int:
    """Let goods that were set aside leave: movements, balances and the promises kept, in one transaction.

    Returns how many reservations left; again is harmless. Emits: StockMoved. Locks: holds by order id, then promises,
    stock rows and reservations, each by id.
    """
    rows = Reservation.objects.filter(id__in=reservation_ids, state="open")
    lock_holds(rows.values_list("order_id", flat=True), states=ANY_HOLD)
    stocks = {
        id_: (item, warehouse, pool, lot)
        for id_, item, warehouse, pool, lot in rows.values_list(
            "stock_id", "item_id", "stock__warehouse_id", "stock__warehouse__pool", "stock__lot_id"
        )
    }
    # Who releases or ships holds the orders' holds as well, so what is open now stays so until this is done.
    open_ = list(rows.order_by("id").values_list("id", "order_id", "line_id", "item_id", "stock_id", "quantity"))
    taken = [Taken(*row) for row in open_ if row[4] in stocks]
    if not taken:
        return 0
    _leave(actor, taken, stocks, reference)
    left = Reservation.objects.filter(id__in=[one.id for one in taken], state="open").update(state="shipped")
    if left != len(taken):
        raise errors.Stale
    _fulfil(taken, stocks)
    return len(taken)


Stocks = Mapping[int, tuple[int, int, str, int]]


def _leave(actor: Actor, taken: Sequence[Taken], stocks: Stocks, reference: str) -> None:
    """Write what leaves each stock row, one movement per row."""
    units: Counter[int] = Counter()
    kept: Counter[PromiseKey] = Counter()
    for one in taken:
        item, _warehouse, pool, _lot = stocks[one.stock_id]
        units[one.stock_id] += one.quantity
        kept[item, pool] += one.quantity
    codes = dict(Lot.objects.filter(id__in={lot for *_rest, lot in stocks.values()}).values_list("id", "code"))
    moves = [
        Move(
            stocks[id_][1], stocks[id_][0], "shipped", -units[id_], lot=codes[stocks[id_][3]], reference=reference[:80]
        )
        for id_ in sorted(units)
    ]
    write_movements(actor, moves, leaving=Leaving(reserved=units, fulfilled=kept))


def _fulfil(taken: Sequence[Taken], stocks: Stocks) -> None:
    """Note in the promise ledger that the promises were kept; the balances have changed with the movements."""
    units: Counter[tuple[int, PromiseKey]] = Counter()
    for one in taken:
        item, _warehouse, pool, _lot = stocks[one.stock_id]
        units[one.order_id, (item, pool)] += one.quantity
    rows = Promise.objects.filter(item_id__in={item for item, *_rest in stocks.values()})
    ids = {(item, pool): id_ for id_, item, pool in rows.values_list("id", "item_id", "pool")}
    insert_entries([(ids[goods], order, -count) for (order, goods), count in sorted(units.items())], "fulfilled")
