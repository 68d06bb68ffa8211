"""Count blind: a scan is a piece more, a typed number replaces; what the books say stays unsaid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, events, lifecycles, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory.commands.stocktake_finding import Fault, Sought, UnfitCount, find_lines, unfit_count
from steward.modules.inventory.commands.stocktake_planning import announce, lock_stocktake, move_stocktake
from steward.modules.inventory.events import SheetCounted
from steward.modules.inventory.models import StocktakeCount, StocktakeLine, StocktakeSheet
from steward.modules.inventory.queries.stocktake_places import ledger_of
from steward.modules.inventory.rules import stocktaking as rules
from steward.modules.people import queries as people

__all__ = ["CountDraft", "NotAllCounted", "NotYourSheet", "Scanned", "UnfitCount", "hand_in_sheet", "record_counts"]

MOST_AT_ONCE = 1_000
MOST_PIECES = parameters.define(
    "inventory.stocktake_most_pieces", 100_000, unit="", minimum=1, maximum=1_000_000,
    label=gettext_lazy("Stocktake: a count of more pieces in one place is taken for a mistake"),
)  # fmt: skip


class NotYourSheet(errors.Refusal):
    """Refuse to count on somebody else's sheet."""

    code = "not_your_sheet"
    status = 403
    message = gettext_lazy("Somebody else counts this sheet.")


class CountedBefore(errors.Refusal):
    """Refuse a second count of the same person, or of who has seen what the books say."""

    code = "counted_before"
    status = 403
    message = gettext_lazy("Somebody who has neither counted this before nor seen the differences has to count it.")


class NotAllCounted(errors.Refusal):
    """Refuse to hand in a sheet with lines nobody looked for."""

    code = "not_all_counted"
    message = gettext_lazy("%(left)s places are not counted yet. Count them, or say that nothing else lies there.")


class CountDraft(Struct, forbid_unknown_fields=True):
    """So many pieces of an item's lot in a condition; it replaces what was counted before. `sku` may be the barcode."""

    sku: str
    quantity: int
    lot: str = ""
    condition: str = "sellable"


class Scanned(Struct, frozen=True):
    """What became of a scan: `counted` with its line and what stands there, or `choose` among lines. Units: pieces."""

    outcome: str
    line_id: int | None = None
    counted: int = 0
    choices: tuple[int, ...] = ()


@command(needs="stock.count")
def scan_piece(
    actor: Actor, *, sheet_id: int, code: str, line_id: int | None = None, condition: str = "sellable", now: datetime
) -> Scanned:
    """Count what was scanned: one piece more of its line; a short number replaces the count of the line at hand.

    `line_id` is the line at hand, `condition` that of goods not listed yet. Where several lots or conditions are listed
    and none is at hand, nothing is counted and the choices are told. What the ledger says at this instant is kept with
    the count, unseen. Raises: NotFound, NotPossible, NotYourSheet, CountedBefore, UnfitCount. Locks: the sheet.
    Source: INV-5.
    """
    sheet = lock_sheet(actor, sheet_id)
    places = _places(sheet)
    read = rules.read_scan(code, places, line_id)
    if read.kind == "unreadable":
        raise unfit_count([("code", "unreadable", {})])
    if read.kind == "choose":
        return Scanned("choose", choices=read.choices)
    if read.kind == "elsewhere":
        found = find_lines(sheet, [Sought(read.sku, read.lot, condition)], now)[0]
        if isinstance(found, tuple):
            raise unfit_count([("code", *found)])
        return _count_one(sheet, found, None, now)
    assert read.line_id is not None
    return _count_one(sheet, read.line_id, read.units if read.kind == "number" else None, now)


