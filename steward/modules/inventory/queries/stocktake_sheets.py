"""Read a sheet as its counter sees it: what lies where, and what they counted; never what the books say."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct, structs

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.modules.inventory.models import Lot, StocktakeCount, StocktakeSheet
from steward.modules.inventory.queries.stocktakes import sees_numbers
from steward.modules.inventory.rules import stocktaking as rules
from steward.modules.people import queries as people


class BlindLine(Struct, frozen=True):
    """A place on a sheet. Units: pieces; nothing while it is not counted, or to whom it is not told."""

    id: int
    sku: str
    barcode: str
    name_zh: str
    name_en: str
    lot: str
    condition: str
    is_found: bool
    counted: int | None
    at: datetime | None
    expires_date: date | None = None


class SheetView(Struct, frozen=True):
    """A sheet to count, blind. Units: places that are `left` to count."""

    id: int
    number: str
    warehouse: str
    round: int
    zone: str
    counter: str
    state: str
    note: str
    lines: list[BlindLine] = []
    left: int = 0

    @property
    def is_open(self) -> bool:
        """Tell whether it can be counted."""
        return self.state in rules.SHEET_OPEN


def sheet(actor: Actor, sheet_id: int) -> SheetView:
    """Show a sheet without what the books say.

    What was counted is told to who counts it while they do, else to who may see the stocktake's numbers: whoever may be
    sent to count again must not know what was found before. Raises: NotFound.
    """
    fields = (
        "id", "stocktake__number", "stocktake__warehouse__name", "round", "zone", "counter", "state", "stocktake__note",
    )  # fmt: skip
    row = StocktakeSheet.objects.filter(id=sheet_id).values_list(*fields).first()
    if row is None:
        raise errors.NotFound(key=sheet_id)
    lines = _lines(sheet_id)
    left = sum(line.counted is None for line in lines)
    if not _is_own(actor, counter=row[5], state=row[6]) and not sees_numbers(actor, row[1]):
        lines = [structs.replace(line, counted=None, at=None) for line in lines]
    return SheetView(*[*row, lines, left])


def _is_own(actor: Actor, *, counter: str, state: str) -> bool:
    """Tell whether the actor counts a sheet now, be it one nobody has taken."""
    return state in rules.SHEET_OPEN and counter in ("", people.person_behind(actor.id))


def _lines(sheet_id: int) -> list[BlindLine]:
    fields = (
        "line_id", "line__item__sku", "line__item__barcode", "line__item__name_zh", "line__item__name_en", "line__lot",
        "line__condition", "line__is_found", "counted", "at", "line__item_id",
    )  # fmt: skip
    order = ("line__item__sku", "line__lot", "-line__condition", "line_id")
    rows = list(StocktakeCount.objects.filter(sheet_id=sheet_id).order_by(*order).values_list(*fields))
    lots = Lot.objects.filter(item_id__in={row[-1] for row in rows}).exclude(code="")
    dates = {(item, code): day for item, code, day in lots.values_list("item_id", "code", "expires_date")}
    return [BlindLine(*[*row[:-1], dates.get((row[-1], row[5]))]) for row in rows]
