"""Goods are short: the buyer is asked by a link, answers once on the phone, and the order follows by itself."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from steward.interfaces.portal import throttle
from steward.kernel import moment, parameters
from steward.modules.catalog.commands import set_substitutes
from steward.modules.deadlines.commands import sweep_due
from steward.modules.inventory import queries as inventory
from steward.modules.messaging.models import Message
from steward.modules.messaging.queries.carried_links import link_of
from steward.modules.orders.commands.offers import CANCELS, OfferClosed, make_offer, offer_short, resend_offer
from steward.modules.orders.commands.offers_answering import SayWhy, answer_offer
from steward.modules.orders.models import Line, Offer, Order
from steward.modules.orders.rules.drafts import LineDraft
from steward.modules.payments.models import RefundRequest
from tests import make

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=31)


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    throttle.tries.clear()


def short(**facts: Any) -> int:
    """Take in an order that is short, and let its buyer be asked; return the order's id."""
    now = moment.now()
    order = make.order(now=now, **facts)
    make.settle()
    assert offer_short(make.TESTER, now=now + SOON) == 1
    return order.order_id


def test_many_short_orders_are_asked_in_as_many_statements_as_few() -> None:
    # given two short orders, then six, whose buyers were not asked yet
    make.item()
    counts = []
    for batch, size in enumerate((1, 2, 6)):
        now = moment.now()
        for number in range(size):
            make.order(f"S-{batch}-{number}", now=now)
        make.settle()
        with CaptureQueriesContext(connection) as captured:
            asked = offer_short(make.TESTER, now=now + SOON)
        assert asked == size
        counts.append(len(captured))
    # then the first fills what is remembered, and the others cost the same
    assert counts[1] == counts[2]


def path() -> str:
    """Return where the link of the newest offer message leads."""
    message = Message.objects.filter(template="stock_offer").latest("id")
    url = link_of(message, now=moment.now())
    return url[url.index("/p/") :]


def page(locale: str = "zh-CN") -> str:
    return Client(headers={"accept-language": locale}).get(path()).content.decode()


def codes(kind: str) -> list[str]:
    """Read the choices of a kind off the page."""
    return re.findall(rf'name="option" value="({kind}[^"]*)"', page())


def choose(option: str, *, locale: str = "zh-CN") -> str:
    """Press a choice on the phone, and read what is shown then."""
    client = Client(headers={"accept-language": locale})
    client.post(path(), {"option": option})
    make.settle()
    return client.get(path()).content.decode()


def test_an_order_is_offered_alternatives_once_after_a_while() -> None:
    make.item()
    make.order(now=moment.now())
    make.settle()

    early = offer_short(make.TESTER, now=moment.now() + timedelta(minutes=20))
    asked = [offer_short(make.TESTER, now=moment.now() + SOON) for _ in range(2)]

    assert (early, asked) == (0, [1, 0])
    message = Message.objects.get(template="stock_offer")
    assert message.params["goods"]["zh-hans"] == "双人帐篷"
    offer = Offer.objects.get()
    assert offer.expires_at is not None
    assert offer.expires_at - offer.made_at == timedelta(hours=48)


def test_looking_at_the_page_answers_nothing() -> None:
    make.item()
    order_id = short()

    for _ in range(2):
        assert "等到货" in page()
    Client().head(path())

    offer = Offer.objects.get()
    assert (offer.state, offer.opened_at is not None) == ("open", True)
    assert Order.objects.get(id=order_id).fulfilment_state == "short"


@pytest.mark.parametrize(
    ("locale", "words"),
    [("zh-CN", "缺货"), ("zh-TW", "缺貨"), ("en", "out of stock")],
)
def test_the_page_speaks_the_language_of_the_phone(locale: str, words: str) -> None:
    make.item()
    short()

    assert words in page(locale)


def test_who_waits_is_promised_the_goods_when_they_come() -> None:
    item = make.item()
    order_id = short(payments=[make.payment()])

    shown = choose("wait")
    assert "等到货" in shown
    assert Order.objects.get(id=order_id).fulfilment_state == "short"
    make.arrival(item, 1)
    make.settle()

    assert Order.objects.get(id=order_id).state == "approved"


def test_a_substitute_takes_the_place_keeps_the_total_and_the_order_goes_on() -> None:
    item = make.item()
    other = make.item("TENT-3", price_minor=20_900, stock=4)
    set_substitutes(make.TESTER, item_id=item, skus=["TENT-3"])
    order_id = short(payments=[make.payment()])

    choose(codes("substitute")[0])

    order = Order.objects.get(id=order_id)
    assert (order.state, order.total_minor, order.payment_state) == ("approved", 19_900, "paid")
    assert list(Line.objects.values_list("item_id", "quantity")) == [(other, 1)]
    assert [(held.item_id, held.quantity) for held in inventory.promises_of_order(order_id)] == [(other, 1)]


def test_a_much_dearer_substitute_asks_for_the_difference() -> None:
    item = make.item()
    make.item("TENT-9", price_minor=29_900, stock=4)
    set_substitutes(make.TESTER, item_id=item, skus=["TENT-9"])
    order_id = short(payments=[make.payment()])

    assert "100.00" in page()
    choose(codes("substitute")[0])

    order = Order.objects.get(id=order_id)
    assert (order.state, order.total_minor, order.payment_state) == ("checked", 29_900, "partly_paid")