@command(needs="stock.count")
def record_counts(actor: Actor, *, sheet_id: int, counts: Sequence[CountDraft], now: datetime) -> int:
    """Write how many lie where, each replacing what was counted there before; all findings at once, nothing half-done.

    Goods that are not listed are added. Returns how many. Raises: NotFound, NotPossible, NotYourSheet, CountedBefore,
    UnfitCount. Locks: the sheet.
    """
    sheet = lock_sheet(actor, sheet_id)
    faults: list[tuple[str, str, Mapping[str, Any]]] = []
    wanted: dict[int, int] = {}
    most = parameters.value(MOST_PIECES)
    for place, (draft, found) in enumerate(_found(sheet, counts[:MOST_AT_ONCE], now)):
        if fault := rules.count_fault(draft.quantity, most):
            faults.append((f"counts.{place}.quantity", fault, {"value": draft.quantity, "most": most}))
        if isinstance(found, tuple):
            faults.append((f"counts.{place}.sku", *found))
        elif found in wanted:
            faults.append((f"counts.{place}.sku", "twice", {"value": draft.sku}))
        else:
            wanted[found] = draft.quantity
    if len(counts) > MOST_AT_ONCE:
        faults.append(("counts", "too_many", {"most": MOST_AT_ONCE}))
    if faults:
        raise unfit_count(faults)
    _count(sheet, wanted, now)
    return len(wanted)


@command(needs="stock.count")
def set_count(actor: Actor, *, sheet_id: int, line_id: int, quantity: int, now: datetime) -> Scanned:
    """Replace the count of one listed line. Raises and locks as `record_counts`."""
    return _count_one(lock_sheet(actor, sheet_id), line_id, quantity, now)


def _places(sheet: StocktakeSheet) -> list[rules.Place]:
    fields = ("line_id", "line__item__sku", "line__item__barcode", "line__lot", "line__condition")
    rows = StocktakeCount.objects.filter(sheet=sheet).order_by("line_id").values_list(*fields)
    return [rules.Place(*row) for row in rows]


def _found(sheet: StocktakeSheet, drafts: Sequence[CountDraft], now: datetime) -> list[tuple[CountDraft, int | Fault]]:
    """Find the line each count is about, listed or not, or why it belongs nowhere here."""
    listed: dict[tuple[str, str, str], int] = {}
    for one in _places(sheet):
        for code in filter(None, (one.sku.upper(), one.barcode.upper())):
            listed.setdefault((code, one.lot.upper(), one.condition), one.line_id)
    keys = [(draft.sku.strip().upper(), draft.lot.strip().upper(), draft.condition) for draft in drafts]
    strange = [draft for draft, key in zip(drafts, keys, strict=True) if key not in listed]
    elsewhere = iter(find_lines(sheet, [Sought(one.sku, one.lot, one.condition) for one in strange], now))
    return [(draft, listed[key] if key in listed else next(elsewhere)) for draft, key in zip(drafts, keys, strict=True)]


def lock_sheet(actor: Actor, sheet_id: int) -> StocktakeSheet:
    """Lock a sheet that the actor may count; whoever counts first on a sheet of nobody makes it theirs.

    A program counts with the hands of the person who owns its key. A step of commands.
    Raises: NotFound, NotPossible, NotYourSheet, CountedBefore.
    """
    rows = StocktakeSheet.objects.select_for_update(no_key=True, of=("self",)).select_related("stocktake")
    sheet = rows.filter(id=sheet_id).first()
    if sheet is None:
        raise errors.NotFound(key=sheet_id)
    lifecycles.reached(rules.SHEET_TRANSITIONS, sheet.state, "count")
    person = people.person_behind(actor.id)
    refuse_others(person, sheet)
    if sheet.state != "counting" or not sheet.counter:
        state = lifecycles.reached(rules.SHEET_TRANSITIONS, sheet.state, "count")
        StocktakeSheet.objects.filter(id=sheet.id).update(state=state, counter=person)
        sheet.state, sheet.counter = state, person
    return sheet


def refuse_others(person: str, sheet: StocktakeSheet) -> None:
    """Let only its counter count a sheet; of a recount neither who counted before nor who ordered it. A step."""
    if sheet.counter and sheet.counter != person:
        raise NotYourSheet
    if sheet.round > 1:
        before = StocktakeCount.objects.filter(line__found__sheet=sheet, counted_by=person).exclude(sheet=sheet)
        if sheet.ordered_by == person or before.exists():
            raise CountedBefore


def _count_one(sheet: StocktakeSheet, line_id: int, units: int | None, now: datetime) -> Scanned:
    return Scanned("counted", line_id, _count(sheet, {line_id: units}, now)[line_id])


