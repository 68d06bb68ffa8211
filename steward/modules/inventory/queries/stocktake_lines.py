"""Read what was found: lines with the counts of every round, and how right books and people were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.inventory.models import Lot, StocktakeCount, StocktakeLine
from steward.modules.inventory.rules import accuracy
from steward.modules.inventory.rules import stocktaking as rules

RECOUNT_FROM = parameters.define(
    "inventory.recount_from_pieces", 1, unit="", minimum=1, maximum=100_000,
    label=_("Stocktake: differences of this many pieces and more are counted again by somebody else"),
)  # fmt: skip


class CountedLine(Struct, frozen=True):
    """A line with its final count. `found` lists who counted it with the difference each found, the first first.

    Units: pieces; minor currency units a piece.
    """

    id: int
    item_id: int
    sku: str
    name_zh: str
    lot: str
    condition: str
    zone: str
    abc_class: str
    price_minor: int
    currency: str
    is_found: bool
    counted: int
    expected: int
    counted_at: datetime
    booked: int | None
    expires_date: date | None = None
    found: tuple[tuple[str, int], ...] = ()
    is_disturbed: bool = False
    recount_from: int = 1

    @property
    def difference(self) -> int:
        """Return what was found more (+) or less (-) than the ledger said at that instant."""
        return self.counted - self.expected

    @property
    def difference_minor(self) -> int:
        """Return the value of the difference, at the price when the stocktake was planned."""
        return self.difference * self.price_minor

    @property
    def must_recount(self) -> bool:
        """Tell whether somebody else has to count it before anybody is asked to agree."""
        return rules.must_recount(self.difference, len(self.found), recount_from=self.recount_from)

    @property
    def is_worth_recount(self) -> bool:
        """Tell whether it should be counted once more."""
        return rules.is_worth_recount([units for _by, units in self.found], recount_from=self.recount_from)


def differing_lines(lines: Iterable[CountedLine]) -> list[CountedLine]:
    """Leave the lines whose count is not what the ledger said, what is worth most first."""
    found = [one for one in lines if one.difference]
    return sorted(found, key=lambda one: (-abs(one.difference_minor), -abs(one.difference), one.sku, one.lot))


def to_count_again(differing: Sequence[CountedLine]) -> list[CountedLine]:
    """Leave the differences one person alone has counted or two disagree about; with none of these, all of them."""
    return [one for one in differing if one.is_worth_recount] or list(differing)


def counted_lines(stocktake_id: int) -> list[CountedLine]:
    """List the lines whose sheets are handed in. Three reads, however many lines."""
    fields = (
        "id", "item_id", "item__sku", "item__name_zh", "lot", "condition", "zone", "abc_class", "price_minor",
        "currency", "is_found", "counted", "expected", "counted_at", "booked",
    )  # fmt: skip
    rows = StocktakeLine.objects.filter(stocktake_id=stocktake_id, counted__isnull=False)
    lines = list(rows.order_by("zone", "item__sku", "lot", "condition").values_list(*fields))
    lots = Lot.objects.filter(item_id__in={row[1] for row in lines}).exclude(code="")
    dates = {(item, code): day for item, code, day in lots.values_list("item_id", "code", "expires_date")}
    counts: dict[int, list[tuple[str, int, bool]]] = defaultdict(list)
    of_line = StocktakeCount.objects.filter(
        line__stocktake_id=stocktake_id, sheet__state="handed_in", counted__isnull=False
    )
    for line, by, units, disturbed in of_line.order_by("sheet__round", "id").values_list(
        "line_id", "counted_by", F("counted") - F("expected"), "is_disturbed"
    ):
        counts[line].append((by, units, disturbed))
    least = parameters.value(RECOUNT_FROM)
    return [CountedLine(*[*row, dates.get((row[1], row[4])), *_found(counts[row[0]]), least]) for row in lines]


def _found(counts: Sequence[tuple[str, int, bool]]) -> tuple[tuple[tuple[str, int], ...], bool]:
    """Lay out who found what, and whether goods moved during the last count."""
    return tuple((by, units) for by, units, _disturbed in counts), bool(counts) and counts[-1][2]


class AccuracyView(Struct, frozen=True):
    """How right the books were, whole, by zone and class; and how right people counted. Source: INV-5."""

    whole: accuracy.Accuracy
    zones: dict[str, accuracy.Accuracy]
    classes: dict[str, accuracy.Accuracy]
    counters: dict[str, accuracy.Accuracy]


def accuracy_of(lines: Iterable[CountedLine]) -> AccuracyView:
    """Compute the accuracy figures of counted lines."""
    found = [
        accuracy.Counted(one.zone, one.abc_class, one.expected, one.difference, one.price_minor, one.found)
        for one in lines
    ]
    return AccuracyView(
        accuracy.of_lines(found), accuracy.by_zone(found), accuracy.by_class(found), accuracy.by_counter(found)
    )
