"""Set and compute reorder points, notice when stock falls below them, and order what is proposed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, events, parameters, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.inventory.commands.supply import SupplyLineDraft, order_goods, plan_transfer
from steward.modules.inventory.commands.telling import tell_of_low_stock
from steward.modules.inventory.events import ReorderPointCrossed
from steward.modules.inventory.models import DailyDemand, ReorderPoint, Stock, Warehouse
from steward.modules.inventory.queries import planning as reads
from steward.modules.inventory.rules import planning as rules

PACKAGE = "steward.modules.inventory"
SERVICE_PERCENT = parameters.define(
    "inventory.service_level_percent",
    95,
    unit="%",
    label=gettext_lazy("How often stock shall last until new goods come (service level)"),
    kind="number",
    minimum=50,
    maximum=99.9,
)
HISTORY_DAYS = parameters.define(
    "inventory.demand_history_days",
    90,
    unit="d",
    label=gettext_lazy("How many days of demand reorder points are computed from"),
    minimum=7,
    maximum=730,
)
COVER_DAYS = parameters.define(
    "inventory.cover_days",
    14,
    unit="d",
    label=gettext_lazy("For how many days of demand is ordered beyond the reorder point"),
    minimum=1,
    maximum=365,
)
MOST = 1_000_000
LEADS = ("method", "lead_days", "lead_sd_days", "supplier")
GIVEN = (*LEADS, "safety_stock", "reorder_point", "order_up_to", "computed_at")


class PointDraft(Struct, forbid_unknown_fields=True):
    """When a warehouse orders an item anew. Units: pieces, days. `computed` takes the counts from demand."""

    sku: str
    warehouse: str
    method: str = "given"
    safety_stock: int = 0
    reorder_point: int = 0
    order_up_to: int = 0
    lead_days: float = 7
    lead_sd_days: float = 0
    supplier: str = ""


class UnfitPoint(errors.BadInput):
    """Refuse reorder points that make no sense, every line with what is wrong with it."""

    code = "unfit_reorder_point"
    status = 422
    message = gettext_lazy("Nothing was saved. %(why)s")


@command(needs="stock.plan")
def set_reorder_points(actor: Actor, *, points: Sequence[PointDraft], now: datetime) -> int:
    """Give reorder points, or let them be computed; those named replace what stood for item and warehouse.

    Returns how many. Raises: UnfitPoint with all findings. Emits: what computing emits.
    """
    items = catalog.items_by_sku({one.sku for one in points})
    places = dict(Warehouse.objects.values_list("code", "id"))
    found = [(place, *fault) for place, one in enumerate(points) for fault in _faults(one, items, places)]
    if found:
        findings = [
            {"field": f"points.{place}.{field}", "in": "body", "code": code, "message": text}
            for place, field, code, text in found
        ]
        said = [_("Line %(line)s: %(why)s") % {"line": one[0] + 1, "why": one[3]} for one in found]
        raise UnfitPoint(findings, why=" ".join(said))
    last = {(items[one.sku].id, places[one.warehouse]): one for one in points}
    _save({key: one for key, one in sorted(last.items()) if one.method == "given"}, GIVEN)
    _save({key: one for key, one in sorted(last.items()) if one.method == "computed"}, LEADS)
    _compute([items[one.sku].id for one in points if one.method == "computed"], now)
    return len(points)


def _save(points: Mapping[tuple[int, int], PointDraft], fields: Sequence[str]) -> None:
    """Write reorder points by item and warehouse; of those that stand, these fields are replaced."""
    rows = [
        ReorderPoint(
            item_id=item,
            warehouse_id=warehouse,
            supplier=one.supplier.strip()[:80],
            computed_at=None,
            **{name: getattr(one, name) for name in fields if name not in ("supplier", "computed_at")},
        )
        for (item, warehouse), one in points.items()
    ]
    ReorderPoint.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["item", "warehouse"], update_fields=fields, batch_size=2_000
    )


def _faults(
    one: PointDraft, items: Mapping[str, catalog.ItemFacts], places: Mapping[str, int]
) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a reorder point: field, code, words."""
    item = items.get(one.sku)
    if item is None or not item.stocked or item.is_bundle:
        yield "sku", "unknown_item", _("there is no SKU “%(value)s” that is kept in stock.") % {"value": one.sku}
    if one.warehouse not in places:
        yield "warehouse", "unknown_warehouse", _("there is no warehouse “%(value)s”.") % {"value": one.warehouse}
    if one.method not in ("given", "computed"):
        yield "method", "unknown_method", _("the counts are given or computed.")
    if not 0 <= one.safety_stock <= one.reorder_point <= one.order_up_to <= MOST:
        words = _("safety stock, reorder point and what to order up to must not fall in this order.")
        yield "reorder_point", "out_of_order", words
    if not (0 <= one.lead_days <= 365 and 0 <= one.lead_sd_days <= 365):
        yield "lead_days", "out_of_bounds", _("lead times lie between 0 and 365 days.")


