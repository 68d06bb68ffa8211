"""Part of an order has left and arrived; what is still in the house is called off, and the order is over."""

from __future__ import annotations

import pytest

from steward.kernel.models import Event
from steward.modules.fulfilment.tests.test_mending import confirmed, line_of, sent_in_part, settle, waiting
from steward.modules.logistics.models import Shipment
from steward.modules.orders.models import Order
from steward.modules.orders.rules.change_plan import LineWish

pytestmark = pytest.mark.django_db


def test_an_order_of_which_the_rest_is_called_off_after_a_part_arrived_is_completed() -> None:
    # given: one of two shipments has arrived, the other waits in the house
    order_id, _items = sent_in_part()
    Shipment.objects.filter(order_id=order_id, state="handed_over").update(state="delivered")
    # when: what waits is called off
    confirmed(order_id, "cancel_lines", lines=[LineWish(line_id=line_of(order_id, "B"), quantity=0)])
    # then: who plans shipments hears that goods set aside were given back
    assert Event.objects.get(kind="orders.order_changed").data["set_aside"] is True
    settle()
    # and nothing waits any more: the order is over
    order = Order.objects.get(id=order_id)
    assert (order.state, order.fulfilment_state, waiting(order_id)) == ("completed", "delivered", [])
    assert not Shipment.objects.filter(order_id=order_id, state="planned").exists()
