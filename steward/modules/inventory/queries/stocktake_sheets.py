"""Read a sheet as its counter sees it: what lies where, and what they counted; never what the books say."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from steward.kernel import errors
from steward.modules.inventory.models import Lot, StocktakeCount, StocktakeSheet


class BlindLine(Struct, frozen=True):
    """A place on a sheet. Units: pieces; nothing while it is not counted."""

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
    """A sheet to count, blind."""

    id: int
    number: str
    warehouse: str
    round: int
    zone: str
    counter: str
    state: str
    note: str
    lines: list[BlindLine] = []

    @property
    def is_open(self) -> bool:
        """Tell whether it can be counted."""
        return self.state in ("open", "counting")

    @property
    def left(self) -> int:
        """Return how many places are not counted yet."""
        return sum(line.counted is None for line in self.lines)


def sheet(sheet_id: int) -> SheetView:
    """Show a sheet without what the books say. Raises: NotFound."""
    fields = (
        "id", "stocktake__number", "stocktake__warehouse__name", "round", "zone", "counter", "state", "stocktake__note",
    )  # fmt: skip
    row = StocktakeSheet.objects.filter(id=sheet_id).values_list(*fields).first()
    if row is None:
        raise errors.NotFound(key=sheet_id)
    return SheetView(*[*row, _lines(sheet_id)])


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
