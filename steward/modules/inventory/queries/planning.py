"""Read where stock stands against its reorder points, and what to order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Sum
from msgspec import Struct, structs

from steward.kernel import sql
from steward.modules.inventory.models import (
    DailyDemand,
    Discrepancy,
    Movement,
    ReceiptDifference,
    ReorderPoint,
    Supply,
    Warehouse,
)
from steward.modules.inventory.rules import planning as rules

PACKAGE = "steward.modules.inventory"
Place = tuple[int, int]


class Position(Struct, frozen=True):
    """What a warehouse has of an item for what will be asked. Units: pieces.

    `waiting` is its share of what its pool has promised and set aside nowhere yet.
    """

    free: int
    waiting: int
    coming: int

    @property
    def available(self) -> int:
        """Return what is there for new orders."""
        return self.free - self.waiting

    @property
    def total(self) -> int:
        """Return what is there and on its way: what is held against the reorder point. Source: INV-3."""
        return self.available + self.coming


class PlanRow(Struct, frozen=True):
    """A reorder point with where stock stands, and what to do. Units: pieces, days."""

    id: int
    item_id: int
    sku: str
    name_zh: str
    warehouse_id: int
    warehouse_code: str
    warehouse_name: str
    method: str
    safety_stock: int
    reorder_point: int
    order_up_to: int
    lead_days: float
    lead_sd_days: float
    supplier: str
    demand_mean: float | None
    demand_sd: float | None
    days_seen: int
    computed_at: datetime | None
    below_since: datetime | None
    position: Position
    proposed: int = 0
    giver_code: str = ""
    giver_name: str = ""

    @property
    def is_below(self) -> bool:
        """Tell whether it is time to order."""
        return rules.is_below(self.position.total, self.reorder_point)


def positions() -> dict[Place, Position]:
    """Tell where stock stands, by item and warehouse, for all items that have a reorder point anywhere; one read."""
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "reorder_positions"))
        rows = cursor.fetchall()
    free: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    waiting: dict[tuple[int, str], int] = {}
    for item, pool, warehouse, units, _coming, going, promised in rows:
        free[item, pool][warehouse] = units - going
        waiting[item, pool] = promised
    shares = {key: rules.waiting_shares(waiting[key], of) for key, of in free.items()}
    return {
        (item, warehouse): Position(units - going, shares[item, pool][warehouse], coming)
        for item, pool, warehouse, units, coming, going, _promised in rows
    }


def plan_rows(*, only_below: bool = False, text: str = "") -> list[PlanRow]:
    """List reorder points with where stock stands; those that are below propose how many to order, and from where.

    A transfer is proposed where one warehouse of the pool can give all and stays above its own reorder point, else a
    purchase. Source: INV-3.
    """
    known = positions()
    rows = ReorderPoint.objects.order_by("item__sku", "warehouse__code")
    if text:
        rows = rows.filter(item__sku__istartswith=text) | rows.filter(item__name_zh__icontains=text)
    fields = (
        "id", "item_id", "item__sku", "item__name_zh", "warehouse_id", "warehouse__code", "warehouse__name", "method",
        "safety_stock", "reorder_point", "order_up_to", "lead_days", "lead_sd_days", "supplier", "demand_mean",
        "demand_sd", "days_seen", "computed_at", "below_since",
    )  # fmt: skip
    nothing = Position(0, 0, 0)
    found = [PlanRow(*[*row, known.get((row[1], row[4]), nothing)]) for row in rows.values_list(*fields)]
    below = [one for one in found if one.is_below]
    proposed = _proposed(below, known)
    return [proposed.get(one.id, one) for one in (below if only_below else found)]


def _proposed(below: Sequence[PlanRow], known: Mapping[Place, Position]) -> dict[int, PlanRow]:
    places = {row[0]: row[1:] for row in Warehouse.objects.values_list("id", "code", "name", "pool")}
    rows = ReorderPoint.objects.values_list("item_id", "warehouse_id", "reorder_point")
    points = {(item, warehouse): point for item, warehouse, point in rows}
    of_pool: dict[tuple[int, str], list[rules.Source]] = defaultdict(list)
    for (item, warehouse), position in known.items():
        source = rules.Source(warehouse, position.available, points.get((item, warehouse), 0))
        of_pool[item, places[warehouse][2]].append(source)
    found = {}
    for one in below:
        needed = one.order_up_to - one.position.total
        if needed <= 0:
            continue
        pool = places[one.warehouse_id][2]
        others = [source for source in of_pool[one.item_id, pool] if source.warehouse_id != one.warehouse_id]
        giver = rules.giver(needed, others)
        code, name, _pool = places[giver] if giver else ("", "", "")
        found[one.id] = structs.replace(one, proposed=needed, giver_code=code, giver_name=name)
    return found


def attention_counts() -> dict[str, int]:
    """Count what waits for people: reorder points crossed, differences not settled, balances that differ."""
    return {
        "low": ReorderPoint.objects.filter(below_since__isnull=False).count(),
        "differences": ReceiptDifference.objects.filter(settled_at=None).count(),
        "unproven": Discrepancy.objects.filter(gone_at=None).count(),
    }


def demand_by_day(items: Sequence[int], *, first: date, last: date) -> dict[tuple[int, str], list[int]]:
    """Tell how many pieces were asked for on each day, by item and pool; days without any count zero.

    A series begins with the first day the item was asked for, so that a new item is not diluted.
    """
    rows = DailyDemand.objects.filter(item_id__in=items, day__gte=first, day__lte=last)
    by_key: dict[tuple[int, str], dict[date, int]] = defaultdict(dict)
    for item, pool, day, units in rows.values_list("item_id", "pool", "day", "units"):
        by_key[item, pool][day] = units
    return {
        key: [days.get(start + timedelta(offset), 0) for offset in range((last - start).days + 1)]
        for key, days in by_key.items()
        for start in [min(days)]
    }


def shipped_shares(items: Sequence[int], *, since: datetime) -> dict[Place, float]:
    """Tell which part of what left of an item each warehouse sent, of its pool. Units: share 0–1."""
    shipped = Movement.objects.filter(item_id__in=items, kind="shipped", at__gte=since)
    rows = shipped.values_list("item_id", "warehouse_id").annotate(units=Sum("quantity"))
    units: dict[Place, int] = defaultdict(int)
    pools = dict(Warehouse.objects.values_list("id", "pool"))
    totals: dict[tuple[int, str], int] = defaultdict(int)
    for item, warehouse, quantity in rows:
        units[item, warehouse] -= quantity
        totals[item, pools[warehouse]] -= quantity
    return {
        (item, warehouse): count / totals[item, pools[warehouse]]
        for (item, warehouse), count in units.items()
        if totals[item, pools[warehouse]]
    }


def lead_days_seen(*, since: datetime) -> dict[Place, list[float]]:
    """Tell how long purchases took from order to first delivery, by item and warehouse. Units: days."""
    found: dict[Place, list[float]] = defaultdict(list)
    rows = Supply.objects.filter(kind="purchase", first_received_at__gte=since, sent_at__isnull=False)
    for item, warehouse, sent, came in rows.values_list(
        "lines__item_id", "warehouse_id", "sent_at", "first_received_at"
    ):
        if sent is not None and came is not None:
            found[item, warehouse].append((came - sent).total_seconds() / 86_400)
    return found
