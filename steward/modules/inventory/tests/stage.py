"""Goods, promises and reservations for the tests of stock."""

from __future__ import annotations

from datetime import datetime, timedelta

from steward.kernel.command import command
from steward.modules.inventory import queries
from steward.modules.inventory.commands import promising, reserving
from steward.modules.inventory.commands.promising import Want
from steward.modules.inventory.commands.regrading import Regrade, quarantine_expired, regrade_stock
from steward.modules.inventory.commands.reserving import Placement
from steward.modules.inventory.models import Lot, Reservation, Stock
from tests import make


@command(needs="stock.move")
def promise(actor: object, *, order_id: int, units: dict[int, int], firm: bool = True) -> dict[int, int]:
    """Promise an order goods of the main pool as intake does; return what is missing."""
    until = None if firm else make.NOW + timedelta(days=1)
    return promising.promise_stock([Want(order_id, "main", units, until)])[0].missing


@command(needs="stock.move")
def reserve(actor: object, *, placements: list[Placement]) -> dict[int, dict[int, int]]:
    """Set goods aside."""
    return reserving.reserve_stock(placements)


@command(needs="stock.move")
def release(actor: object, *, order_id: int) -> list[int]:
    """Give back all an order was promised, as a cancellation does."""
    return promising.release_promises(order_ids=[order_id])


def row_of(item_id: int, *, lot: str = "", warehouse: str = "hangzhou", condition: str = "sellable") -> Stock:
    """Return a stock row."""
    lot_id = Lot.objects.get(item_id=item_id, code=lot).id
    return Stock.objects.get(item_id=item_id, lot_id=lot_id, warehouse__code=warehouse, condition=condition)


def set_aside(order_id: int, item_id: int, quantity: int, **place: str) -> int:
    """Set goods aside for an order that was promised them; return the reservation."""
    row = row_of(item_id, **place)
    assert reserve(make.TESTER, placements=[Placement(order_id, None, item_id, row.id, quantity)]) == {}
    return int(Reservation.objects.order_by("-id").values_list("id", flat=True)[0])


def open_order(order_id: int, wanted: dict[int, int]) -> list[int] | None:
    """Promise an order goods and set them aside; return the reservations, nothing where goods are short."""
    if promise(make.TESTER, order_id=order_id, units=wanted):
        return None
    rows = dict(Stock.objects.filter(item_id__in=wanted, condition="sellable").values_list("item_id", "id"))
    places = [Placement(order_id, None, item, rows[item], wanted[item]) for item in reversed(list(wanted))]
    reserve(make.TESTER, placements=places)
    return list(Reservation.objects.filter(order_id=order_id, state="open").values_list("id", flat=True))


def balances(item_id: int) -> tuple[int, int]:
    """Return what the main pool may sell of an item and what it has promised."""
    row = next(one for one in queries.stock_page(limit=1000) if one.item_id == item_id)
    return row.sellable, row.promised


def ship(reservations: list[int]) -> None:
    """Let goods that were set aside leave."""
    reserving.ship_reservations(make.TESTER, reservation_ids=reservations, reference="SH-1", now=make.NOW)


def grade(stock_id: int, quantity: int, to: str) -> None:
    """Change the condition of some pieces."""
    regrade_stock(make.TESTER, regrades=[Regrade(stock_id, quantity, to, "外包装破损")], now=make.NOW)


def expire(now: datetime) -> None:
    """Let what is past its date go into quarantine."""
    quarantine_expired(make.TESTER, now=now)
