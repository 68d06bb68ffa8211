"""Find where a count belongs: a listed line, goods nobody listed, or a clear finding why it belongs nowhere here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
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


def find_line(sheet: StocktakeSheet, sought: Sought, now: datetime) -> int | Fault:
    """Find or make the line of goods that are not listed on a locked sheet, or say why they do not belong there.

    A step of commands.
    """
    item = catalog.item_by_code(sought.sku.strip())
    lot = sought.lot.strip()[:40]
    if item is None:
        return "unknown_sku", {"value": sought.sku[:40]}
    if sought.condition not in CONDITIONS:
        return "unknown_condition", {}
    if not item.stocked or item.components:
        return "not_stocked", {"value": item.sku}
    if fault := _lot_fault(item, lot):
        return fault
    known = Lot.objects.filter(item_id=item.id, code__iexact=lot).values_list("code", flat=True).first()
    return _line_of(sheet, item, lot if known is None else known, sought.condition, now)


def _lot_fault(item: catalog.ItemFacts, lot: str) -> Fault | None:
    """Goods that keep for a time are found by a lot that is known: its date decides whether they may be sold."""
    if not item.shelf_life_days:
        return None
    if not lot:
        return "lot_missing", {"value": item.sku}
    if not Lot.objects.filter(item_id=item.id, code__iexact=lot).exists():
        return "lot_unknown", {"value": item.sku, "lot": lot}
    return None


def _line_of(sheet: StocktakeSheet, item: catalog.ItemFacts, lot: str, condition: str, now: datetime) -> int | Fault:
    stocktake = sheet.stocktake
    place = {"item_id": item.id, "warehouse_id": stocktake.warehouse_id, "lot": lot, "condition": condition}
    taken = StocktakeLine.objects.filter(is_live=True, **place).select_related("stocktake").first()
    if taken is not None and StocktakeCount.objects.filter(sheet=sheet, line=taken).exists():
        return int(taken.id)
    if sheet.round > 1:
        return "not_to_recount", {"value": item.sku}
    if taken is not None:
        return "other_sheet", {"value": item.sku, "number": taken.stocktake.number}
    zone = dealing.zone_of(item.storage_class, condition, places.zones_of(stocktake.warehouse_id))
    abc_class = places.item_classes(stocktake.warehouse_id, now=now).get(item.id, "C")
    if stocktake.classes and abc_class not in stocktake.classes:
        return "not_in_count", {"value": item.sku}
    if zone != sheet.zone:
        return "other_zone", {"value": item.sku, "zone": zone or "–"}
    try:
        with transaction.atomic():
            line = StocktakeLine.objects.create(
                stocktake=stocktake,
                zone=zone,
                abc_class=abc_class,
                price_minor=item.price_minor,
                currency=item.currency,
                is_found=True,
                **place,
            )
    except IntegrityError:  # somebody else found it this very moment
        return "other_sheet", {"value": item.sku, "number": stocktake.number}
    StocktakeCount.objects.create(sheet=sheet, line=line)
    return int(line.id)
