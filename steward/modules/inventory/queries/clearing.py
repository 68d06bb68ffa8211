"""Read what sells too slowly and which lots will not sell before their date, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from msgspec import Struct

from steward.kernel import arrays, parameters, sql
from steward.modules.inventory.queries import thresholds
from steward.modules.inventory.queries.stock import local_day

PACKAGE = "steward.modules.inventory"
MIDNIGHT = datetime.min.time()


class SlowRow(Struct, frozen=True):
    """Goods of an item in a warehouse that move slowly or not at all.

    `cover_days` says how long the free pieces last at the present rate (None: nobody asked for any), `share` which part
    of the value of all goods for sale in the currency they are. Units: pieces, pieces a day, days, minor units, 0–1.
    """

    item_id: int
    sku: str
    name_zh: str
    abc_class: str
    warehouse_id: int
    warehouse_code: str
    warehouse_name: str
    on_hand: int
    free: int
    per_day: float
    cover_days: float | None
    idle_days: int
    last_out_at: datetime | None
    unit_minor: int
    value_minor: int
    currency: str
    basis: str
    share: float
    speed: str

    @property
    def key(self) -> tuple[int, int, int]:
        """Return what the next page goes on from."""
        return self.value_minor, self.item_id, self.warehouse_id


class ExpiringRow(Struct, frozen=True):
    """What lies of a lot that expires soon, or has; `unsold` will likely not sell in time, or may not be sold any more.

    Units: pieces, days, pieces a day, minor units of the currency.
    """

    stock_id: int
    item_id: int
    sku: str
    name_zh: str
    warehouse_id: int
    warehouse_code: str
    warehouse_name: str
    lot_id: int
    lot: str
    expires_date: date
    condition: str
    on_hand: int
    reserved: int
    held: int
    free: int
    days_left: int
    sell_days: int
    per_day: float
    unsold: int
    unit_minor: int
    at_risk_minor: int
    currency: str
    basis: str

    @property
    def key(self) -> tuple[date, int]:
        """Return what the next page goes on from."""
        return self.expires_date, self.stock_id


def slow_stock(
    *,
    warehouse: str = "",
    speed: str = "",
    text: str = "",
    item_id: int | None = None,
    after: tuple[int, int, int] | None = None,
    limit: int = 50,
    now: datetime,
) -> list[SlowRow]:
    """List slow and non-moving goods for sale by item and warehouse, the most valuable first; keyset `SlowRow.key`.

    A warehouse's rate is the demand of its pool in the last `inventory.rate_days` days, shared as its warehouses have
    shipped; idle days count from the later of the last shipment and the last receipt or transfer that came in, so that
    what was restocked is not idle, else from when the first piece turned up. One set-based statement over indexes.
    Source: INV-7; FSN analysis by days of cover, as `rules.clearing.slowness` has it.
    """
    value, item, place = after or (None, None, None)
    facts = {
        "speed": speed,
        "after_value": value,
        "after_item": item,
        "after_warehouse": place,
        "slow_cover_days": parameters.value(thresholds.SLOW_COVER_DAYS),
        "dead_idle_days": parameters.value(thresholds.DEAD_IDLE_DAYS),
    }
    return [SlowRow(*row) for row in _fetched("slow_stock", facts | _narrowed(warehouse, text, item_id, limit), now)]


def expiring_lots(
    *,
    warehouse: str = "",
    text: str = "",
    item_id: int | None = None,
    within_days: int | None = None,
    only_at_risk: bool = False,
    after: tuple[date, int] | None = None,
    limit: int = 50,
    now: datetime,
) -> list[ExpiringRow]:
    """List lots that expire within `within_days` (else `inventory.expiry_days`), soonest first; keyset by `key`.

    What will not sell before its minimum remaining life is computed lot by lot, first expired first out, as
    `rules.clearing.unsold` has it; what has expired or lies in quarantine cannot be sold at all. Pieces set aside for
    orders are taken as sold. One set-based statement over indexes. Source: INV-7.
    """
    day, stock = after or (None, None)
    facts = {
        "within_days": within_days if within_days is not None else parameters.value(thresholds.EXPIRY_DAYS),
        "only_at_risk": only_at_risk,
        "after_day": day,
        "after_stock": stock,
    }
    facts |= _narrowed(warehouse, text, item_id, limit)
    return [ExpiringRow(*row) for row in _fetched("expiring_lots", facts, now)]


def rates(item_ids: Sequence[int], *, now: datetime) -> list[tuple[int, int, str, float, int]]:
    """Tell how fast each warehouse sells items: item, warehouse, pool, pieces a day, pieces on their way there."""
    return _fetched("places_selling", {"items": arrays.integers(item_ids)}, now) if item_ids else []


def _narrowed(warehouse: str, text: str, item_id: int | None, limit: int) -> dict[str, Any]:
    plain = text.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    items = None if item_id is None else arrays.integers([item_id])
    words = {"text": plain, "prefix": f"{plain}%", "inside": f"%{plain}%"}
    return {"warehouse": warehouse, "items": items, "limit": limit, **words}


def _fetched(statement: str, facts: dict[str, Any], now: datetime) -> list[Any]:
    """Run a statement behind the one that tells how fast goods sell where."""
    today, zone = local_day(now), timezone.get_default_timezone()
    days = parameters.value(thresholds.RATE_DAYS)
    since = datetime.combine(today - timedelta(days=days), MIDNIGHT, zone)
    common = {"items": None, "today": today, "days": days, "since": since, "now": now, "zone": str(zone)}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "demand_rates") + sql.load(PACKAGE, statement), common | facts)
        return list(cursor.fetchall())