@command(needs="stock.plan")
def compute_reorder_points(actor: Actor, *, now: datetime) -> int:
    """Compute the reorder points that are not given, from demand and lead time as they were seen.

    Returns how many changed. The formula stands in `rules.planning.plan`. Source: INV-3.
    """
    items = ReorderPoint.objects.filter(method="computed").values_list("item_id", flat=True).distinct()
    return _compute(list(items), now)


def _compute(items: Sequence[int], now: datetime) -> int:
    """Compute anew what is computed of these items. Demand of a pool is shared as its warehouses have shipped."""
    if not items:
        return 0
    days = parameters.value(HISTORY_DAYS)
    today = timezone.localdate(now)
    demand = reads.demand_by_day(items, first=today - timedelta(days), last=today - timedelta(1))
    since = now - timedelta(days)
    shares, leads = reads.shipped_shares(items, since=since), reads.lead_days_seen(since=now - timedelta(365))
    level, cover = parameters.value(SERVICE_PERCENT) / 100, parameters.value(COVER_DAYS)
    rows = list(
        ReorderPoint.objects.select_for_update(of=("self",))
        .filter(method="computed", item_id__in=items)
        .select_related("warehouse")
        .order_by("id")
    )
    keeps, with_shares = _keeping(items), {item for item, _warehouse in shares}
    changed = 0
    for row in rows:
        key = (row.item_id, row.warehouse_id)
        pool = row.warehouse.pool
        seen = row.item_id in with_shares
        share = shares.get(key, 0.0) if seen else 1 / max(1, keeps.get((row.item_id, pool), 1))
        of_pool = rules.demand_of(demand.get((row.item_id, pool), []))
        here = rules.share_of(of_pool, share)
        lead = rules.lead_of(leads.get(key, []), rules.Lead(row.lead_days, row.lead_sd_days))
        plan = rules.plan(here, lead, service_level=level, cover_days=cover)
        before = (row.safety_stock, row.reorder_point, row.order_up_to)
        row.safety_stock, row.reorder_point, row.order_up_to = plan.safety_stock, plan.reorder_point, plan.order_up_to
        row.demand_mean, row.demand_sd, row.days_seen = here.mean, here.sd, here.days
        row.lead_days, row.lead_sd_days, row.computed_at = lead.mean, lead.sd, now
        changed += before != (row.safety_stock, row.reorder_point, row.order_up_to)
    fields = (
        "safety_stock", "reorder_point", "order_up_to", "demand_mean", "demand_sd", "days_seen", "lead_days",
        "lead_sd_days", "computed_at",
    )  # fmt: skip
    ReorderPoint.objects.bulk_update(rows, fields)
    return changed


def _keeping(items: Sequence[int]) -> dict[tuple[int, str], int]:
    """Count the warehouses of each pool that keep an item or have a reorder point of it."""
    places = set(
        ReorderPoint.objects.filter(item_id__in=items).values_list("item_id", "warehouse_id", "warehouse__pool")
    )
    places |= set(Stock.objects.filter(item_id__in=items).values_list("item_id", "warehouse_id", "warehouse__pool"))
    found: dict[tuple[int, str], int] = {}
    for item, _warehouse, pool in places:
        found[item, pool] = found.get((item, pool), 0) + 1
    return found


class DemandRow(Struct, forbid_unknown_fields=True):
    """How many pieces of an item a pool was asked for on a day."""

    item_id: int
    pool: str
    day: date
    units: int


