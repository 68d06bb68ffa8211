"""Move goods by hand or by program: received, shipped, adjusted, returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, moment
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.inventory.commands import by_hand
from steward.modules.inventory.commands.writing import Move, NotThere, PromisedAlready, write_movements
from steward.modules.inventory.models import Lot, Warehouse, Zone
from steward.modules.inventory.rules import moving as rules

__all__ = ["MovementDraft", "NotThere", "PromisedAlready", "Recorded", "UnfitMovement", "record_movements"]

WORDS: Mapping[str, Any] = {
    "unknown_kind": gettext_lazy("the kind must be received, returned, shipped or adjusted."),
    "unknown_condition": gettext_lazy("the condition must be sellable, quarantine or damaged."),
    "counts_zero": gettext_lazy("nothing counts zero."),
    "counts_up": gettext_lazy("goods that come in count up."),
    "counts_down": gettext_lazy("goods that leave count down."),
    "reason_missing": gettext_lazy("this needs a reason."),
    "unknown_warehouse": gettext_lazy("there is no warehouse “%(value)s”."),
    "unknown_item": gettext_lazy("there is no such item (%(value)s)."),
    "not_stocked": gettext_lazy("%(value)s is not kept in stock; book what it consists of."),
    "no_zone": gettext_lazy("“%(warehouse)s” has no zone for %(value)s goods."),
    "lot_missing": gettext_lazy("goods with a best-before or production date need a lot code."),
    "expiry_missing": gettext_lazy("%(value)s keeps only for a time: give the lot and its best-before date."),
    "lot_dates_differ": gettext_lazy("lot “%(value)s” is known with other dates."),
    "expires_before_made": gettext_lazy("the best-before date lies before the production date."),
}
FIELDS = {
    "unknown_kind": "kind", "unknown_condition": "condition", "reason_missing": "reason",
    "unknown_warehouse": "warehouse", "no_zone": "warehouse", "unknown_item": "sku", "not_stocked": "sku",
    "lot_missing": "lot",
    "expiry_missing": "expires_date", "lot_dates_differ": "expires_date", "expires_before_made": "expires_date",
}  # fmt: skip


class MovementDraft(Struct, forbid_unknown_fields=True):
    """One movement: received and returned (+), shipped (-) or adjusted (±, with a reason). Units: pieces."""

    warehouse: str
    item_id: int
    kind: str
    quantity: int
    reference: str = ""
    reason: str = ""
    lot: str = ""
    expires_date: date | None = None
    produced_date: date | None = None
    condition: str = "sellable"


class UnfitMovement(errors.BadInput):
    """Refuse movements that make no sense, every line with what is wrong with it."""

    code = "unfit_movement"
    status = 422
    message = gettext_lazy("Nothing was booked. %(why)s")


class Recorded(Struct, frozen=True):
    """How many movements were booked, and the numbers of those that wait for another person."""

    booked: int
    waiting: tuple[str, ...] = ()


@command(needs="stock.move")
def record_movements(actor: Actor, *, movements: Sequence[MovementDraft], now: datetime | None = None) -> Recorded:
    """Write movements and what may be sold after them, all or none.

    Where more would leave by hand within some days than one person may let go (`inventory.by_hand_limits_minor`, at
    cost), what is beyond waits: its pieces are held, another person is asked as with a write-off, and it is booked when
    they agree. Raises: UnfitMovement, PromisedAlready, NotThere, TooManyWait, BeingCounted. Emits: StockMoved; where
    something waits WriteOffAsked, ApprovalAsked. Locks: the person's bookings by hand, promises by id, then stock rows
    by id. Source: INV-5, INV-7; docs/decisions/0021.
    """
    moves, at = checked_moves(movements), now or moment.now()
    weighed = by_hand.weigh(actor, moves, at)
    waiting = [one for one in weighed if one.waits]
    if waiting:
        by_hand.lock_places(moves)
    if at_once := [one.move for one in weighed if not one.waits]:
        write_movements(actor, at_once)
        by_hand.note_gone(actor, weighed, at)
    numbers = by_hand.ask(actor, waiting, at) if waiting else []
    return Recorded(len(moves) - len(numbers), tuple(numbers))


def checked_moves(movements: Sequence[MovementDraft], *, kinds: Sequence[str] = rules.BY_HAND) -> list[Move]:
    """Find the places of sensible movements; what is wrong with any line is told at once. A step of commands.

    Raises: UnfitMovement.
    """
    known = dict(Warehouse.objects.values_list("code", "id"))
    items = catalog.items_by_id({draft.item_id for draft in movements})
    zones = set(Zone.objects.filter(purpose="storage").values_list("warehouse_id", "storage_class"))
    lots = {
        (item, code): (expires, produced)
        for item, code, expires, produced in Lot.objects.filter(item_id__in=items).values_list(
            "item_id", "code", "expires_date", "produced_date"
        )
    }
    moves, faults = [], []
    for place, draft in enumerate(movements):
        dated = _dated(draft, items.get(draft.item_id))
        found = list(_faults(dated, known, items.get(draft.item_id), zones, lots, kinds))
        faults += [(place, code, facts) for code, facts in found]
        if not found:
            moves.append(_move(dated, known[draft.warehouse]))
    if faults:
        raise unfit(faults)
    return moves


def unfit(faults: Sequence[tuple[int, str, Mapping[str, str]]], *, of: str = "movements") -> UnfitMovement:
    """Put what is wrong with lines into words: place, code, facts."""
    findings = [
        {
            "field": f"{of}.{place}.{FIELDS.get(code, 'quantity')}",
            "in": "body",
            "code": code,
            "message": str(WORDS[code]) % facts,
        }
        for place, code, facts in faults
    ]
    said = [
        _("Line %(line)s: %(why)s") % {"line": place + 1, "why": finding["message"]}
        for (place, _code, _facts), finding in zip(faults, findings, strict=True)
    ]
    return UnfitMovement(findings, why=" ".join(said))


def _dated(draft: MovementDraft, item: catalog.ItemFacts | None) -> MovementDraft:
    """Add the best-before date that follows from when the goods were made."""
    if item and item.shelf_life_days and draft.produced_date and not draft.expires_date and draft.quantity > 0:
        draft.expires_date = draft.produced_date + timedelta(days=item.shelf_life_days)
    return draft


def _faults(
    draft: MovementDraft,
    warehouses: Mapping[str, int],
    item: catalog.ItemFacts | None,
    zones: set[tuple[int, str]],
    lots: Mapping[tuple[int, str], tuple[date | None, date | None]],
    kinds: Sequence[str],
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield everything that is wrong with one movement."""
    warehouse = warehouses.get(draft.warehouse)
    if warehouse is None:
        yield "unknown_warehouse", {"value": draft.warehouse}
    by_itself = rules.fault(draft.kind, draft.quantity, draft.reason, draft.condition)
    if by_itself or draft.kind not in kinds:
        yield by_itself or "unknown_kind", {}
    if item is None:
        yield "unknown_item", {"value": str(draft.item_id)}
    elif not item.stocked or item.components:
        yield "not_stocked", {"value": item.sku}
    elif draft.quantity > 0:
        if warehouse is not None and draft.kind in rules.INWARD and (warehouse, item.storage_class) not in zones:
            yield "no_zone", {"value": item.storage_class, "warehouse": draft.warehouse}
        yield from _lot_faults(draft, item, lots.get((item.id, draft.lot)))


def _lot_faults(
    draft: MovementDraft, item: catalog.ItemFacts, known: tuple[date | None, date | None] | None
) -> Iterator[tuple[str, dict[str, str]]]:
    dates = (draft.expires_date, draft.produced_date)
    if any(dates) and not draft.lot:
        yield "lot_missing", {}
    elif item.shelf_life_days and draft.kind == "received" and not (draft.expires_date or (known and known[0])):
        yield "expiry_missing", {"value": item.sku}
    elif known and any(given and given != stands for given, stands in zip(dates, known, strict=True)):
        yield "lot_dates_differ", {"value": draft.lot}
    if dates[0] and dates[1] and dates[0] < dates[1]:
        yield "expires_before_made", {}


def _move(draft: MovementDraft, warehouse_id: int) -> Move:
    return Move(
        warehouse_id=warehouse_id,
        item_id=draft.item_id,
        kind=draft.kind,
        quantity=draft.quantity,
        lot=draft.lot,
        condition=draft.condition,
        reference=draft.reference,
        reason=draft.reason,
        expires_date=draft.expires_date,
        produced_date=draft.produced_date,
    )
