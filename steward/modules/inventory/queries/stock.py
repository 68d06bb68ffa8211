"""Read stock rows as allocation needs them: what is free where, and what is set aside for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection
from django.utils import timezone
from msgspec import Struct

from steward.kernel import arrays, errors, moment, sql
from steward.modules.inventory.models import Warehouse

PACKAGE = "steward.modules.inventory"


class StockLot(Struct, frozen=True):
    """What is free of a lot in a warehouse. Units: pieces."""

    stock_id: int
    item_id: int
    warehouse_id: int
    lot_id: int
    lot_code: str
    expires_date: date | None
    free: int


class WarehouseFacts(Struct, frozen=True):
    """A warehouse as allocation weighs it. Units: degrees; orders a day (0: no limit)."""

    id: int
    code: str
    name: str
    district_code: str
    latitude: float | None
    longitude: float | None
    storage_classes: list[str]
    daily_capacity: int
    reserved_orders_today: int


class ReservationView(Struct, frozen=True):
    """What is or was set aside for an order. Units: pieces."""

    id: int
    order_id: int
    line_id: int | None
    item_id: int
    sku: str
    warehouse_id: int
    warehouse_code: str
    warehouse_name: str
    lot_code: str
    expires_date: date | None
    quantity: int
    state: str


def local_day(now: datetime) -> date:
    """Return the day it is in the house's time zone, by which goods expire."""
    return timezone.localdate(now)


def stock_for_allocation(item_ids: Sequence[int], pool: str, *, today: date | None = None) -> list[StockLot]:
    """List what may be set aside: sellable, not expired, free; what expires first stands first."""
    day = (today or local_day(moment.now())).isoformat()
    with connection.cursor() as cursor:
        cursor.execute(
            sql.load(PACKAGE, "stock_for_allocation"), {"items": arrays.integers(item_ids), "pool": pool, "today": day}
        )
        return [StockLot(*row) for row in cursor.fetchall()]


def warehouses_for_allocation(pool: str, *, now: datetime | None = None) -> list[WarehouseFacts]:
    """List a pool's warehouses: where they lie, what they keep, and how busy they are today."""
    today = timezone.localtime(now or moment.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "warehouses_for_allocation"), {"pool": pool, "since": today})
        return [WarehouseFacts(*row) for row in cursor.fetchall()]


def reservations_of_orders(order_ids: Sequence[int]) -> list[ReservationView]:
    """List what is or was set aside for orders, by order and reservation."""
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "reservations_of_orders"), {"order_ids": arrays.integers(order_ids)})
        return [ReservationView(*row) for row in cursor.fetchall()]


def warehouses() -> Sequence[tuple[str, str]]:
    """List warehouses: code and name."""
    return list(Warehouse.objects.order_by("code").values_list("code", "name"))


def warehouse_id(code: str) -> int:
    """Find a warehouse by its code. Raises: NotFound."""
    found = Warehouse.objects.filter(code=code).values_list("id", flat=True).first()
    if found is None:
        raise errors.NotFound(key=code)
    return found


def warehouse_ids() -> dict[str, int]:
    """Find the ids of all warehouses by their codes."""
    return dict(Warehouse.objects.values_list("code", "id"))


def warehouse_code(id_: int) -> str:
    """Name the code of a warehouse; "" for none."""
    return Warehouse.objects.filter(id=id_).values_list("code", flat=True).first() or ""
