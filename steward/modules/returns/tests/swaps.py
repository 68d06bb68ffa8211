"""What tests of exchanges begin with: cases that want other goods, and goods that come back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from steward.modules.catalog.models import Item
from steward.modules.inventory import queries as inventory
from steward.modules.orders.models import Line, Order
from steward.modules.returns.commands import deciding, inspecting, receiving
from steward.modules.returns.commands.drafts import Instead
from steward.modules.returns.commands.requesting import CaseReceipt
from steward.modules.returns.models import Exchange, Piece
from steward.modules.returns.tests import case
from tests import make

ARRIVED = case.LATER + timedelta(days=2)
DEARER, CHEAPER = "TENT-4", "TENT-1"


def shelf(sku: str = DEARER, *, price_minor: int = 29_900, stock: int = 5) -> int:
    """Put goods of the tents' family on the shelf; return the item."""
    id_ = make.item(sku, stock=stock)
    Item.objects.filter(id=id_).update(price_minor=price_minor, category="tents")
    Item.objects.filter(sku="TENT-2").update(category="tents")
    return id_


def opened(order: Order, quantity: int = 1, *, sku: str = "", approve: bool = True, **facts: Any) -> CaseReceipt:
    """Open an exchange of tents and let somebody else agree to it."""
    line = Line.objects.get(order=order)
    instead = (Instead(line.id, sku, quantity),) if sku else ()
    receipt = case.opened(order, quantity, kind="exchange", instead=instead, **facts)
    assert receipt.refusal is None, receipt.refusal
    if approve and receipt.state == "requested":
        deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)
    return receipt


def both(receipt: CaseReceipt) -> tuple[Exchange, Order]:
    """Read an exchange and the order that was made for it."""
    exchange = Exchange.objects.get(case_id=receipt.id or 0)
    return exchange, Order.objects.get(id=exchange.order_id or 0)


def free(sku: str) -> int:
    """Tell how many pieces may still be promised."""
    item_id = Item.objects.get(sku=sku).id
    return inventory.free_units([(item_id, "main")])[item_id, "main"]


def back(
    receipt: CaseReceipt, grade: str = "A", verdict: str = "", verdicts: Mapping[int, str] = {}, **facts: Any
) -> None:
    """Let the goods of a case come back and be looked at."""
    waiting = [one for one in case.pieces(receipt) if one.reception in ("awaiting", "expired")]
    arrived = {one.id: "receive" for one in waiting}
    keeper = make.manager_zhao()
    Piece.objects.filter(id__in=list(arrived), reception="awaiting").update(reception="in_transit")
    receiving.receive_pieces(keeper, case_id=receipt.id or 0, arrived=arrived, now=ARRIVED)
    findings = [
        inspecting.Finding(piece_id=one.id, grade=grade, verdict=verdicts.get(one.id, verdict), **facts)
        for one in case.pieces(receipt)
        if one.reception == "received"
    ]
    inspecting.inspect_pieces(keeper, case_id=receipt.id or 0, findings=findings, now=ARRIVED)
