"""Propose transfers of goods that do not sell where they lie, and say what goods cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, money, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries
from steward.modules.inventory.commands.supply import SupplyLineDraft, plan_transfer
from steward.modules.inventory.commands.writing import lock_stock
from steward.modules.inventory.events import ItemCostSet
from steward.modules.inventory.models import ItemCost, Stock, SupplyLine
from steward.modules.inventory.queries import clearing, suggesting, thresholds

NOTE = _("Clearance: %(why)s")
MOST_MINOR = 10**12
MOST_LOTS = 10_000


class AlreadyProposed(errors.Refusal):
    """Refuse to propose a second transfer of the same goods."""

    code = "already_proposed"
    message = _("The transfer %(number)s takes these goods away already. Send it or call it off first.")


class NobodySells(errors.Refusal):
    """Refuse to move goods where no warehouse would sell them in time."""

    code = "nobody_sells"
    message = _("No other warehouse would sell these goods in time now, or they are no longer too many here.")


class TooMany(errors.Refusal):
    """Refuse to move more than would be sold in time."""

    code = "too_many_to_move"
    status = 422
    message = _("%(warehouse)s sells %(pieces)s of these pieces in time, and at least one has to move.")


@command(needs="stock.purchase")
def propose_lot_transfer(actor: Actor, *, stock_id: int, quantity: int | None = None, now: datetime) -> str:
    """Plan the transfer of a lot that will not sell here before its date to the warehouse that sells most of it.

    Without `quantity` as many as sell there in time. It stands among the planned transfers, counts at once as coming
    there and going here, and is sent or called off as any other; the same goods are proposed once. Returns its number.
    Raises: NotFound, AlreadyProposed, NobodySells, TooMany, UnfitSupply. Emits: SupplyMoved. Locks: the stock row, so
    that two people who press at once propose once. Source: INV-7.
    """
    lock_stock([stock_id])
    stock = Stock.objects.filter(id=stock_id).values_list("item_id", "warehouse__code").first()
    if stock is None:
        raise errors.NotFound(key=stock_id)
    item_id, origin = stock
    rows = clearing.expiring_lots(warehouse=origin, item_id=item_id, limit=MOST_LOTS, now=now)
    row = next((one for one in rows if one.stock_id == stock_id), None)
    return _propose(actor, row, origin, quantity, now)


@command(needs="stock.purchase")
def propose_item_transfer(actor: Actor, *, sku: str, warehouse: str, quantity: int | None = None, now: datetime) -> str:
    """Plan the transfer of slow-moving goods of an item to the warehouse that sells most of them; as above.

    What expires first goes first. Raises and emits as `propose_lot_transfer`. Locks: the item's stock rows there.
    """
    stocks = Stock.objects.filter(item__sku=sku, warehouse__code=warehouse, condition="sellable")
    locked = lock_stock(stocks.values_list("id", flat=True))
    if not locked:
        raise errors.NotFound(key=f"{sku} · {warehouse}")
    item_id = next(iter(locked.values())).item_id
    row = next(iter(clearing.slow_stock(warehouse=warehouse, item_id=item_id, limit=1, now=now)), None)
    return _propose(actor, row, warehouse, quantity, now)


def _propose(actor: Actor, row: suggesting.Row | None, origin: str, quantity: int | None, now: datetime) -> str:
    if row is None:
        raise NobodySells
    if number := suggesting.done_about([row.item_id]).transfer_of(row):
        raise AlreadyProposed(number=number)
    found = suggesting.suggestions([row], now=now).get(0)
    if found is None:
        raise NobodySells
    pieces = found.pieces if quantity is None else quantity
    if not 0 < pieces <= found.pieces:
        raise TooMany(warehouse=found.warehouse_name, pieces=found.pieces)
    why = f"{row.lot} → {row.expires_date}" if isinstance(row, clearing.ExpiringRow) else row.sku
    number = plan_transfer(
        actor,
        origin=origin,
        warehouse=found.warehouse_code,
        lines=[SupplyLineDraft(row.sku, pieces)],
        expected_date=queries.local_day(now) + timedelta(days=parameters.value(thresholds.TRANSIT_DAYS)),
        note=str(NOTE) % {"why": why},
        now=now,
    )
    if isinstance(row, clearing.ExpiringRow):
        SupplyLine.objects.filter(supply__number=number).update(lot_id=row.lot_id)
    return number


class CostDraft(Struct, forbid_unknown_fields=True):
    """What a piece of an item costs. Units: minor units of the currency."""

    sku: str
    cost_minor: int
    currency: str


class UnfitCost(errors.BadInput):
    """Refuse costs that make no sense, every line with what is wrong with it."""

    code = "unfit_cost"
    status = 422
    message = _("Nothing was saved. %(why)s")


COST_WORDS: Mapping[str, Any] = {
    "unknown_item": _("there is no SKU “%(value)s” that is kept in stock."),
    "cost": _("a cost is not negative, and its currency is one that exists."),
}


@command(needs="stock.costs")
def set_costs(actor: Actor, *, costs: Sequence[CostDraft], now: datetime) -> int:
    """Say what pieces of items cost; those named replace what stood. What waits keeps the value it was asked at.

    A right of its own, since costs say who has to agree to a write-off; who set one decides about none at it.
    Returns how many changed. Raises: UnfitCost with all findings. Emits: ItemCostSet.
    """
    items = catalog.items_by_sku({one.sku for one in costs})
    findings = []
    for place, one in enumerate(costs):
        item = items.get(one.sku)
        code = "unknown_item" if item is None or not item.stocked or item.is_bundle else ""
        if not 0 <= one.cost_minor <= MOST_MINOR or one.currency not in money.CURRENCIES:
            code = code or "cost"
        if code:
            field = {"unknown_item": "sku", "cost": "cost_minor"}[code]
            text = str(COST_WORDS[code]) % {"value": one.sku}
            findings.append({"field": f"costs.{place}.{field}", "in": "body", "code": code, "message": text})
    if findings:
        raise UnfitCost(findings, why=" ".join(finding["message"] for finding in findings))
    ids = sorted(items[one.sku].id for one in costs)
    known = {row.item_id: row for row in ItemCost.objects.select_for_update().filter(item_id__in=ids).order_by("id")}
    changed = []
    for one in costs:
        id_, old = items[one.sku].id, known.get(items[one.sku].id)
        if old is None or (old.cost_minor, old.currency) != (one.cost_minor, one.currency):
            values = {"cost_minor": one.cost_minor, "currency": one.currency, "set_at": now, "set_by": actor.id}
            known[id_], _made = ItemCost.objects.update_or_create(item_id=id_, defaults=values)
            before_minor = old.cost_minor if old else None
            changed.append(
                ItemCostSet(item_id=id_, before_minor=before_minor, after_minor=one.cost_minor, currency=one.currency)
            )
    events.record(actor, changed)
    return len(changed)
