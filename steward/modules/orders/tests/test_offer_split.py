"""A buyer who wants what is there now and the rest when it comes: two orders, all of it still bought. Source: ORD-4."""

from __future__ import annotations

import pytest

from steward.modules.inventory import queries as inventory
from steward.modules.orders.commands import offers
from steward.modules.orders.commands.offers_answering import answer_offer
from steward.modules.orders.models import Line, Offer, Order
from steward.modules.orders.queries import offers as queries
from steward.modules.payments import queries as money
from steward.modules.payments.models import RefundRequest
from tests import make

pytestmark = pytest.mark.django_db
PRICE = 19_900


def test_the_rest_waits_as_an_order_of_its_own_and_no_money_goes_back() -> None:
    item = make.item(stock=2)
    receipt = make.order(quantity=5, payments=[make.payment(5 * PRICE)])
    make.settle()
    offer_id = offers.make_offer(make.TESTER, order_id=receipt.order_id, now=make.NOW)
    split = next(one for one in queries.options(queries.get_offer(offer_id)) if one.kind == "split")

    assert answer_offer(make.TESTER, offer_id=offer_id, option=split.code, now=make.NOW)
    make.settle()

    first, rest = Order.objects.get(id=receipt.order_id), Order.objects.get(split_from_id=receipt.order_id)
    assert [Line.objects.get(order=one).quantity for one in (first, rest)] == [2, 3]
    sums = money.paid_and_refunded({one.id: "CNY" for one in (first, rest)})
    assert [sums[one.id] for one in (first, rest)] == [(2 * PRICE, 0), (3 * PRICE, 0)]
    assert (first.state, rest.state, rest.fulfilment_state) == ("approved", "received", "short")
    assert not RefundRequest.objects.exists()
    assert offers.offer_short(make.TESTER, now=make.NOW) == 0
    assert Offer.objects.get(order=rest).answer == "wait"

    make.arrival(item, 3)
    make.settle()
    rest.refresh_from_db()
    assert rest.state == "approved"
    assert inventory.differences() == []
