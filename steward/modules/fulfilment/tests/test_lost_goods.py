"""What approved orders lost is promised to them again when goods come, also where a part has left already."""

from __future__ import annotations

import msgspec
import pytest

from steward.modules.fulfilment.commands.policies import set_policy
from steward.modules.fulfilment.rules.policy import SHIPPED
from steward.modules.fulfilment.tests import house
from steward.modules.fulfilment.tests.test_mending import (
    allocated,
    goods_lost,
    grade,
    sent_in_part,
    settle,
    waiting,
    where,
)
from steward.modules.inventory import queries as inventory
from steward.modules.orders.commands.money_back import ask_refund
from steward.modules.payments.commands.deciding import settle_by_hand
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("bundled", [False, True])
def test_the_lost_rest_of_an_order_is_promised_and_set_aside_again_when_goods_come(
    bundled: bool, at_once: bool
) -> None:
    order_id, items = sent_in_part(bundled=bundled)
    grade(items["B"], "chengdu", 5, withdraw=True)
    settle()
    before = goods_lost()[0]
    weights = {**msgspec.to_builtins(SHIPPED), "at_once": at_once}
    set_policy(make.manager_zhao(), weights=weights, expected_version=1, reason="what is left waits for no wave")

    house.stock(items["B"], guangzhou=2)
    settle()

    assert (where(order_id), waiting(order_id)) == ("partly_shipped", [("guangzhou", 2)])
    assert (before, goods_lost()[0]) == ("open", "solved")
    assert inventory.differences() == []


def test_the_lost_rest_of_an_order_waits_until_all_of_it_is_there() -> None:
    order_id, items = sent_in_part()
    grade(items["B"], "chengdu", 5, withdraw=True)
    settle()

    house.stock(items["B"], guangzhou=1)
    settle()

    assert (inventory.promises_of_order(order_id), goods_lost()[0]) == ([], "open")


def test_goods_that_were_lost_and_given_money_back_for_are_not_promised_again() -> None:
    order_id, items = sent_in_part()
    grade(items["B"], "chengdu", 5, withdraw=True)
    asked = ask_refund(make.TESTER, order_id=order_id, cause="goodwill", amount_minor=2 * 19_900, now=make.NOW)
    settle_by_hand(make.TESTER, number=asked.numbers[0], transaction="BANK-1", now=make.NOW)
    settle()

    house.stock(items["B"], guangzhou=2)
    settle()

    assert (inventory.promises_of_order(order_id), goods_lost()[0]) == ([], "open")


def test_an_approved_order_that_lost_its_promise_is_served_when_goods_come() -> None:
    house.warehouses()
    item = make.item()
    house.stock(item, hangzhou=2)
    order_id = allocated(pieces=2)
    grade(item, "hangzhou", 1, withdraw=True)
    settle()
    before = goods_lost()[0]

    house.stock(item, chengdu=2)
    settle()

    assert (where(order_id), waiting(order_id)) == ("allocated", [("chengdu", 2)])
    assert (before, goods_lost()[0]) == ("open", "solved")
