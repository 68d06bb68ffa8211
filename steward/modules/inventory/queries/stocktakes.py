"""Read stocktakes: the list, one with its progress and, for whom it is time, its differences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Count, F, Q
from msgspec import Struct

from steward.kernel import errors, moment
from steward.kernel.actor import Actor
from steward.modules.approvals import queries as approvals
from steward.modules.inventory.models import Stocktake, StocktakeCount, StocktakeSheet
from steward.modules.inventory.queries.stocktake_lines import (
    AccuracyView,
    CountedLine,
    accuracy_of,
    counted_lines,
    differing_lines,
    to_count_again,
)
from steward.modules.inventory.rules import accuracy
from steward.modules.inventory.rules import stocktaking as rules
from steward.modules.people import queries as people

LEAD = "stock.stocktake"


class StocktakeRow(Struct, frozen=True):
    """A stocktake in a list. Units: lines; sheets."""

    id: int
    number: str
    warehouse: str
    zones: list[str]
    classes: list[str]
    state: str
    due_date: date | None
    created_at: datetime
    created_by: str
    lines: int
    counted: int
    differing: int | None

    def is_late(self, today: date) -> bool:
        """Tell whether it should have been counted before today."""
        return self.state == "counting" and self.due_date is not None and self.due_date < today


class SheetRow(Struct, frozen=True):
    """A sheet of a stocktake and how far it is. Units: lines."""

    id: int
    number: str
    warehouse: str
    round: int
    zone: str
    counter: str
    state: str
    handed_in_at: datetime | None
    due_date: date | None
    lines: int
    counted: int


class StocktakeView(Struct, frozen=True):
    """One stocktake. While somebody counts there are no lines in it: `is_blind`. Units: minor currency units."""

    id: int
    number: str
    warehouse: str
    warehouse_code: str
    zones: list[str]
    classes: list[str]
    note: str
    state: str
    due_date: date | None
    recounts: int
    approval_id: int | None
    off_minor: int | None
    currency: str
    reason: str
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    sheets: list[SheetRow] = []
    is_blind: bool = True
    counted: int = 0
    differing: list[CountedLine] = []
    accuracy: AccuracyView = AccuracyView(accuracy.Accuracy(), {}, {}, {})

    @property
    def must_recount(self) -> int:
        """Return how many differences only one person has counted."""
        return sum(line.must_recount for line in self.differing)

    @property
    def to_recount(self) -> int:
        """Return how many differences a recount would be about."""
        return len(to_count_again(self.differing))


def stocktakes_page(
    actor: Actor, *, states: Sequence[str] = (), before: int | None = None, limit: int = 50
) -> list[StocktakeRow]:
    """List stocktakes, newest first; how many lines differ is only told to whom, and when, the books may be seen."""
    rows = Stocktake.objects.order_by("-id")
    if states:
        rows = rows.filter(state__in=states)
    if before is not None:
        rows = rows.filter(id__lt=before)
    off = Q(lines__counted__isnull=False) & ~Q(lines__counted=F("lines__expected"))
    numbered = rows.annotate(
        all_lines=Count("lines"),
        counted=Count("lines", filter=Q(lines__counted__isnull=False)),
        differing=Count("lines", filter=off),
    )
    fields = (
        "id", "number", "warehouse__name", "zones", "classes", "state", "due_date", "created_at", "created_by",
        "all_lines", "counted", "differing", "approval_id",
    )  # fmt: skip
    found = list(numbered.values_list(*fields)[:limit])
    return [StocktakeRow(*[*row[:-2], row[-2] if _sees(actor, row[5], row[-1]) else None]) for row in found]


def stocktake(actor: Actor, number: str) -> StocktakeView:
    """Show one stocktake as the actor may see it: the books' numbers never while somebody counts. Raises: NotFound."""
    fields = StocktakeView.__struct_fields__[:17]
    stored = [{"warehouse": "warehouse__name", "warehouse_code": "warehouse__code"}.get(name, name) for name in fields]
    row = Stocktake.objects.filter(number=number).values_list(*stored).first()
    if row is None:
        raise errors.NotFound(key=number)
    view = dict(zip(fields, row, strict=True))
    sheets = sheet_rows(stocktake_id=row[0])
    if not _sees(actor, view["state"], view["approval_id"]):
        return StocktakeView(**view, sheets=sheets)
    lines = counted_lines(row[0])
    return StocktakeView(
        **view,
        sheets=sheets,
        is_blind=False,
        counted=len(lines),
        differing=differing_lines(lines),
        accuracy=accuracy_of(lines),
    )


