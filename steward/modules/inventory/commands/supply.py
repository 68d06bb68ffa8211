"""Order goods from a supplier or from another warehouse, send them on their way, call them off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, events, lifecycles, numbering
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries
from steward.modules.inventory.commands.writing import Move, write_movements
from steward.modules.inventory.events import SupplyMoved
from steward.modules.inventory.models import Supply, SupplyLine, Warehouse, Zone
from steward.modules.inventory.rules import supply as rules

SEQUENCE = "inventory_supply_id_seq"
PREFIXES = {"purchase": "PO", "transfer": "TR"}
MOST_LINES = 500
MOST_PIECES = 1_000_000
WORDS: Mapping[str, Any] = {
    "unknown_warehouse": gettext_lazy("there is no warehouse “%(value)s”."),
    "unknown_item": gettext_lazy("there is no SKU “%(value)s” that is kept in stock."),
    "counts": gettext_lazy("“%(value)s” is no number of pieces to order."),
    "twice": gettext_lazy("%(value)s stands here twice."),
    "no_lines": gettext_lazy("at least one line is needed, and %(value)s at most."),
    "no_supplier": gettext_lazy("name the supplier."),
    "same_warehouse": gettext_lazy("goods cannot be moved to where they are."),
    "other_pool": gettext_lazy("the two warehouses serve different sales pools."),
    "no_zone": gettext_lazy("the warehouse has no zone for %(value)s goods."),
    "not_enough": gettext_lazy("only %(free)s free pieces of %(value)s lie there."),
}


class SupplyLineDraft(Struct, forbid_unknown_fields=True):
    """So many pieces of an item."""

    sku: str
    quantity: int


class UnfitSupply(errors.BadInput):
    """Refuse an order of goods that makes no sense, every line with what is wrong with it."""

    code = "unfit_supply"
    status = 422
    message = gettext_lazy("Nothing was ordered. %(why)s")


Fault = tuple[str, str, Mapping[str, Any]]


def unfit(faults: Sequence[Fault]) -> UnfitSupply:
    """Put faults into words: field, code, facts."""
    findings = [
        {"field": field, "in": "body", "code": code, "message": str(WORDS[code]) % facts}
        for field, code, facts in faults
    ]
    said = []
    for finding in findings:
        parts = str(finding["field"]).split(".")
        line = int(parts[1]) + 1 if len(parts) > 1 else 0
        said.append(
            _("Line %(line)s: %(why)s") % {"line": line, "why": finding["message"]} if line else finding["message"]
        )
    return UnfitSupply(findings, why=" ".join(str(one) for one in said))


@command(needs="stock.purchase")
def order_goods(
    actor: Actor,
    *,
    supplier: str,
    warehouse: str,
    lines: Sequence[SupplyLineDraft],
    expected_date: date | None = None,
    note: str = "",
    now: datetime,
) -> str:
    """Order goods from a supplier; they are on their way from now on.

    Returns the purchase order's number. Raises: UnfitSupply with all findings. Emits: SupplyMoved. Source: INV-4.
    """
    to = Warehouse.objects.filter(code=warehouse).first()
    faults = list(_faults(lines, warehouse, to))
    if not supplier.strip():
        faults.insert(0, ("supplier", "no_supplier", {}))
    if faults or to is None:
        raise unfit(faults)
    facts = {"kind": "purchase", "supplier": supplier.strip()[:80], "state": "on_the_way", "sent_at": now}
    return _write(actor, facts, to, lines, expected_date, note, now)


@command(needs="stock.purchase")
def plan_transfer(
    actor: Actor,
    *,
    origin: str,
    warehouse: str,
    lines: Sequence[SupplyLineDraft],
    expected_date: date | None = None,
    note: str = "",
    now: datetime,
) -> str:
    """Plan to move goods from one warehouse to another; they stay for sale until they are sent.

    Returns the transfer's number. Raises: UnfitSupply with all findings. Emits: SupplyMoved.
    """
    to, start = Warehouse.objects.filter(code=warehouse).first(), Warehouse.objects.filter(code=origin).first()
    faults = list(_faults(lines, warehouse, to))
    if start is None:
        faults.insert(0, ("origin", "unknown_warehouse", {"value": origin}))
    elif to is not None and to.id == start.id:
        faults.insert(0, ("warehouse", "same_warehouse", {}))
    elif to is not None and to.pool != start.pool:
        faults.insert(0, ("warehouse", "other_pool", {}))
    if faults or to is None or start is None:
        raise unfit(faults)
    return _write(actor, {"kind": "transfer", "origin": start, "state": "planned"}, to, lines, expected_date, note, now)


def _faults(lines: Sequence[SupplyLineDraft], code: str, to: Warehouse | None) -> Iterator[Fault]:
    if to is None:
        yield "warehouse", "unknown_warehouse", {"value": code}
    if not 0 < len(lines) <= MOST_LINES:
        yield "lines", "no_lines", {"value": MOST_LINES}
    known = catalog.items_by_sku({line.sku for line in lines})
    zones = set(Zone.objects.filter(warehouse=to, purpose="storage").values_list("storage_class", flat=True))
    seen: set[str] = set()
    for place, line in enumerate(lines):
        item = known.get(line.sku)
        if item is None or not item.stocked or item.is_bundle:
            yield f"lines.{place}.sku", "unknown_item", {"value": line.sku}
        elif to is not None and item.storage_class not in zones:
            yield f"lines.{place}.sku", "no_zone", {"value": item.storage_class}
        if not 0 < line.quantity <= MOST_PIECES:
            yield f"lines.{place}.quantity", "counts", {"value": line.quantity}
        if line.sku in seen:
            yield f"lines.{place}.sku", "twice", {"value": line.sku}
        seen.add(line.sku)


def _write(
    actor: Actor,
    facts: Mapping[str, Any],
    to: Warehouse,
    lines: Sequence[SupplyLineDraft],
    expected_date: date | None,
    note: str,
    now: datetime,
) -> str:
    id_ = numbering.next_ids(SEQUENCE, 1)[0]
    number = numbering.number(PREFIXES[facts["kind"]], id_, now)
    row = Supply.objects.create(
        id=id_,
        number=number,
        warehouse=to,
        expected_date=expected_date,
        note=note.strip()[:200],
        created_at=now,
        created_by=actor.id,
        **facts,
    )
    items = catalog.item_ids_by_sku(line.sku for line in lines)
    SupplyLine.objects.bulk_create(
        SupplyLine(supply=row, item_id=items[line.sku], quantity=line.quantity) for line in lines
    )
    announce(actor, row)
    return number


def announce(actor: Actor, row: Supply) -> None:
    """Say where a supply stands. A step of commands. Emits: SupplyMoved."""
    events.record(
        actor,
        [
            SupplyMoved(
                supply_id=row.id, number=row.number, kind=row.kind, warehouse_id=row.warehouse_id, state=row.state
            )
        ],
    )


def lock_supply(number: str, *, version: int | None = None) -> Supply:
    """Lock a supply by its number. A step of commands. Raises: NotFound; Stale when it changed since it was shown."""
    row = Supply.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise errors.NotFound(key=number)
    if version is not None and version != row.version:
        raise errors.Stale
    return row


def move_supply(row: Supply, verb: str, **values: Any) -> None:
    """Bring a locked supply to its next state, compare-and-set. A step of commands. Raises: NotPossible, Stale."""
    after = lifecycles.reached(rules.TRANSITIONS, row.state, verb)
    changed = Supply.objects.filter(id=row.id, state=row.state).update(state=after, version=F("version") + 1, **values)
    if not changed:
        raise errors.Stale
    row.state = after


@command(needs="stock.move")
def send_transfer(actor: Actor, *, number: str, expected_date: date | None = None, now: datetime) -> None:
    """Let a planned transfer leave: what expires first goes first, lot by lot, all of it or nothing.

    A line that names a lot takes that lot alone. Raises: NotFound, NotPossible, UnfitSupply where too little lies there
    free, PromisedAlready. Emits: StockMoved, SupplyMoved. Locks: the supply, then promises, then stock rows, by id.
    """
    row = lock_supply(number)
    lifecycles.reached(rules.TRANSITIONS, row.state, "send")
    assert row.origin_id is not None
    lines = list(SupplyLine.objects.filter(supply=row).select_related("item").order_by("id"))
    picks = _picks(row, lines, queries.local_day(now))
    moves = [
        Move(row.origin_id, line.item_id, "transferred_out", -units, lot=lot.lot_code, reference=row.number)
        for line, lot, units in picks
    ]
    write_movements(actor, moves)
    SupplyLine.objects.filter(supply=row).delete()
    SupplyLine.objects.bulk_create(
        SupplyLine(supply=row, item_id=line.item_id, lot_id=lot.lot_id, quantity=units) for line, lot, units in picks
    )
    move_supply(row, "send", sent_at=now, expected_date=expected_date or row.expected_date)
    announce(actor, row)


def _picks(row: Supply, lines: Sequence[SupplyLine], today: date) -> list[tuple[SupplyLine, queries.StockLot, int]]:
    """Choose lots of the origin for each line, what expires first first. Raises: UnfitSupply."""
    pool = Warehouse.objects.values_list("pool", flat=True).get(id=row.origin_id or 0)
    lots: dict[int, list[queries.StockLot]] = {}
    for lot in queries.stock_for_allocation([line.item_id for line in lines], pool, today=today):
        if lot.warehouse_id == row.origin_id:
            lots.setdefault(lot.item_id, []).append(lot)
    picks, faults = [], []
    for place, line in enumerate(lines):
        left = line.quantity
        for lot in lots.get(line.item_id, []):
            units = min(left, lot.free) if line.lot_id in (None, lot.lot_id) else 0
            if units:
                picks.append((line, lot, units))
                left -= units
        if left:
            facts = {"value": line.item.sku, "free": line.quantity - left}
            faults.append((f"lines.{place}.quantity", "not_enough", facts))
    if faults:
        raise unfit(faults)
    return picks


@command(needs="stock.purchase")
def cancel_transfer(actor: Actor, *, number: str, now: datetime) -> None:
    """Call off a transfer that was not sent yet. Raises: NotFound, NotPossible. Emits: SupplyMoved."""
    row = lock_supply(number)
    move_supply(row, "cancel", ended_at=now)
    announce(actor, row)


@command(needs="stock.purchase")
def expect_supply(actor: Actor, *, number: str, expected_date: date, now: datetime) -> None:
    """Note when goods on their way are expected now. Raises: NotFound, NotPossible when none are on their way."""
    row = lock_supply(number)
    if row.state not in ("planned", *rules.ON_THE_WAY):
        raise errors.NotPossible(state=row.state, verb="expect")
    Supply.objects.filter(id=row.id).update(expected_date=expected_date, version=F("version") + 1)
    announce(actor, row)