def _count(sheet: StocktakeSheet, wanted: Mapping[int, int | None], now: datetime) -> dict[int, int]:
    """Write counts with what the ledger says now; where no number is given it is one piece more.

    As many statements for a thousand as for one. Returns what stands there now, by line. Raises: NotFound, UnfitCount.
    """
    rows = {row.line_id: row for row in StocktakeCount.objects.filter(sheet=sheet, line_id__in=list(wanted))}
    most, ledger = parameters.value(MOST_PIECES), ledger_of(wanted)
    for line_id, units in wanted.items():
        row = rows.get(line_id)
        if row is None:
            raise errors.NotFound(key=line_id)
        counted, expected = (row.counted or 0) + 1 if units is None else units, ledger[line_id]
        if fault := rules.count_fault(counted, most):
            raise unfit_count([("quantity", fault, {"value": counted, "most": most})])
        # Between two scans of a line something left or came: it may have been counted already, or not yet.
        was_seen = units is None and row.expected is not None
        row.is_disturbed = was_seen and (row.is_disturbed or row.expected != expected)
        row.counted, row.expected, row.at, row.counted_by = counted, expected, now, sheet.counter
    StocktakeCount.objects.bulk_update(rows.values(), ["counted", "expected", "at", "counted_by", "is_disturbed"])
    return {line_id: row.counted or 0 for line_id, row in rows.items()}


@command(needs="stock.count")
def hand_in_sheet(actor: Actor, *, sheet_id: int, rest_is_zero: bool = False, now: datetime) -> str:
    """Hand in a sheet; with `rest_is_zero` what was not counted is not there. The last one lets the lead compare.

    Returns the state of the stocktake after it. Raises: NotFound, NotPossible, NotYourSheet, NotAllCounted. Emits:
    SheetCounted, StocktakeMoved. Locks: the stocktake, then the sheet.
    """
    number = StocktakeSheet.objects.filter(id=sheet_id).values_list("stocktake__number", flat=True).first()
    if number is None:
        raise errors.NotFound(key=sheet_id)
    row = lock_stocktake(number)
    sheet = lock_sheet(actor, sheet_id)
    open_ = list(StocktakeCount.objects.filter(sheet=sheet, counted=None).values_list("line_id", flat=True))
    if open_ and not rest_is_zero:
        raise NotAllCounted(left=len(open_))
    _write_zeros(sheet, open_, now)
    state = lifecycles.reached(rules.SHEET_TRANSITIONS, sheet.state, "hand_in")
    StocktakeSheet.objects.filter(id=sheet.id, state=sheet.state).update(state=state, handed_in_at=now)
    lines = _take_over(sheet)
    handed = SheetCounted(stocktake_id=row.id, sheet_id=sheet.id, number=row.number, round=sheet.round, lines=lines)
    events.record(actor, [handed])
    if not StocktakeSheet.objects.filter(stocktake=row, state__in=rules.SHEET_OPEN).exists():
        move_stocktake(row, "compare")
        announce(actor, row, "compare")
    return row.state


def _write_zeros(sheet: StocktakeSheet, line_ids: Sequence[int], now: datetime) -> None:
    ledger = ledger_of(line_ids)
    rows = list(StocktakeCount.objects.filter(sheet=sheet, line_id__in=line_ids))
    for row in rows:
        row.counted, row.expected, row.at, row.counted_by = 0, ledger[row.line_id], now, sheet.counter
    StocktakeCount.objects.bulk_update(rows, ["counted", "expected", "at", "counted_by"])


def _take_over(sheet: StocktakeSheet) -> int:
    """Let the counts of a sheet stand on their lines: the last round's is what was found."""
    rows = list(StocktakeCount.objects.filter(sheet=sheet).select_related("line"))
    for one in rows:
        line = one.line
        line.counted, line.expected, line.counted_at, line.counts = one.counted, one.expected, one.at, line.counts + 1
    StocktakeLine.objects.bulk_update([one.line for one in rows], ["counted", "expected", "counted_at", "counts"])
    return len(rows)
