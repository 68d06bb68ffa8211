"""The sample's suspects: held orders to look at, decided ones, and lists with something on them."""

from __future__ import annotations

from random import Random

import pytest

from steward.modules.catalog.commands import create_items
from steward.modules.orders.models import Hold, HoldDecision, ListEntry, Order
from steward.sample import goods, stock, suspects
from steward.sample.buyers import Public
from steward.sample.people import Crew
from tests.make import NOW

pytestmark = pytest.mark.django_db


def test_the_suspects_leave_holds_decisions_and_lists() -> None:
    crew = Crew()
    crew.let_in()
    item_ids = create_items(crew.first("order_clerk"), items=goods.catalogue())
    stock.fill(crew, Random(1), item_ids, NOW)

    came = suspects.bring(crew, Random(2), Public(Random(3), 60), NOW)

    assert came == Order.objects.count() == 9
    assert Hold.objects.filter(decision=None).count() >= 3
    assert set(HoldDecision.objects.values_list("outcome", flat=True)) == {"released", "rejected"}
    assert set(ListEntry.objects.values_list("purpose", flat=True)) == {"block", "allow", "forwarding"}
