"""Find where a count belongs: a listed line, goods nobody listed, or a clear finding why it belongs nowhere here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors
from steward.modules.catalog import queries as catalog
from steward.modules.inventory.models import Lot, StocktakeCount, StocktakeLine, StocktakeSheet
from steward.modules.inventory.queries import stocktake_places as places
from steward.modules.inventory.rules import sheets as dealing
from steward.modules.inventory.rules.moving import CONDITIONS

Fault = tuple[str, dict[str, Any]]
WORDS: Mapping[str, Any] = {
    "unreadable": gettext_lazy("Nothing was read. Scan again."),
    "unknown_sku": gettext_lazy("There are no goods called “%(value)s”."),
    "unknown_condition": gettext_lazy("The condition must be sellable, quarantine or damaged."),
    "not_stocked": gettext_lazy("%(value)s is not kept in stock; count what it consists of."),
    "negative": gettext_lazy("%(value)s pieces cannot lie anywhere. Count again."),
    "absurd": gettext_lazy("%(value)s pieces in one place is more than the %(most)s that are possible. Count again."),
    "twice": gettext_lazy("%(value)s stands here twice."),
    "too_many": gettext_lazy("Send %(most)s counts at most in one go."),
    "lot_missing": gettext_lazy("%(value)s is counted by lot: scan the label with the lot, or write %(value)s#LOT."),
    "lot_unknown": gettext_lazy("%(value)s has no lot “%(lot)s”. Look at the label again."),
    "not_in_count": gettext_lazy("%(value)s is not part of this count."),
    "other_zone": gettext_lazy("%(value)s belongs into zone %(zone)s. Put it there; it is counted there."),
    "other_sheet": gettext_lazy("%(value)s is counted on another sheet of %(number)s."),
    "not_to_recount": gettext_lazy("%(value)s does not have to be counted again."),
}


class UnfitCount(errors.BadInput):
    """Refuse counts that make no sense, each with what is wrong with it; nothing was counted."""

    code = "unfit_count"
    status = 422
    message = gettext_lazy("%(why)s Nothing was counted.")


class Sought(Struct, frozen=True):
    """What somebody says lies there."""

    sku: str
    lot: str
    condition: str


def unfit_count(faults: Sequence[tuple[str, str, Mapping[str, Any]]]) -> UnfitCount:
    """Put faults into words: field, code, facts."""
    findings = [
        {"field": field, "in": "body", "code": code, "message": str(WORDS[code]) % facts}
        for field, code, facts in faults
    ]
    return UnfitCount(findings, why=" ".join(str(finding["message"]) for finding in findings))


def find_lines(sheet: StocktakeSheet, sought: Sequence[Sought], now: datetime) -> list[int | Fault]:
    """Find or make the lines of goods that are not listed on a locked sheet, or say why they do not belong there.

    A step of commands; as many statements for a thousand as for one. Raises: Stale where somebody else finds the same
    goods at this very moment.
    """
    if not sought:
        return []
    items = catalog.items_by_code({one.sku.strip() for one in sought})
    lots = _lots({item.id for item in items.values()}, sought)
    found = [_place(one, items.get(one.sku.strip()), lots) for one in sought]
    lines = _lines_of(sheet, {one for one in found if isinstance(one, Place)}, now)
    return [lines[one] if isinstance(one, Place) else one for one in found]


class Place(Struct, frozen=True):
    """An item's lot in a condition."""

    item: catalog.ItemFacts
    lot: str
    condition: str

    @property
    def key(self) -> tuple[int, str, str]:
        """Name the place as the database does."""
        return self.item.id, self.lot, self.condition


def _lots(item_ids: Iterable[int], sought: Sequence[Sought]) -> dict[tuple[int, str], str]:
    """Read how known lots are spelt: item, code in capitals → code."""
    codes = {one.lot.strip()[:40].upper() for one in sought}
    rows = Lot.objects.annotate(capitals=Upper("code")).filter(item_id__in=list(item_ids), capitals__in=list(codes))
    return {(item, code.upper()): code for item, code in rows.values_list("item_id", "code")}


