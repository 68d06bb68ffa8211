"""Offers under pressure: two presses at once, an answer against the end of time, two orders and the last substitute."""

from __future__ import annotations

from functools import partial

import pytest

from steward.kernel import moment
from steward.modules.catalog.commands import set_substitutes
from steward.modules.orders.commands.offers import make_offer
from steward.modules.orders.commands.offers_answering import OptionGone, answer_offer, expire_offers
from steward.modules.orders.models import Offer, Order
from steward.modules.orders.queries import offers
from steward.modules.payments.models import RefundRequest
from tests import make
from tests.races.crowd import assert_balanced, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def offered(number: str = "A-1") -> int:
    """Take in a paid order that is short, and offer its buyer something."""
    order = make.order(number, payments=[make.payment(transaction=f"T-{number}")], now=moment.now())
    return make_offer(make.TESTER, order_id=order.order_id, now=moment.now())


def answer(offer_id: int, option: str) -> bool | None:
    """Answer; None where the goods were gone."""
    try:
        return answer_offer(make.TESTER, offer_id=offer_id, option=option, now=moment.now())
    except OptionGone:
        return None


def test_of_two_presses_at_once_one_counts() -> None:
    make.item()
    for number in range(4):
        offer_id = offered(f"A-{number}")

        counted = at_once(partial(answer, offer_id, "cancel"), partial(answer, offer_id, "wait"))

        assert sorted(map(str, counted)) == ["False", "True"]
        chosen = "cancel" if counted[0] else "wait"
        order = Order.objects.get(external_number=f"A-{number}")
        assert Offer.objects.get(id=offer_id).answer == chosen
        assert (order.state == "cancelled") == (chosen == "cancel")
        assert RefundRequest.objects.filter(order_id=order.id).count() == (1 if chosen == "cancel" else 0)


def test_an_answer_at_the_end_of_time_counts_or_finds_the_offer_closed() -> None:
    make.item()
    for number in range(4):
        offer_id = offered(f"A-{number}")
        lapse = partial(expire_offers, make.TESTER, offer_ids=[offer_id], now=moment.now())

        counted, closed = at_once(partial(answer, offer_id, "cancel"), lapse)

        state = Offer.objects.values_list("state", flat=True).get(id=offer_id)
        assert (bool(counted), closed, state) in ((True, 0, "answered"), (False, 1, "expired"))


def test_the_last_substitute_goes_to_one_of_two() -> None:
    item = make.item()
    make.item("TENT-3", stock=1)
    set_substitutes(make.TESTER, item_id=item, skus=["TENT-3"])
    asked = [offered("A-1"), offered("A-2")]
    codes = [offers.options(offers.get_offer(offer_id))[1].code for offer_id in asked]

    counted = at_once(*(partial(answer, offer_id, code) for offer_id, code in zip(asked, codes, strict=True)))

    assert sorted(map(str, counted)) == ["None", "True"]
    assert sorted(Offer.objects.values_list("state", flat=True)) == ["answered", "open"]
    assert_balanced()
