"""Read where goods that do not sell here would sell, and what was done about them already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import F
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.inventory.models import Stock, SupplyLine, Warehouse, WriteOff, Zone
from steward.modules.inventory.queries import thresholds
from steward.modules.inventory.queries.clearing import ExpiringRow, SlowRow, rates
from steward.modules.inventory.queries.stock import local_day
from steward.modules.inventory.rules import clearing as rules

Row = SlowRow | ExpiringRow


class Suggestion(Struct, frozen=True):
    """Where goods of a row should go, and how many. Units: pieces."""

    warehouse_code: str
    warehouse_name: str
    pieces: int


class Done(Struct, frozen=True):
    """What was done about rows: planned transfers by (item, origin, lot or none), write-offs that wait by stock row."""

    transfers: Mapping[tuple[int, int, int | None], str]
    write_offs: Mapping[int, str]

    def transfer_of(self, row: Row) -> str:
        """Name the planned transfer that takes these goods away; empty where there is none."""
        place = (row.item_id, row.warehouse_id)
        if isinstance(row, ExpiringRow):
            return self.transfers.get((*place, row.lot_id)) or self.transfers.get((*place, None), "")
        found = [number for (item, origin, _lot), number in self.transfers.items() if (item, origin) == place]
        return min(found, default="")


def suggestions(rows: Sequence[Row], *, now: datetime) -> dict[int, Suggestion]:
    """Tell for rows, by their place in the list, which warehouse would sell the goods, and how many of them in time.

    A constant number of reads for any number of rows. Source: INV-7; `rules.clearing.destination`.
    """
    items = sorted({row.item_id for row in rows})
    piles = _piles(items, now)
    sellers: dict[int, list[tuple[str, rules.Place]]] = defaultdict(list)
    for item, place, pool, per_day, coming in rates(items, now=now):
        sellers[item].append((pool, rules.Place(place, per_day, coming, tuple(piles.get((item, place), ())))))
    houses = {row[0]: row[1:] for row in Warehouse.objects.values_list("id", "code", "name", "pool")}
    fit = _fit(items)
    cover, transit = parameters.value(thresholds.TRANSFER_COVER_DAYS), parameters.value(thresholds.TRANSIT_DAYS)
    found = {}
    for number, row in enumerate(rows):
        surplus, sell_days = _surplus(row, piles.get((row.item_id, row.warehouse_id), ()), cover)
        others = [
            one
            for pool, one in sellers[row.item_id]
            if one.warehouse_id != row.warehouse_id
            and pool == houses[row.warehouse_id][2]
            and (row.item_id, one.warehouse_id) in fit
        ]
        choice = rules.destination(surplus, others, sell_days=sell_days, transit_days=transit, cover_days=cover)
        if choice is not None:
            found[number] = Suggestion(*houses[choice.warehouse_id][:2], choice.pieces)
    return found


def _surplus(row: Row, piles: Sequence[rules.Pile], cover_days: float) -> tuple[int, int | None]:
    """Tell how many pieces are too many here, and for how many days those that leave first may be sold."""
    if isinstance(row, ExpiringRow):
        is_for_sale = row.condition == "sellable" and row.days_left >= 0
        return (min(row.unsold, row.free) if is_for_sale else 0), row.sell_days
    dated = [pile.sell_days for pile in piles if pile.sell_days is not None]
    return max(0, int(row.free - row.per_day * cover_days)), min(dated, default=None)


def _piles(items: Sequence[int], now: datetime) -> dict[tuple[int, int], list[rules.Pile]]:
    """List what lies free for sale in each place, by how long it may be sold; what has expired is left out."""
    today = local_day(now)
    rows = Stock.objects.filter(item_id__in=items, condition="sellable", on_hand__gt=F("reserved") + F("held"))
    found: dict[tuple[int, int], list[rules.Pile]] = defaultdict(list)
    pieces = F("on_hand") - F("reserved") - F("held")
    fields = ("item_id", "warehouse_id", "lot__expires_date", "item__minimum_remaining_days", "pieces")
    for item, place, expires, least, free in rows.annotate(pieces=pieces).values_list(*fields):
        if expires is None or expires >= today:
            days = None if expires is None else max(0, (expires - today).days - least)
            found[item, place].append(rules.Pile(free, days))
    return found


def _fit(items: Sequence[int]) -> set[tuple[int, int]]:
    """Tell which warehouses have a zone fit for which items."""
    classes = dict(Stock.objects.filter(item_id__in=items).values_list("item_id", "item__storage_class"))
    zones = Zone.objects.filter(purpose="storage").values_list("warehouse_id", "storage_class")
    return {(item, place) for place, fit in zones for item, wanted in classes.items() if fit == wanted}


def done_about(items: Iterable[int]) -> Done:
    """Tell which transfers of items are planned and which write-offs wait; two reads."""
    wanted = sorted(set(items))
    lines = SupplyLine.objects.filter(item_id__in=wanted, supply__kind="transfer", supply__state="planned")
    planned = lines.order_by("-id").values_list("item_id", "supply__origin_id", "lot_id", "supply__number")
    waiting = WriteOff.objects.filter(stock__item_id__in=wanted, state="waiting").order_by("-id")
    return Done(
        {(item, origin, lot): number for item, origin, lot, number in planned},
        dict(waiting.values_list("stock_id", "number")),
    )