def sees_numbers(actor: Actor, number: str) -> bool:
    """Tell whether somebody may see now what was found in a stocktake. Raises: NotFound."""
    row = Stocktake.objects.filter(number=number).values_list("state", "approval_id").first()
    if row is None:
        raise errors.NotFound(key=number)
    return _sees(actor, *row)


def _sees(actor: Actor, state: str, approval_id: int | None) -> bool:
    if rules.numbers_shown(state, is_lead=False):
        return True
    return rules.numbers_shown(state, is_lead=actor.may(LEAD) or _decides(actor, approval_id))


def _decides(actor: Actor, approval_id: int | None) -> bool:
    """Tell whether the actor may decide about a stocktake, or did and so has seen its numbers already."""
    view = approvals.approval(approval_id) if approval_id else None
    if view is None:
        return False
    has_decided = any(actor.id in (one.decided_by, one.for_person) for one in view.decisions)
    return has_decided or not approvals.may_decide(actor, view, now=moment.now())


def sheet_rows(
    *, stocktake_id: int | None = None, counter: str | None = None, open_only: bool = False
) -> list[SheetRow]:
    """List sheets with how far they are: of one stocktake, or those a person may count, their own first."""
    rows = StocktakeSheet.objects.order_by("round", "zone", "id")
    if stocktake_id is not None:
        rows = rows.filter(stocktake_id=stocktake_id)
    if counter is not None:
        rows = rows.filter(counter__in=("", counter)).order_by("-counter", "id")
    if open_only:
        rows = rows.filter(state__in=rules.SHEET_OPEN)
    fields = (
        "id", "stocktake__number", "stocktake__warehouse__name", "round", "zone", "counter", "state", "handed_in_at",
        "stocktake__due_date", "all_lines", "done",
    )  # fmt: skip
    numbered = rows.annotate(all_lines=Count("counts"), done=Count("counts", filter=Q(counts__counted__isnull=False)))
    return [SheetRow(*row) for row in numbered.values_list(*fields)]


def sheets_to_count(actor: Actor) -> list[SheetRow]:
    """List what somebody may count now: their own sheets, and those nobody has taken that they have not counted yet."""
    person = people.person_behind(actor.id)
    found = sheet_rows(counter=person, open_only=True)
    free = [one.id for one in found if not one.counter]
    barred = set(
        StocktakeSheet.objects.filter(id__in=free, round__gt=1, ordered_by=person).values_list("id", flat=True)
    )
    seen = StocktakeCount.objects.filter(sheet_id__in=free, line__found__counted_by=person)
    barred |= set(seen.values_list("sheet_id", flat=True))
    return [one for one in found if one.id not in barred]


def stocktake_counts(actor: Actor) -> dict[str, int]:
    """Count what waits for somebody: sheets they may count, and stocktakes to compare."""
    comparing = Stocktake.objects.filter(state="comparing").count() if actor.may(LEAD) else 0
    return {"stocktakes": own_sheets(actor) + comparing}


def own_sheets(actor: Actor) -> int:
    """Count the sheets that wait to be counted by this very person."""
    return StocktakeSheet.objects.filter(counter=people.person_behind(actor.id), state__in=rules.SHEET_OPEN).count()
