"""Write movements: the one place where goods on hand, and what may be sold of them, change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import arrays, errors, events, sql
from steward.kernel.actor import Actor
from steward.modules.inventory.commands.rows import make_lots, make_promises, make_stock
from steward.modules.inventory.events import StockMoved
from steward.modules.inventory.models import Stock, Warehouse

PACKAGE = "steward.modules.inventory"
PromiseKey = tuple[int, str]


class Move(Struct, frozen=True):
    """One movement with its place known. Units: pieces, up (+) or down (-)."""

    warehouse_id: int
    item_id: int
    kind: str
    quantity: int
    lot: str = ""
    condition: str = "sellable"
    reference: str = ""
    reason: str = ""
    expires_date: date | None = None
    produced_date: date | None = None


class Leaving(Struct):
    """What goes with the movements: units no longer set aside by stock row, and promises that are kept thereby."""

    reserved: Mapping[int, int] = {}
    held: Mapping[int, int] = {}
    fulfilled: Mapping[PromiseKey, int] = {}


class PromisedAlready(errors.Refusal):
    """Refuse to take away goods that orders were promised."""

    code = "promised_already"
    status = 409
    message = _("Orders have been promised these goods. Cancel or re-allocate them first, or move fewer.")


class NotThere(errors.Refusal):
    """Refuse to take from a place more than lies there free."""

    code = "not_there"
    status = 409
    message = _(
        "%(sku)s: only %(free)s free pieces lie in %(warehouse)s (lot “%(lot)s”); what is set aside for orders stays."
    )


def write_movements(actor: Actor, moves: Sequence[Move], *, leaving: Leaving | None = None) -> None:
    """Write movements with the balances they change.

    A step of the caller's command, inside its transaction: set based, however many. Rows that are missing are made.
    Raises: PromisedAlready, NotThere. Emits: StockMoved. Locks: promises by id, then stock rows by id.
    """
    going = leaving or Leaving()
    pools = dict(Warehouse.objects.values_list("id", "pool"))
    _change_sellable(moves, pools, going)
    lots = make_lots([(m.item_id, m.lot, m.expires_date, m.produced_date) for m in moves])
    keys = [(m.item_id, m.warehouse_id, lots[m.item_id, m.lot], m.condition) for m in moves]
    rows = make_stock(keys)
    after = _change_stock([(rows[key], m.quantity) for key, m in zip(keys, moves, strict=True)], going)
    _insert(actor, moves, [key[2] for key in keys], after)
    events.record(
        actor,
        [
            StockMoved(
                item_id=m.item_id,
                warehouse_id=m.warehouse_id,
                pool=pools[m.warehouse_id],
                kind=m.kind,
                quantity=m.quantity,
                lot=m.lot,
                condition=m.condition,
            )
            for m in moves
        ],
    )


def _change_sellable(moves: Sequence[Move], pools: Mapping[int, str], going: Leaving) -> None:
    """Lock the promise rows of all moved items, and change what may be sold. Raises: PromisedAlready."""
    delta: Counter[PromiseKey] = Counter({(m.item_id, pools[m.warehouse_id]): 0 for m in moves})
    for m in moves:
        if m.condition == "sellable":
            delta[m.item_id, pools[m.warehouse_id]] += m.quantity
    # What is held is not for sale, so goods that leave out of a hold were taken out of `sellable` before.
    delta.update(sellable_units(going.held))
    ids = make_promises(delta)
    wanted = sorted(ids.values())
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "lock_promises"), {"ids": arrays.integers(wanted)})
        free = {row[0]: row[3] for row in cursor.fetchall()}
        by_id = {ids[key]: (units, going.fulfilled.get(key, 0)) for key, units in delta.items()}
        if any(units < 0 and free[id_] + units + fulfilled < 0 for id_, (units, fulfilled) in by_id.items()):
            raise PromisedAlready
        columns = {
            "ids": arrays.integers(wanted),
            "sellable": arrays.integers([by_id[id_][0] for id_ in wanted]),
            "fulfilled": arrays.integers([by_id[id_][1] for id_ in wanted]),
        }
        cursor.execute(sql.load(PACKAGE, "change_sellable"), columns)


def sellable_units(units: Mapping[int, int]) -> Counter[PromiseKey]:
    """Add up the units of stock rows that are for sale by item and pool; a step of commands. Units: pieces."""
    rows = Stock.objects.filter(id__in=list(units), condition="sellable") if units else Stock.objects.none()
    found: Counter[PromiseKey] = Counter()
    for id_, item, pool in rows.values_list("id", "item_id", "warehouse__pool"):
        found[item, pool] += units[id_]
    return found


class Row(Struct):
    """A locked stock row. Units: pieces."""

    id: int
    item_id: int
    warehouse_id: int
    lot_id: int
    condition: str
    on_hand: int
    reserved: int
    held: int
    allow_backorder: bool

    @property
    def free(self) -> int:
        """Return what is neither reserved nor held."""
        return self.on_hand - self.reserved - self.held


def lock_stock(ids: Iterable[int]) -> dict[int, Row]:
    """Lock stock rows in id order and read them. A step of the caller's command."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "lock_stock"), {"ids": arrays.integers(wanted)})
        return {row[0]: Row(*row) for row in cursor.fetchall()}