def test_what_is_there_is_sent_and_the_rest_goes_back() -> None:
    make.item(stock=2)
    paid = make.payment(3 * 19_900)
    lines = [LineDraft(sku="TENT-2", quantity=3, unit_price_minor=19_900)]
    order_id = short(lines=lines, payments=[paid])

    assert "199.00" in page()
    choose(codes("partial")[0])

    order = Order.objects.get(id=order_id)
    assert (order.total_minor, order.fulfilment_state) == (2 * 19_900, "promised")
    assert list(Line.objects.values_list("quantity", flat=True)) == [2]
    assert list(RefundRequest.objects.values_list("amount_minor", flat=True)) == [19_900]
    assert [held.quantity for held in inventory.promises_of_order(order_id)] == [2]


def test_who_cancels_gets_the_money_back() -> None:
    make.item()
    order_id = short(payments=[make.payment()])

    shown = choose("cancel")

    assert "已取消" in shown
    order = Order.objects.get(id=order_id)
    assert (order.state, order.cancel_cause) == ("cancelled", "short_of_stock")
    assert list(RefundRequest.objects.values_list("amount_minor", flat=True)) == [19_900]


def test_a_second_press_changes_nothing_and_shows_what_was_chosen() -> None:
    make.item()
    order_id = short()
    choose("wait")

    shown = choose("cancel")

    assert "等到货" in shown
    assert (Offer.objects.get().answer, Order.objects.get(id=order_id).state) == ("wait", "received")


def test_terms_that_no_longer_hold_are_not_agreed_to() -> None:
    item = make.item(stock=2)
    lines = [LineDraft(sku="TENT-2", quantity=3, unit_price_minor=19_900)]
    order_id = short(lines=lines)
    shown_before = codes("partial")[0]
    make.order("A-2", quantity=1, buyer=make.mei())

    client = Client(headers={"accept-language": "zh-CN"})
    answer = client.post(path(), {"option": shown_before})

    assert answer.status_code == 409
    assert "重新" in answer.content.decode()
    assert (Offer.objects.get(order_id=order_id).state, Order.objects.get(id=order_id).fulfilment_state) == (
        "open",
        "short",
    )
    assert codes("partial") != [shown_before]
    assert item


def test_goods_that_come_end_the_offer() -> None:
    item = make.item()
    short()

    make.arrival(item, 1)
    make.settle()

    assert Offer.objects.get().state == "withdrawn"
    assert "已经到货" in page()


@pytest.mark.parametrize(("cancels", "state"), [(False, "received"), (True, "cancelled")])
def test_no_answer_in_time_follows_the_policy(cancels: bool, state: str) -> None:
    make.item()
    parameters.set_parameter(make.administrator(), name=CANCELS.name, new=cancels, reason="政策")
    order_id = short()
    link = path()

    sweep_due(make.TESTER, now=moment.now() + timedelta(hours=49))
    make.settle()

    assert (Offer.objects.get().state, Order.objects.get(id=order_id).state) == ("expired", state)
    assert "时间已过" in Client(headers={"accept-language": "zh-CN"}).get(link).content.decode()


def test_who_waited_in_vain_is_asked_again() -> None:
    make.item()
    short()
    choose("wait")
    until = datetime.combine(Offer.objects.get().wait_until, datetime.min.time(), moment.now().tzinfo)

    asked = [offer_short(make.TESTER, now=until + timedelta(days=days)) for days in (0, 1)]

    assert asked == [0, 1]


def test_an_agent_answers_for_the_buyer_only_with_a_reason() -> None:
    make.item()
    order_id = short()
    offer_id, wang = Offer.objects.get().id, make.agent_wang()

    with pytest.raises(SayWhy):
        answer_offer(wang, offer_id=offer_id, option="cancel", now=moment.now())
    counted = answer_offer(wang, offer_id=offer_id, option="cancel", reason="客户来电", now=moment.now())

    assert counted
    assert Order.objects.get(id=order_id).cancel_cause == "short_of_stock"
    assert Offer.objects.get().reason == "客户来电"


def test_an_offer_can_be_sent_again_while_it_is_open() -> None:
    make.item()
    order_id = make.order(now=moment.now()).order_id
    offer_id = make_offer(make.agent_wang(), order_id=order_id, now=moment.now())

    resend_offer(make.agent_wang(), offer_id=offer_id, now=moment.now())
    assert Message.objects.filter(template="stock_offer").count() == 2
    answer_offer(make.TESTER, offer_id=offer_id, option="wait", now=moment.now())

    with pytest.raises(OfferClosed):
        resend_offer(make.agent_wang(), offer_id=offer_id, now=moment.now())


def test_a_forged_link_opens_nothing() -> None:
    make.item()
    short()
    real = path()

    answer = Client().post(real[:-4] + "AAAA", {"option": "cancel"})

    assert (answer.status_code, Offer.objects.get().state) == (404, "open")
