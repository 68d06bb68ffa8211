"""Read what pools may sell, and what orders are promised of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F, QuerySet
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.modules.inventory.models import Hold, Promise, PromiseEntry

PACKAGE = "steward.modules.inventory"


class StockRow(Struct, frozen=True):
    """What a pool has of an item. Units: pieces."""

    promise_id: int
    item_id: int
    sku: str
    name_zh: str
    name_en: str
    pool: str
    sellable: int
    promised: int
    available: int


class OrderPromise(Struct, frozen=True):
    """What an order is promised of an item."""

    item_id: int
    quantity: int
    pool: str


def stock_page(*, text: str = "", after: int = 0, limit: int = 50) -> list[StockRow]:
    """List stock by row id after a key, filtered by SKU prefix or name."""
    rows: QuerySet[Promise] = Promise.objects.filter(id__gt=after).order_by("id")
    if text:
        rows = rows.filter(item__sku__istartswith=text) | rows.filter(item__name_zh__icontains=text)
    found = rows.annotate(available=F("sellable") + F("backorder_limit") - F("promised")).values_list(
        "id", "item_id", "item__sku", "item__name_zh", "item__name_en", "pool", "sellable", "promised", "available"
    )
    return [StockRow(*row) for row in found[:limit]]


def free_units(keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Tell what may still be promised, by (item, pool); a pair without a row is left out. Units: pieces."""
    wanted = set(keys)
    rows = Promise.objects.filter(item_id__in={item for item, _pool in wanted}).annotate(
        free=F("sellable") + F("backorder_limit") - F("promised")
    )
    found = rows.values_list("item_id", "pool", "free")
    return {(item, pool): free for item, pool, free in found if (item, pool) in wanted}


def promises_of_order(order_id: int) -> list[OrderPromise]:
    """List what an order holds now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT promise.item_id, sum(entry.quantity)::integer, promise.pool FROM inventory_promise_entry AS entry "
            "JOIN inventory_promise AS promise ON promise.id = entry.promise_id WHERE entry.order_id = %s "
            "GROUP BY promise.item_id, promise.pool HAVING sum(entry.quantity) > 0 ORDER BY 1",
            [order_id],
        )
        return [OrderPromise(*row) for row in cursor.fetchall()]


def hold_of_order(order_id: int) -> tuple[str, datetime | None] | None:
    """Return the state and end of an order's hold."""
    return Hold.objects.filter(order_id=order_id).values_list("state", "expires_at").first()


def hold_ends(order_ids: Sequence[int]) -> dict[int, datetime]:
    """Tell until when orders hold their goods; those that hold none, or for good, are left out."""
    holding = Hold.objects.filter(order_id__in=order_ids, state="held", expires_at__isnull=False)
    return {order_id: end for order_id, end in holding.values_list("order_id", "expires_at") if end is not None}


def orders_holding(order_ids: Sequence[int]) -> set[int]:
    """Tell which of these orders hold goods now."""
    holding = Hold.objects.filter(order_id__in=order_ids, state__in=("held", "firm"))
    return set(holding.values_list("order_id", flat=True))


def orders_with_promises(order_ids: Sequence[int]) -> set[int]:
    """Tell which of these orders still have promised goods in the house: all that was shipped is kept and gone."""
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "promised_of_orders"), {"order_ids": arrays.integers(order_ids)})
        return {row[0] for row in cursor.fetchall()}


def open_promises(order_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Tell what orders were promised that is not set aside or gone yet: order → item → units. Reads without locks."""
    found: dict[int, dict[int, int]] = {}
    ids = {"order_ids": arrays.integers(sorted(set(order_ids)))}
    with connection.cursor() as cursor:
        for statement, sign in (("promised_of_orders", 1), ("reserved_of_orders", -1)):
            cursor.execute(sql.load(PACKAGE, statement), ids)
            for order, item, _pool, units in cursor.fetchall():
                goods = found.setdefault(order, {})
                goods[item] = goods.get(item, 0) + sign * units
    return {
        order: left
        for order, goods in found.items()
        if (left := {item: units for item, units in goods.items() if units > 0})
    }


def entries_of_promise(promise_id: int, limit: int = 50) -> QuerySet[PromiseEntry]:
    """List the newest entries of a promise ledger."""
    return PromiseEntry.objects.filter(promise_id=promise_id).order_by("-id")[:limit]
