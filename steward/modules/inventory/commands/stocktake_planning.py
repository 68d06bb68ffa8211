"""Plan a stocktake, and send somebody else to count again where counts and books differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, events, lifecycles, numbering, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory.commands.telling_counters import tell_counters
from steward.modules.inventory.events import StocktakeMoved
from steward.modules.inventory.models import Stocktake, StocktakeCount, StocktakeLine, StocktakeSheet, Warehouse
from steward.modules.inventory.queries import stocktake_places as places
from steward.modules.inventory.queries.stocktake_lines import counted_lines, differing_lines, to_count_again
from steward.modules.inventory.rules import sheets as dealing
from steward.modules.inventory.rules import stocktaking as rules
from steward.modules.people import queries as people

SEQUENCE = "inventory_stocktake_id_seq"
PERSON = "person:"
COUNTS = "stock.count"
SHEET_LINES = parameters.define(
    "inventory.stocktake_sheet_lines", 200, unit="", minimum=5, maximum=1_000,
    label=gettext_lazy("Stocktake: a sheet has at most so many lines; a counter who has more gets several sheets"),
)  # fmt: skip
Fault = tuple[str, str, Mapping[str, Any]]
WORDS: Mapping[str, Any] = {
    "unknown_warehouse": gettext_lazy("there is no warehouse “%(value)s”."),
    "unknown_zone": gettext_lazy("the warehouse has no zone “%(value)s”."),
    "unknown_class": gettext_lazy("“%(value)s” is no class: A, B or C."),
    "unknown_counter": gettext_lazy("person %(value)s may not count stock."),
    "nothing_there": gettext_lazy("nothing lies there that could be counted."),
    "no_other": gettext_lazy("%(value)s lines were counted by everybody you named: name somebody else."),
    "has_seen": gettext_lazy("whoever looks at the differences does not count again: name somebody else."),
}


class UnfitStocktake(errors.BadInput):
    """Refuse a plan that makes no sense, with everything that is wrong with it."""

    code = "unfit_stocktake"
    status = 422
    message = gettext_lazy("Nothing was planned: %(why)s")


class CountedAlready(errors.Refusal):
    """Refuse to count what another stocktake is counting: its difference would be booked twice."""

    code = "counted_already"
    message = gettext_lazy("%(number)s counts some of this already. End it first, or count other zones or classes.")


class NothingToRecount(errors.Refusal):
    """Refuse a recount where nothing differs."""

    code = "nothing_to_recount"
    message = gettext_lazy("Nothing differs that somebody would have to count again.")


class StocktakeDraft(Struct, forbid_unknown_fields=True):
    """What to count (no zones, no classes: all), by whom (staff ids; nobody: whoever takes a sheet), until when."""

    warehouse: str
    zones: Sequence[str] = ()
    classes: Sequence[str] = ()
    counters: Sequence[int] = ()
    due_date: date | None = None
    note: str = ""


@command(needs="stock.stocktake")
def plan_stocktake(actor: Actor, *, draft: StocktakeDraft, now: datetime) -> str:
    """Write a stocktake with its sheets, one per zone and counter, more where it would be too long; tell the counters.

    Orders go on meanwhile. Returns its number. Raises: UnfitStocktake with all findings, CountedAlready. Emits:
    StocktakeMoved. Locks: the warehouse, so that two plans do not both take a place. Source: INV-5.
    """
    warehouse = Warehouse.objects.select_for_update(no_key=True).filter(code=draft.warehouse).first()
    zones = places.zones_of(warehouse.id) if warehouse else []
    faults = [*_faults(draft, warehouse, {zone.code for zone in zones}), *counter_faults(draft.counters)]
    if faults or warehouse is None:
        raise unfit(faults)
    found = places.places_to_count(warehouse.id, zones=draft.zones, classes=draft.classes, now=now)
    if not found:
        raise unfit([("warehouse", "nothing_there", {})])
    id_ = numbering.next_ids(SEQUENCE, 1)[0]
    row = Stocktake(
        id=id_,
        number=numbering.number("ST", id_, now),
        warehouse=warehouse,
        zones=sorted(set(draft.zones)),
        classes=sorted(set(draft.classes)),
        note=draft.note.strip()[:200],
        due_date=draft.due_date,
        state="counting",
        created_at=now,
        created_by=actor.id,
    )
    row.save(force_insert=True)
    lines = _write_lines(row, found)
    by_zone: dict[str, list[int]] = {}
    for line in lines:
        by_zone.setdefault(line.zone, []).append(line.id)
    dealt = dealing.split(by_zone, [f"{PERSON}{id_}" for id_ in draft.counters], most=parameters.value(SHEET_LINES))
    _write_sheets(actor, row, dealt, now)
    announce(actor, row, "plan")
    return row.number


def _faults(draft: StocktakeDraft, warehouse: Warehouse | None, zones: set[str]) -> list[Fault]:
    if warehouse is None:
        return [("warehouse", "unknown_warehouse", {"value": draft.warehouse})]
    found: list[Fault] = [
        (f"zones.{place}", "unknown_zone", {"value": zone})
        for place, zone in enumerate(draft.zones)
        if zone not in zones
    ]
    return found + [
        (f"classes.{place}", "unknown_class", {"value": name})
        for place, name in enumerate(draft.classes)
        if name not in dealing.CLASSES
    ]


def counter_faults(counters: Sequence[int]) -> list[Fault]:
    """Name who may not count. A step of commands."""
    able = {*people.staff_with_permission(COUNTS), *people.staff_with_permission("*")} if counters else set()
    return [
        (f"counters.{place}", "unknown_counter", {"value": id_})
        for place, id_ in enumerate(counters)
        if id_ not in able
    ]


def unfit(faults: Sequence[Fault]) -> UnfitStocktake:
    """Put faults into words: field, code, facts."""
    findings = [
        {"field": field, "in": "body", "code": code, "message": str(WORDS[code]) % facts}
        for field, code, facts in faults
    ]
    return UnfitStocktake(findings, why=" ".join(str(finding["message"]) for finding in findings))


def _write_lines(row: Stocktake, found: Sequence[places.PlaceFacts]) -> list[StocktakeLine]:
    """Write the lines. Raises: CountedAlready naming the stocktake that has one of them."""
    lines = [
        StocktakeLine(
            stocktake=row,
            warehouse_id=row.warehouse_id,
            item_id=one.item_id,
            lot=one.lot,
            condition=one.condition,
            zone=one.zone,
            abc_class=one.abc_class,
            price_minor=one.price_minor,
            currency=one.currency,
        )
        for one in found
    ]
    taken = StocktakeLine.objects.filter(
        warehouse_id=row.warehouse_id, is_live=True, item_id__in={one.item_id for one in found}
    ).values_list("item_id", "lot", "condition", "stocktake__number")
    numbers = {(item, lot, condition): number for item, lot, condition, number in taken}
    for one in found:
        if number := numbers.get((one.item_id, one.lot, one.condition)):
            raise CountedAlready(number=number)
    try:
        with transaction.atomic():
            return StocktakeLine.objects.bulk_create(lines)
    except IntegrityError:  # a place that was found and added to another stocktake this very moment
        raise errors.Stale from None


def _write_sheets(actor: Actor, row: Stocktake, dealt: Sequence[dealing.Sheet], now: datetime) -> None:
    orderer = people.person_behind(actor.id)
    made = StocktakeSheet.objects.bulk_create(
        StocktakeSheet(
            stocktake=row,
            round=row.recounts + 1,
            zone=sheet.zone,
            counter=sheet.counter,
            ordered_by=orderer,
            created_at=now,
        )
        for sheet in dealt
    )
    StocktakeCount.objects.bulk_create(
        StocktakeCount(sheet=sheet, line_id=key) for sheet, given in zip(made, dealt, strict=True) for key in given.keys
    )
    tell_counters(actor, row, [(one, len(given.keys)) for one, given in zip(made, dealt, strict=True)], now)


@command(needs="stock.stocktake")
def plan_recount(actor: Actor, *, number: str, counters: Sequence[int] = (), now: datetime) -> int:
    """Send other people to count again what differs and was counted once, or where two counts disagree.

    Where all counts agree it is everything that differs, as when whoever decides wants another look. Nobody counts a
    line twice, nor does who orders the recount, because they have seen what the books say. Returns how many lines.
    Raises: NotFound, NotPossible, NothingToRecount, UnfitStocktake. Emits: StocktakeMoved. Locks: the stocktake.
    """
    row = lock_stocktake(number)
    lifecycles.reached(rules.TRANSITIONS, row.state, "recount")
    lines = to_count_again(differing_lines(counted_lines(row.id)))
    if not lines:
        raise NothingToRecount
    faults = counter_faults(counters)
    named = [f"{PERSON}{id_}" for id_ in counters]
    orderer = people.person_behind(actor.id)
    faults += [(f"counters.{place}", "has_seen", {}) for place, one in enumerate(named) if one == orderer]
    if faults:
        raise unfit(faults)
    again = [dealing.Again(line.id, line.zone, tuple(by for by, _difference in line.found)) for line in lines]
    dealt, left = dealing.deal_again(again, named, most=parameters.value(SHEET_LINES))
    if left:
        raise unfit([("counters", "no_other", {"value": len(left)})])
    move_stocktake(row, "recount", recounts=F("recounts") + 1)
    row.recounts += 1
    _write_sheets(actor, row, dealt, now)
    announce(actor, row, "recount")
    return len(lines)


def lock_stocktake(number: str) -> Stocktake:
    """Lock a stocktake by its number. A step of commands. Raises: NotFound."""
    row = Stocktake.objects.select_for_update(no_key=True).filter(number=number).first()
    if row is None:
        raise errors.NotFound(key=number)
    return row


def move_stocktake(row: Stocktake, verb: str, **values: Any) -> None:
    """Bring a locked stocktake to its next state, compare-and-set. A step of commands. Raises: NotPossible, Stale."""
    after = lifecycles.reached(rules.TRANSITIONS, row.state, verb)
    if not Stocktake.objects.filter(id=row.id, state=row.state).update(state=after, **values):
        raise errors.Stale
    row.state = after


def announce(actor: Actor, row: Stocktake, verb: str, *, reason: str = "") -> None:
    """Say where a stocktake stands. A step of commands. Emits: StocktakeMoved."""
    moved = StocktakeMoved(
        stocktake_id=row.id,
        number=row.number,
        warehouse_id=row.warehouse_id,
        state=row.state,
        verb=verb,
        reason=reason,
    )
    events.record(actor, [moved])
