"""An order whose goods are gone holds nothing any more, and waits or needs somebody."""

from __future__ import annotations

from datetime import date

import pytest

from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.regrading import quarantine_expired
from steward.modules.orders.models import Order
from tests import make

pytestmark = pytest.mark.django_db


def test_an_order_promised_goods_that_expired_holds_nothing_and_gets_others_when_they_come() -> None:
    item = make.item(shelf_life_days=30)
    make.arrival_of_lots(item, {"OLD": date(2026, 3, 1)})
    order = make.order(quantity=5).order_id

    quarantine_expired(make.TESTER, now=make.NOW)
    make.settle()
    before = (Order.objects.get(id=order).fulfilment_state, inventory.promises_of_order(order))
    make.arrival_of_lots(item, {"NEW": date(2026, 9, 1)})
    make.settle()

    assert before == ("released", [])
    assert Order.objects.get(id=order).fulfilment_state == "promised"
    assert inventory.differences() == []
