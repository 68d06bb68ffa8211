"""Two exchanges that want the last unit: one is promised it, the other is told, and nothing is promised twice."""

from __future__ import annotations

from functools import partial

import pytest

from steward.kernel.actor import Actor
from steward.modules.inventory.models import Promise
from steward.modules.orders.models import Order
from steward.modules.returns.commands import deciding, exchange_settling
from steward.modules.returns.commands.exchanging import OutOfStock
from steward.modules.returns.commands.requesting import CaseReceipt
from steward.modules.returns.models import Exchange, RefundDue
from steward.modules.returns.tests import case, swaps
from tests import make
from tests.races.crowd import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def approve(by: Actor, receipt: CaseReceipt) -> bool:
    """Agree to a case; tell whether its goods could be set aside."""
    try:
        deciding.approve_case(by, case_id=receipt.id or 0, now=case.LATER)
    except OutOfStock:
        return False
    return True


def test_of_two_exchanges_for_the_last_unit_one_is_promised_it() -> None:
    order = case.delivered(2)
    scarce = swaps.shelf(stock=0)
    receipts = [swaps.opened(order, sku=swaps.DEARER, approve=False) for _ in range(2)]
    make.arrival(scarce, 1)
    by = make.manager_zhao()

    got = at_once(*(partial(approve, by, receipt) for receipt in receipts))

    assert sorted(got) == [False, True]
    assert sorted(Exchange.objects.values_list("state", flat=True)) == ["chosen", "reserved"]
    row = Promise.objects.get(item__sku=swaps.DEARER)
    assert (row.promised, row.sellable) == (1, 1)


def test_goods_that_are_back_pay_once_however_many_hear_of_it() -> None:
    receipt = swaps.opened(case.delivered())
    swaps.back(receipt)
    settle = partial(exchange_settling.settle_exchanges, make.TESTER, case_ids=[receipt.id or 0], now=swaps.ARRIVED)

    assert sorted(at_once(settle, settle, settle)) == [0, 0, 1]
    made = Order.objects.get(id=Exchange.objects.get().order_id or 0)
    assert (made.paid_minor, RefundDue.objects.count()) == (19_900, 1)
