"""A stocktake in the middle of business: orders come, one leaves, one loses its goods, and everybody hears of it."""

from __future__ import annotations

import pytest

from steward.interfaces.cli import main
from steward.modules.approvals import commands as approvals
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.reserving import ship_reservations
from steward.modules.inventory.models import Reservation, Stock, Stocktake
from steward.modules.inventory.tests import counting, stage
from steward.modules.orders.models import Order
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


def test_orders_flow_while_stock_is_counted_and_a_shortage_reaches_the_order_it_hits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    item = make.item(stock=3)
    first = make.order("A-1", payments=[make.payment()])
    second = make.order("A-2", payments=[make.payment(transaction="T-2")], **make.somebody(2))
    third = make.order("A-3", payments=[make.payment(transaction="T-3")], **make.somebody(3))
    for receipt in (first, second, third):
        stage.set_aside(receipt.order_id, item, 1)

    assert main(["stock", "stocktake", "plan", "hangzhou", "--zones", "ambient"]) == 0
    number = capsys.readouterr().out.strip()
    chen = counting.counter("chen")
    shelf = Caller("stock.count", "stock.view")
    sheet = shelf.get("stocktake-sheets").json()["rows"][0]["id"]
    line = shelf.post(f"stocktake-sheets/{sheet}/scans", {"code": "TENT-2"}).json()["line_id"]
    shelf.post(f"stocktake-sheets/{sheet}/scans", {"code": "2", "line_id": line})
    shelf.post(f"stocktake-sheets/{sheet}/hand-in")
    leaving = Reservation.objects.get(order_id=first.order_id).id
    ship_reservations(make.TESTER, reservation_ids=[leaving], reference="SH-1", now=make.NOW)
    counting.recounted(number, {"TENT-2": 1}, by="chen")
    assert main(["stock", "stocktake", "submit", number]) == 0
    capsys.readouterr()
    approval = Stocktake.objects.get().approval_id or 0
    with pytest.raises(approvals.OwnMatter):
        approvals.decide(chen, approval_id=approval, verdict="grant", now=make.NOW)
    approvals.decide(make.manager_zhao(), approval_id=approval, verdict="grant", now=make.NOW)
    make.settle()

    assert main(["stock", "stocktake", "show", number]) == 0
    assert "done" in capsys.readouterr().out
    assert main(["stock", "prove"]) == 0
    assert Stock.objects.get().on_hand == 1
    assert inventory.promises_of_order(second.order_id)
    assert inventory.promises_of_order(third.order_id) == []
    assert Order.objects.get(id=third.order_id).fulfilment_state in ("short", "released")