def _place(one: Sought, item: catalog.ItemFacts | None, lots: Mapping[tuple[int, str], str]) -> Place | Fault:
    """Say which place is meant, or what is wrong with it by itself.

    Goods that keep for a time are found by a lot that is known: its date decides whether they may be sold.
    """
    lot = one.lot.strip()[:40]
    if item is None:
        return "unknown_sku", {"value": one.sku[:40]}
    if one.condition not in CONDITIONS:
        return "unknown_condition", {}
    if not item.stocked or item.components:
        return "not_stocked", {"value": item.sku}
    if item.shelf_life_days and not lot:
        return "lot_missing", {"value": item.sku}
    if item.shelf_life_days and (item.id, lot.upper()) not in lots:
        return "lot_unknown", {"value": item.sku, "lot": lot}
    return Place(item, lots.get((item.id, lot.upper()), lot), one.condition)


def _lines_of(sheet: StocktakeSheet, wanted: Collection[Place], now: datetime) -> dict[Place, int | Fault]:
    """Find the lines of places, making those nobody has listed; or say why a place is not counted on this sheet."""
    rows = StocktakeLine.objects.filter(
        is_live=True, warehouse_id=sheet.stocktake.warehouse_id, item_id__in={one.item.id for one in wanted}
    )
    taken = {
        (item, lot, condition): (id_, number)
        for id_, item, lot, condition, number in rows.values_list(
            "id", "item_id", "lot", "condition", "stocktake__number"
        )
    }
    ids = [taken[one.key][0] for one in wanted if one.key in taken]
    own = set(StocktakeCount.objects.filter(sheet=sheet, line_id__in=ids).values_list("line_id", flat=True))
    found: dict[Place, int | Fault] = {}
    for one in wanted:
        id_, number = taken.get(one.key, (0, ""))
        if id_ in own:
            found[one] = id_
        elif sheet.round > 1:
            found[one] = "not_to_recount", {"value": one.item.sku}
        elif number:
            found[one] = "other_sheet", {"value": one.item.sku, "number": number}
    fresh = sorted((one for one in wanted if one not in found), key=lambda one: one.key)
    return found | _add_lines(sheet, fresh, now)


def _add_lines(sheet: StocktakeSheet, fresh: Sequence[Place], now: datetime) -> dict[Place, int | Fault]:
    """Add what nobody has listed to the stocktake and to the sheet, where it belongs there."""
    if not fresh:
        return {}
    stocktake = sheet.stocktake
    zones, classes = places.zones_of(stocktake.warehouse_id), places.item_classes(stocktake.warehouse_id, now=now)
    found: dict[Place, int | Fault] = {}
    lines: dict[Place, StocktakeLine] = {}
    for one in fresh:
        zone = dealing.zone_of(one.item.storage_class, one.condition, zones)
        abc_class = classes.get(one.item.id, "C")
        if stocktake.classes and abc_class not in stocktake.classes:
            found[one] = "not_in_count", {"value": one.item.sku}
        elif zone != sheet.zone:
            found[one] = "other_zone", {"value": one.item.sku, "zone": zone or "–"}
        else:
            lines[one] = StocktakeLine(
                stocktake=stocktake,
                warehouse_id=stocktake.warehouse_id,
                item_id=one.item.id,
                lot=one.lot,
                condition=one.condition,
                zone=zone,
                abc_class=abc_class,
                price_minor=one.item.price_minor,
                currency=one.item.currency,
                is_found=True,
            )
    try:
        with transaction.atomic():
            StocktakeLine.objects.bulk_create(lines.values())
    except IntegrityError:  # somebody else found some of it this very moment
        raise errors.Stale from None
    StocktakeCount.objects.bulk_create(StocktakeCount(sheet=sheet, line=line) for line in lines.values())
    return found | {one: int(line.id) for one, line in lines.items()}
