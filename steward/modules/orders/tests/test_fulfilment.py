"""How an order follows what becomes of its goods."""

from __future__ import annotations

import pytest

from steward.kernel.actor import NotPermitted
from steward.kernel.models import Event
from steward.modules.inventory import queries as inventory
from steward.modules.orders.commands import cancel, fulfilment, progress
from steward.modules.orders.models import Order
from steward.modules.orders.rules import steps
from steward.modules.orders.rules.cancelling import can_cancel
from tests import make

pytestmark = pytest.mark.django_db


def approved() -> int:
    """Take in an order that is paid and passes everything by itself; return its id."""
    make.item(stock=5)
    order_id = make.order(payments=[make.payment(19_900)]).order_id
    progress.advance_orders(make.TESTER, order_ids=[order_id], now=make.NOW)
    assert _stands(order_id) == ("approved", "promised")
    return order_id


def _stands(order_id: int) -> tuple[str, str]:
    found = Order.objects.values_list("state", "fulfilment_state").get(id=order_id)
    return found[0], found[1]


def _follow(order_id: int, state: str) -> list[int]:
    return fulfilment.follow_fulfilment(make.TESTER, states={order_id: state}, now=make.NOW)


def _announced(order_id: int) -> list[str]:
    kind = "orders.order_fulfilment_changed"
    return list(Event.objects.filter(subject_id=order_id, kind=kind).values_list("data__after", flat=True))


def test_an_order_is_completed_once_its_goods_are_delivered() -> None:
    order_id = approved()

    for state in ("allocated", "partly_shipped", "shipped", "delivered"):
        assert _follow(order_id, state) == [order_id]

    assert _stands(order_id) == ("completed", "delivered")
    assert _announced(order_id) == ["allocated", "partly_shipped", "shipped", "delivered"]


def test_a_second_or_late_report_changes_nothing() -> None:
    order_id = approved()
    _follow(order_id, "shipped")

    assert _follow(order_id, "shipped") == []
    assert _follow(order_id, "allocated") == []
    assert _announced(order_id) == ["shipped"]


def test_an_order_that_is_not_approved_follows_nothing() -> None:
    make.item(stock=5)
    order_id = make.order().order_id

    assert _follow(order_id, "allocated") == []
    assert _stands(order_id)[1] == "promised"


def test_an_order_whose_goods_are_on_their_way_is_not_cancelled() -> None:
    order_id = approved()
    _follow(order_id, "partly_shipped")

    with pytest.raises(cancel.GoodsHandedOver):
        cancel.cancel_order(make.TESTER, order_id=order_id, cause="customer", reason="", now=make.NOW)

    assert _stands(order_id) == ("approved", "partly_shipped")
    assert inventory.orders_holding([order_id]) == {order_id}
    assert not Event.objects.filter(subject_id=order_id, kind="orders.order_cancelled").exists()


def test_an_order_whose_goods_are_only_set_aside_is_cancelled() -> None:
    order_id = approved()
    _follow(order_id, "allocated")

    cancel.cancel_order(make.TESTER, order_id=order_id, cause="customer", reason="", now=make.NOW)

    assert _stands(order_id) == ("cancelled", "released")


def test_an_order_that_lost_its_goods_is_noted_as_such_only_before_they_left() -> None:
    order_id = approved()
    _follow(order_id, "shipped")

    progress.note_released(make.TESTER, order_ids=[order_id], now=make.NOW)

    assert _stands(order_id)[1] == "shipped"


def test_following_takes_the_right_to_move_orders_on() -> None:
    with pytest.raises(NotPermitted):
        fulfilment.follow_fulfilment(make.outsider_sam(), states={1: "shipped"}, now=make.NOW)


@pytest.mark.parametrize(
    ("goods", "current", "hindrance"),
    [
        ("promised", "allocated", "hand_over"),
        ("allocated", "shipped", "to_ship"),
        ("partly_shipped", "shipped", "to_ship"),
        ("shipped", "delivered", "on_its_way"),
    ],
)
def test_the_steps_of_an_approved_order_follow_its_goods(goods: str, current: str, hindrance: str) -> None:
    found = steps.standing(state="approved", payment_state="paid", fulfilment_state=goods, open_errors=0)

    assert found.current is not None
    assert (found.current.code, found.hindrance) == (current, hindrance)


@pytest.mark.parametrize("goods", ["promised", "allocated", "shipped"])
def test_the_rule_of_cancelling_asks_where_the_goods_are(goods: str) -> None:
    assert can_cancel("approved", goods) is (goods != "shipped")
