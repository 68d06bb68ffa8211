"""Read write-offs, and what may be written off of an item in a warehouse."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from msgspec import Struct

from steward.kernel import errors
from steward.modules.catalog import queries as catalog
from steward.modules.inventory.models import ItemCost, Promise, Stock, WriteOff
from steward.modules.inventory.rules import write_offs as rules


class Value(Struct, frozen=True):
    """What a piece is worth, what that is taken from, and who set the cost. Units: minor units of the currency."""

    unit_minor: int
    currency: str
    basis: str
    set_by: str = ""


class WriteOffView(Struct, frozen=True):
    """A write-off. Units: pieces, minor units of the currency."""

    id: int
    number: str
    stock_id: int
    item_id: int
    sku: str
    name_zh: str
    warehouse_code: str
    warehouse_name: str
    lot: str
    expires_date: date | None
    condition: str
    quantity: int
    cause: str
    note: str
    unit_minor: int
    value_minor: int
    currency: str
    basis: str
    state: str
    approval_id: int | None
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    end_note: str


class Givable(Struct, frozen=True):
    """What of a stock row may be given up. Units: pieces, minor units of the currency."""

    stock_id: int
    item_id: int
    sku: str
    name_zh: str
    warehouse_id: int
    warehouse_name: str
    lot: str
    expires_date: date | None
    condition: str
    on_hand: int
    reserved: int
    held: int
    free: int
    value: Value


FIELDS = (
    "id", "number", "stock_id", "stock__item_id", "stock__item__sku", "stock__item__name_zh", "stock__warehouse__code",
    "stock__warehouse__name", "stock__lot__code", "stock__lot__expires_date", "stock__condition", "quantity", "cause",
    "note", "unit_minor", "value_minor", "currency", "basis", "state", "approval_request_id", "asked_by", "asked_at",
    "ended_at", "end_note",
)  # fmt: skip


def write_offs_page(
    *, states: Iterable[str] = (), text: str = "", before: int | None = None, limit: int = 50
) -> list[WriteOffView]:
    """List write-offs, newest first, after the last id of the page shown before; by number or SKU."""
    rows: QuerySet[WriteOff] = WriteOff.objects.order_by("-id")
    wanted = list(states)
    if wanted:
        rows = rows.filter(state__in=wanted)
    if text:
        rows = rows.filter(number__iexact=text) | rows.filter(stock__item__sku__istartswith=text)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [WriteOffView(*row) for row in rows.values_list(*FIELDS)[:limit]]


def write_off(number: str) -> WriteOffView:
    """Show one write-off. Raises: NotFound."""
    row = WriteOff.objects.filter(number=number).values_list(*FIELDS).first()
    if row is None:
        raise errors.NotFound(key=number)
    return WriteOffView(*row)


def write_offs_waiting() -> int:
    """Count the write-offs that wait for a second person."""
    return WriteOff.objects.filter(state="waiting").count()


def unit_values(item_ids: Iterable[int]) -> dict[int, Value]:
    """Tell what a piece of each item is worth: its cost where known, else its selling price. Units: minor units."""
    items = catalog.items_by_id(set(item_ids))
    rows = ItemCost.objects.filter(item_id__in=items).values_list("item_id", "cost_minor", "currency", "set_by")
    costs: dict[int, tuple[int, str, str]] = {item: (cost, currency, by) for item, cost, currency, by in rows}
    found = {}
    for id_, item in items.items():
        cost_minor, currency, set_by = costs.get(id_, (None, item.currency, ""))
        unit_minor, basis = rules.unit_value(cost_minor, item.price_minor)
        found[id_] = Value(unit_minor, currency, basis, set_by)
    return found


def givable(*, stock_id: int | None = None, item_id: int | None = None, warehouse: str = "") -> list[Givable]:
    """List stock rows with what of each is free to be given up: neither set aside nor promised to orders.

    What a pool has promised and set aside nowhere yet bounds its rows for sale as well. Units: pieces.
    """
    rows = Stock.objects.filter(on_hand__gt=0).order_by("warehouse__code", "lot__expires_date", "id")
    if stock_id is not None:
        rows = rows.filter(id=stock_id)
    if item_id is not None:
        rows = rows.filter(item_id=item_id)
    if warehouse:
        rows = rows.filter(warehouse__code=warehouse)
    found = list(rows.select_related("item", "warehouse", "lot")[:200])
    items = {row.item_id for row in found}
    pools = {
        (item, pool): sellable + backorder - promised
        for item, pool, sellable, backorder, promised in Promise.objects.filter(item_id__in=items).values_list(
            "item_id", "pool", "sellable", "backorder_limit", "promised"
        )
    }
    values = unit_values(items)
    return [_givable(row, pools.get((row.item_id, row.warehouse.pool), 0), values[row.item_id]) for row in found]


def _givable(row: Stock, free_of_pool: int, value: Value) -> Givable:
    free = row.on_hand - row.reserved - row.held
    facts: dict[str, Any] = {"on_hand": row.on_hand, "reserved": row.reserved, "held": row.held}
    return Givable(
        stock_id=row.id,
        item_id=row.item_id,
        sku=row.item.sku,
        name_zh=row.item.name_zh,
        warehouse_id=row.warehouse_id,
        warehouse_name=row.warehouse.name,
        lot=row.lot.code,
        expires_date=row.lot.expires_date,
        condition=row.condition,
        free=max(0, min(free, free_of_pool) if row.condition == "sellable" else free),
        value=value,
        **facts,
    )