def change_stock(
    *, moved: Mapping[int, int] | None = None, reserved: Mapping[int, int] | None = None,
    held: Mapping[int, int] | None = None,
) -> None:  # fmt: skip
    """Add to the balances of locked stock rows, by row. A step of the caller's command. Units: pieces."""
    moved, reserved, held = moved or {}, reserved or {}, held or {}
    ids = sorted({*moved, *reserved, *held})
    if not ids:
        return
    columns = {
        "ids": arrays.integers(ids),
        "moved": arrays.integers([moved.get(id_, 0) for id_ in ids]),
        "reserved": arrays.integers([reserved.get(id_, 0) for id_ in ids]),
        "held": arrays.integers([held.get(id_, 0) for id_ in ids]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "change_stock"), columns)


def _change_stock(moves: Sequence[tuple[int, int]], going: Leaving) -> list[int]:
    """Lock the stock rows and move what moves. Returns what each row held after each movement. Raises: NotThere."""
    rows = lock_stock({*(id_ for id_, _units in moves), *going.reserved, *going.held})
    moved: Counter[int] = Counter()
    after: list[int] = []
    for id_, units in moves:
        moved[id_] += units
        after.append(rows[id_].on_hand + moved[id_])
    for id_, units in moved.items():
        row = rows[id_]
        free = row.free + going.reserved.get(id_, 0) + going.held.get(id_, 0)
        if units < 0 and free + units < 0 and not row.allow_backorder:
            raise NotThere(**_place(row), free=max(free, 0))
    change_stock(
        moved=moved,
        reserved={id_: -units for id_, units in going.reserved.items()},
        held={id_: -units for id_, units in going.held.items()},
    )
    return after


def _place(row: Row) -> dict[str, str]:
    """Name a stock row for a person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item.sku, warehouse.name, lot.code FROM inventory_stock AS stock "
            "JOIN catalog_item AS item ON item.id = stock.item_id "
            "JOIN inventory_warehouse AS warehouse ON warehouse.id = stock.warehouse_id "
            "JOIN inventory_lot AS lot ON lot.id = stock.lot_id WHERE stock.id = %s",
            [row.id],
        )
        sku, warehouse, lot = cursor.fetchone()
    return {"sku": sku, "warehouse": warehouse, "lot": lot}


def _insert(actor: Actor, moves: Sequence[Move], lots: Sequence[int], after: Sequence[int]) -> None:
    columns = {
        "warehouses": arrays.integers([m.warehouse_id for m in moves]),
        "items": arrays.integers([m.item_id for m in moves]),
        "lots": arrays.integers(lots),
        "conditions": arrays.texts([m.condition for m in moves]),
        "kinds": arrays.texts([m.kind for m in moves]),
        "quantities": arrays.integers([m.quantity for m in moves]),
        "after": arrays.integers(after),
        "references": arrays.texts([m.reference for m in moves]),
        "reasons": arrays.texts([m.reason for m in moves]),
        "actors": arrays.texts([actor.id] * len(moves)),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "insert_movements"), columns)
