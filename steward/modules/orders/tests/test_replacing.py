"""An order that stands for goods of another stays where it is until it is let go, whoever comes by."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from steward.modules.deadlines.models import Clock
from steward.modules.orders.commands import cancel, progress, replacing
from steward.modules.orders.models import Order
from steward.modules.orders.queries.changes import possible_changes
from steward.modules.orders.queries.money import facts_of
from tests import make

pytestmark = pytest.mark.django_db
LATER = make.NOW + timedelta(days=9)


def _made(item_id: int, units: int = 1) -> list[replacing.Opened]:
    first = make.order(payments=[make.payment()]).order_id
    goods = [replacing.Goods(item_id, units, 19_900)]
    want = replacing.Replacement(order_id=first, number="RMA-1", goods=goods, credit_minor=19_900)
    with transaction.atomic():
        return replacing.open_replacements(make.TESTER, wants=[want], now=make.NOW)


def test_nothing_moves_ends_or_changes_it_while_its_goods_are_to_come_back() -> None:
    [made] = _made(make.item(stock=5))

    progress.advance_orders(make.TESTER, order_ids=[made.order_id], now=LATER)
    assert cancel.cancel_unpaid(make.TESTER, order_ids=[made.order_id], now=LATER) == 0

    row = Order.objects.select_related("replaces").get(id=made.order_id)
    assert row.replaces is not None
    assert (row.state, row.fulfilment_state, row.customer_id) == ("checked", "promised", row.replaces.customer_id)
    assert not Clock.objects.filter(subject_kind="order", subject_id=row.id).exists()
    changes = possible_changes(row.id)
    assert (changes["address"], bool(changes["lines"]), bool(changes["merge"])) == ("", True, True)


def test_its_buyer_is_expected_to_pay_what_goods_do_not() -> None:
    [made] = _made(make.item(stock=5), units=2)

    assert facts_of([made.order_id])[0].total_minor == 19_900
    assert replacing.open_money(order_id=made.order_id) == 19_900


def test_what_is_short_is_said_and_not_written() -> None:
    item_id = make.item(stock=1)
    before = Order.objects.count()

    [made] = _made(item_id)

    assert (made.order_id, made.missing, Order.objects.count()) == (0, {item_id: 1}, before + 1)
