"""Promise stock to orders: guarded, in key order, proven by a ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, events, memory, sql
from steward.kernel.actor import Actor
from steward.kernel.bundle import write
from steward.kernel.command import command
from steward.modules.inventory.commands.entries import insert_entries, lock_holds, lock_rows
from steward.modules.inventory.commands.reserving import ANY_HOLD, lower_reservations, release_reservations
from steward.modules.inventory.commands.writing import lock_stock
from steward.modules.inventory.events import HoldExpired
from steward.modules.inventory.models import Hold, Promise, Reservation
from steward.modules.inventory.rules import promising as rules

PACKAGE = "steward.modules.inventory"
EXPIRE_LIMIT = 1_000
_promise_ids: dict[tuple[int, str], int] = {}
memory.remembers(_promise_ids.clear)


class Want(Struct):
    """What one order wants of one pool: item id → units. `expires_at` None makes the hold firm."""

    order_id: int
    pool: str
    units: dict[int, int]
    expires_at: datetime | None


class Promised(Struct):
    """What became of a want: promised whole, or which items are short by how many units."""

    order_id: int
    missing: dict[int, int]


def promise_stock(wants: Sequence[Want]) -> list[Promised]:
    """Promise each order all it wants or nothing, in arrival order.

    A step of the caller's command, inside its transaction: one locked read, one update however many orders want the
    same row, one ledger row per order and item. An item the pool has no row for is short.
    Locks: promises, in id order.
    """
    keys = {(item, want.pool) for want in wants for item in want.units}
    ids, free = _locked(keys)
    results, taken = [], []
    for want in wants:
        by_row = {ids.get((item, want.pool), -item): units for item, units in want.units.items()}
        missing = rules.take(by_row, free)
        items = {ids.get((item, want.pool), -item): item for item in want.units}
        results.append(Promised(want.order_id, {items[row]: units for row, units in missing.items()}))
        if not missing:
            taken.append((want, by_row))
    _write(taken)
    return results


def _write(taken: Sequence[tuple[Want, Mapping[int, int]]]) -> None:
    if not taken:
        return
    total: Counter[int] = Counter()
    for _, by_row in taken:
        total.update(by_row)
    rows = sorted(total)
    write(
        sql.load(PACKAGE, "add_promised"),
        {"ids": arrays.integers(rows), "units": arrays.integers([total[row] for row in rows])},
    )
    insert_entries([(row, want.order_id, units) for want, by_row in taken for row, units in by_row.items()], "promised")
    write(
        sql.load(PACKAGE, "insert_holds"),
        {
            "order_ids": arrays.integers([want.order_id for want, _ in taken]),
            "expires": arrays.instants([want.expires_at for want, _ in taken]),
            "states": arrays.texts(["held" if want.expires_at else "firm" for want, _ in taken]),
        },
    )


def release_promises(*, order_ids: Sequence[int], kind: str = "released") -> list[int]:
    """Give back whatever the orders still have promised; again is harmless.

    What was set aside for them goes back with it. A step of the caller's command. Returns the orders that gave
    something back. Locks: holds by order id, then promises, stock rows and reservations, each by id; the hold's lock
    makes two releases of one order one.
    """
    held = lock_holds(order_ids)
    if held:
        _give_back([(row, order, units) for row, order, units, _item, _pool in _opened(held)], kind)
        release_reservations(order_ids=held)
        state = "expired" if kind == "expired" else "released"
        Hold.objects.filter(order_id__in=held).update(state=state, expires_at=None)
    return held


def _opened(order_ids: Sequence[int]) -> list[tuple[int, int, int, int, str]]:
    """Read what orders hold: promise row, order, units, item, pool."""
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "open_promises"), {"order_ids": arrays.integers(order_ids)})
        return list(cursor.fetchall())


def _kept(order_ids: Sequence[int]) -> dict[tuple[int, int], int]:
    """Read what has left for orders already: (order, item) → units."""
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "kept_promises"), {"order_ids": arrays.integers(order_ids)})
        return {(order, item): units for order, item, units in cursor.fetchall()}


def _give_back(entries: Sequence[tuple[int, int, int]], kind: str) -> None:
    """Write what orders give back: promise row, order, units. Locks: promises by id."""
    if not entries:
        return
    total: Counter[int] = Counter()
    for row, _order, units in entries:
        total[row] += units
    lock_rows(total)
    rows = sorted(total)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.load(PACKAGE, "add_promised"),
            {"ids": arrays.integers(rows), "units": arrays.integers([-total[row] for row in rows])},
        )
    insert_entries([(row, order, -units) for row, order, units in entries], kind)


def lower_promises(*, still_wanted: Mapping[int, Mapping[int, int]]) -> dict[int, bool]:
    """Give back what orders were promised beyond what they still want: order id → item id → units.

    A step of the caller's command; again is harmless. Returns the orders that gave something back, with whether they
    hold anything yet. Locks: holds by order id, then promises, stock rows and reservations, each by id.
    """
    held = lock_holds(still_wanted)
    kept = _kept(held)
    surplus, left = [], dict.fromkeys(held, 0)
    allowed: dict[int, dict[tuple[int, str], int]] = {order: {} for order in held}
    for row, order, units, item, pool in _opened(held):
        wanted = min(units, max(0, still_wanted[order].get(item, 0) - kept.get((order, item), 0)))
        left[order] += wanted
        allowed[order][item, pool] = wanted
        if units > wanted:
            surplus.append((row, order, units - wanted))
    _give_back(surplus, "released")
    if surplus:
        lower_reservations(allowed)
    empty = [order for order, units in left.items() if not units]
    Hold.objects.filter(order_id__in=empty).update(state="released", expires_at=None)
    return {order: bool(left[order]) for _row, order, _units in surplus}


def lock_goods(order_ids: Iterable[int], *, wanted: Iterable[tuple[int, str]] = ()) -> None:
    """Lock all that giving back the goods of orders and promising them anew will touch, before any of it is done.

    A step of commands of several such steps: taken one after the other, these would lock stock before promises.
    `wanted` names what will be promised: item and pool. Locks: holds by order id, then the promises of before and
    after together by id, then the stock rows of what is set aside by id.
    """
    orders = sorted(set(order_ids))
    lock_holds(orders, states=ANY_HOLD)
    _locked(set(wanted), also=[row for row, *_rest in _opened(orders)])
    set_aside = Reservation.objects.filter(order_id__in=orders, state="open")
    lock_stock(set_aside.values_list("stock_id", flat=True))


def change_promises(want: Want) -> Promised:
    """Give back all an order was promised and promise it what it wants now, whole or nothing.

    A step of the caller's command. Locks: as lock_goods.
    """
    lock_goods([want.order_id], wanted={(item, want.pool) for item in want.units})
    release_promises(order_ids=[want.order_id])
    return promise_stock([want])[0] if want.units else Promised(want.order_id, {})


def make_firm(*, order_ids: Sequence[int]) -> None:
    """Keep the orders' promises without an end, because they are paid. Locks: their holds by order id."""
    lock_holds(order_ids, states=("held",))
    Hold.objects.filter(order_id__in=order_ids, state="held").update(state="firm", expires_at=None)


