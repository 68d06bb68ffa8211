"""Hold pieces of stock rows for something other than an order, and let them go again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.modules.inventory.commands.rows import PACKAGE, make_promises
from steward.modules.inventory.commands.writing import change_stock, lock_stock, sellable_units
from steward.modules.inventory.models import Stock


class Room(Struct):
    """What is free to be held of locked stock rows, and of the promises that bound those for sale, each by id.

    Units: pieces. `promises` names the promise of a row for sale.
    """

    rows: dict[int, int]
    promises: dict[int, int]
    pools: dict[int, int]

    def free(self, stock_id: int) -> int:
        """Tell what is free of a row: of goods for sale no more than is left to their pool. Units: pieces."""
        of_row, promise = self.rows[stock_id], self.promises.get(stock_id)
        return max(0, of_row if promise is None else min(of_row, self.pools[promise]))

    def take(self, stock_id: int, units: int) -> None:
        """Take pieces of a row, and of its pool, where other rows then find fewer. Units: pieces."""
        self.rows[stock_id] -= units
        if stock_id in self.promises:
            self.pools[self.promises[stock_id]] -= units


def lock_for_holding(stock_ids: Iterable[int], *, also: Collection[tuple[int, str]] = ()) -> Room:
    """Lock stock rows and what their pools promise; tell what is free to be held.

    A step of the caller's command. Of goods for sale that is what lies there free, and no more than their pool has not
    promised; `also` names promises (item, pool) that a later step will need. Units: pieces. Locks: promises by id, then
    stock rows by id.
    """
    wanted = sorted(set(stock_ids))
    keys = {
        id_: (item, pool, condition)
        for id_, item, pool, condition in Stock.objects.filter(id__in=wanted).values_list(
            "id", "item_id", "warehouse__pool", "condition"
        )
    }
    pairs = {*also, *((item, pool) for item, pool, _condition in keys.values())}
    promises = make_promises(pairs) if pairs else {}
    free: dict[int, int] = {}
    if promises:
        with connection.cursor() as cursor:
            cursor.execute(sql.load(PACKAGE, "lock_promises"), {"ids": arrays.integers(sorted(promises.values()))})
            free = {row[0]: row[3] for row in cursor.fetchall()}
    rows = {id_: row.free for id_, row in lock_stock(wanted).items()}
    for_sale = {id_: promises[keys[id_][:2]] for id_ in rows if keys[id_][2] == "sellable"}
    return Room(rows, for_sale, free)


def hold_stock(units: Mapping[int, int]) -> None:
    """Hold pieces of locked stock rows: they lie there, and are neither for sale nor for anybody else.

    A step of the caller's command, which has asked `lock_for_holding` what is free; the checks of both levels hold the
    rest. Units: pieces, by stock row.
    """
    _change(units, 1)


def free_held(units: Mapping[int, int]) -> None:
    """Let go of pieces that were held; what was for sale is again. A step of the caller's command, as above."""
    _change(units, -1)


def _change(units: Mapping[int, int], sign: int) -> None:
    change_stock(held={id_: sign * count for id_, count in units.items()})
    delta = sellable_units(units)
    ids = make_promises(delta) if delta else {}
    if ids:
        keys = sorted(delta, key=ids.__getitem__)
        columns = {
            "ids": arrays.integers([ids[key] for key in keys]),
            "sellable": arrays.integers([-sign * delta[key] for key in keys]),
            "fulfilled": arrays.integers([0] * len(keys)),
        }
        with connection.cursor() as cursor:
            cursor.execute(sql.load(PACKAGE, "change_sellable"), columns)