@command(needs="stock.plan")
def note_demand(actor: Actor, *, rows: Sequence[DemandRow]) -> int:
    """Note demand of past days that no order here tells of, e.g. of the time before; a day noted twice is replaced.

    Returns how many. Raises: ValueError for a negative count.
    """
    if any(row.units < 0 for row in rows):
        raise ValueError("demand is not negative")
    DailyDemand.objects.bulk_create(
        [DailyDemand(item_id=row.item_id, pool=row.pool, day=row.day, units=row.units) for row in rows],
        update_conflicts=True,
        unique_fields=["item", "pool", "day"],
        update_fields=["units"],
        batch_size=2_000,
    )
    return len(rows)


@command(needs="stock.plan")
def gather_demand(actor: Actor, *, day: date) -> None:
    """Add up what orders were promised on a day, without what they gave back since; again is harmless."""
    zone = timezone.get_default_timezone()
    starts = datetime.combine(day, time(), zone)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.load(PACKAGE, "demand_of_days"),
            {"day": day.isoformat(), "starts": starts, "ends": starts + timedelta(days=1)},
        )


@command(needs="stock.plan")
def watch_reorder_points(actor: Actor, *, now: datetime) -> int:
    """Notice which reorder points stock has fallen below since it was looked at, and tell who plans stock, once.

    Being back above arms the alert again. Returns how many crossings there were. Emits: ReorderPointCrossed. Locks:
    reorder points that cross, compare-and-set. Source: INV-3.
    """
    rows = reads.plan_rows()
    risen = [one.id for one in rows if not one.is_below and one.below_since is not None]
    ReorderPoint.objects.filter(id__in=risen).update(below_since=None)
    # Two workers at once: the count of rows says who saw it first.
    fallen = [
        one
        for one in rows
        if one.is_below
        and one.below_since is None
        and ReorderPoint.objects.filter(id=one.id, below_since=None).update(below_since=now)
    ]
    events.record(
        actor,
        [
            ReorderPointCrossed(
                item_id=one.item_id,
                warehouse_id=one.warehouse_id,
                position=one.position.total,
                reorder_point=one.reorder_point,
            )
            for one in fallen
        ],
    )
    tell_of_low_stock(actor, fallen, now)
    return len(fallen)


class NothingProposed(errors.Refusal):
    """Refuse to order where nothing has to be ordered (any more)."""

    code = "nothing_proposed"
    status = 409
    message = gettext_lazy("Nothing has to be ordered here now. Load the page again.")


@command(needs="stock.purchase")
def order_proposed(
    actor: Actor, *, point_ids: Sequence[int], how: str = "", expected_date: date | None = None, now: datetime
) -> list[str]:
    """Order what is proposed: one purchase order per supplier and warehouse, one transfer per pair of warehouses.

    `how` is purchase or transfer to overrule what is proposed. Returns the numbers. Raises: NothingProposed;
    UnfitSupply where no supplier is named. Emits: SupplyMoved. Locks: the reorder points by id, so that two people who
    press at once order once.
    """
    list(ReorderPoint.objects.select_for_update().filter(id__in=point_ids).order_by("id"))
    rows = [one for one in reads.plan_rows(only_below=True) if one.id in set(point_ids) and one.proposed]
    if not rows:
        raise NothingProposed
    bought: dict[tuple[str, str], list[SupplyLineDraft]] = {}
    moved: dict[tuple[str, str], list[SupplyLineDraft]] = {}
    leads: dict[tuple[str, str], float] = {}
    for one in rows:
        line = SupplyLineDraft(one.sku, one.proposed)
        if one.giver_code and how != "purchase":
            moved.setdefault((one.giver_code, one.warehouse_code), []).append(line)
        else:
            key = (one.supplier, one.warehouse_code)
            bought.setdefault(key, []).append(line)
            leads[key] = max(leads.get(key, 0), one.lead_days)
    today = timezone.localdate(now)
    numbers = [
        order_goods(
            actor,
            supplier=supplier,
            warehouse=warehouse,
            lines=lines,
            expected_date=expected_date or today + timedelta(round(leads[supplier, warehouse])),
            now=now,
        )
        for (supplier, warehouse), lines in bought.items()
    ]
    numbers += [
        plan_transfer(actor, origin=origin, warehouse=warehouse, lines=lines, expected_date=expected_date, now=now)
        for (origin, warehouse), lines in moved.items()
    ]
    return numbers
