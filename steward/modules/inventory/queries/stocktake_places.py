"""Read what there is to count in a warehouse: places with their zone and class, and what the ledger says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import arrays, parameters, sql
from steward.modules.inventory.models import Warehouse, Zone
from steward.modules.inventory.queries.stock import local_day
from steward.modules.inventory.rules import sheets as rules

PACKAGE = "steward.modules.inventory"
A_SHARE = parameters.define(
    "inventory.abc_a_share", 0.8, unit="share", kind="number", minimum=0.0, maximum=1.0,
    label=_("Class A: items that make up this share of the value asked for (0–1)"),
)  # fmt: skip
B_SHARE = parameters.define(
    "inventory.abc_b_share", 0.95, unit="share", kind="number", minimum=0.0, maximum=1.0,
    label=_("Class B: items up to this share of the value asked for (0–1)"),
)  # fmt: skip
CLASS_DAYS = parameters.define(
    "inventory.abc_days", 365, unit="days", minimum=7, maximum=1_095,
    label=_("Classes A, B and C: days of demand that are looked at"),
)  # fmt: skip


class PlaceFacts(Struct, frozen=True):
    """An item's lot in a condition, where it lies and what a piece is worth. Units: minor currency units."""

    item_id: int
    sku: str
    lot: str
    condition: str
    zone: str
    abc_class: str
    price_minor: int
    currency: str


def zones_of(warehouse_id: int) -> list[rules.ZoneFacts]:
    """List the zones of a warehouse where goods are kept."""
    rows = Zone.objects.filter(warehouse_id=warehouse_id).exclude(purpose="receiving").order_by("code")
    return [rules.ZoneFacts(*row) for row in rows.values_list("code", "storage_class", "purpose")]


def countable_zones() -> dict[str, list[tuple[str, str, str]]]:
    """List the zones where goods are kept, by warehouse code: code, storage class, purpose."""
    rows = Zone.objects.exclude(purpose="receiving").order_by("warehouse__code", "code")
    found: dict[str, list[tuple[str, str, str]]] = {}
    for warehouse, *zone in rows.values_list("warehouse__code", "code", "storage_class", "purpose"):
        found.setdefault(warehouse, []).append((zone[0], zone[1], zone[2]))
    return found


def item_classes(warehouse_id: int, *, now: datetime) -> dict[int, str]:
    """Tell the class of every item that has lain in a warehouse, by the value its pool is asked for.

    The value is the pieces orders asked its pool for in the last days (`inventory.abc_days`), times the price of a
    piece; of what was never asked for, the pieces that left the warehouse. Source: `rules.abc_classes`.
    """
    pool = Warehouse.objects.values_list("pool", flat=True).get(id=warehouse_id)
    since = local_day(now) - timedelta(days=parameters.value(CLASS_DAYS))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.load(PACKAGE, "usage_values"), {"warehouse": warehouse_id, "pool": pool, "since": since.isoformat()}
        )
        values = {item: int(value) for item, value in cursor.fetchall()}
    return rules.abc_classes(values, a_share=parameters.value(A_SHARE), b_share=parameters.value(B_SHARE))


def places_to_count(
    warehouse_id: int, *, zones: Collection[str], classes: Collection[str], now: datetime
) -> list[PlaceFacts]:
    """List what lies in zones of a warehouse and is of classes (none named: all), as people walk: zone, SKU, lot."""
    known, class_of = zones_of(warehouse_id), item_classes(warehouse_id, now=now)
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "stocktake_places"), {"warehouse": warehouse_id})
        rows = cursor.fetchall()
    found = [
        PlaceFacts(item, sku, lot, condition, rules.zone_of(storage, condition, known), class_of[item], price, currency)
        for item, sku, lot, condition, storage, price, currency in rows
    ]
    wanted = [one for one in found if (not zones or one.zone in zones) and (not classes or one.abc_class in classes)]
    return sorted(wanted, key=lambda one: one.zone)


def ledger_of(line_ids: Iterable[int]) -> dict[int, int]:
    """Tell what the ledger says of lines at this instant: line → pieces on hand.

    It is read without a lock: what commits later moves later, so the difference that is booked stays right, and orders
    never wait for whoever counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "stocktake_ledger"), {"ids": arrays.integers(sorted(set(line_ids)))})
        return dict(cursor.fetchall())


def class_days() -> int:
    """Tell how many days of demand classes are made from."""
    return int(parameters.value(CLASS_DAYS))