@command(needs="stock.expire")
def expire_holds(actor: Actor, *, now: datetime, limit: int = EXPIRE_LIMIT) -> int:
    """Give back the promises of orders whose hold has ended.

    Returns how many. Emits: HoldExpired. Locks: due holds by order id, skipping those another worker has.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT order_id FROM inventory_hold WHERE state = 'held' AND expires_at <= %s ORDER BY order_id LIMIT %s "
            "FOR UPDATE SKIP LOCKED",
            [now, limit],
        )
        due = [row[0] for row in cursor.fetchall()]
    expired = release_promises(order_ids=due, kind="expired")
    events.record(actor, [HoldExpired(order_id=order_id) for order_id in expired])
    return len(expired)


def _locked(
    keys: set[tuple[int, str]], *, also: Collection[int] = ()
) -> tuple[dict[tuple[int, str], int], dict[int, int]]:
    """Lock the rows of (item, pool), and others together with them. Returns ids by key and what is free by id.

    What is remembered is proven by the locked rows; where a restored database gave ids to others, it is read anew.
    """
    ids = _row_ids(keys)
    rows = lock_rows([*ids.values(), *also])
    if any(rows.get(id_, (0, "", 0))[:2] != key for key, id_ in ids.items()):
        _promise_ids.clear()
        ids = _row_ids(keys)
        rows = lock_rows([*ids.values(), *also])
    return ids, {id_: free for id_, (_item, _pool, free) in rows.items()}


def remember_rows(at_most: int) -> None:
    """Remember the promise rows before the first order asks for them, so that a fresh process is as quick as an old."""
    rows = Promise.objects.order_by("-id").values_list("item_id", "pool", "id")[:at_most]
    _promise_ids.update({(item, pool): id_ for item, pool, id_ in rows})


def _row_ids(keys: set[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Find the promise rows of (item, pool); a row keeps its id for ever, so it is remembered."""
    open_ = [key for key in keys if key not in _promise_ids]
    if open_:
        rows = Promise.objects.filter(item_id__in=[item for item, _ in open_]).values_list("item_id", "pool", "id")
        _promise_ids.update({(item, pool): id_ for item, pool, id_ in rows})
    return {key: _promise_ids[key] for key in keys if key in _promise_ids}
