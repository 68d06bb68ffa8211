"""A wave is planned beside one-by-one, then carried out or thrown away; what stock no longer allows is reported."""

from __future__ import annotations

from typing import Any

import pytest

from steward.kernel.errors import NotPossible
from steward.modules.fulfilment.commands import waves
from steward.modules.fulfilment.commands.allocating import allocate_orders
from steward.modules.fulfilment.commands.wave_deciding import Applied, apply_wave, discard_wave
from steward.modules.fulfilment.models import Allocation, Wave, WaveOrder
from steward.modules.fulfilment.tests import house
from steward.modules.inventory import queries as inventory
from steward.modules.orders.commands.cancel import cancel_order
from steward.modules.orders.models import Order
from steward.modules.orders.rules.drafts import LineDraft
from tests import make

pytestmark = pytest.mark.django_db


def competing() -> list[int]:
    """Let three orders compete: the one that came last could only be served whole from Hangzhou."""
    house.warehouses()
    house.stock(make.item("A"), hangzhou=1, chengdu=5)
    house.stock(make.item("B"), hangzhou=5)
    both = [LineDraft("A", 1, 19_900), LineDraft("B", 1, 19_900)]
    return [house.approved("A-1", sku="A"), house.approved("A-2", lines=both), house.approved("A-3", sku="B")]


def planned(**options: Any) -> Wave:
    """Plan a wave over all that wait."""
    number = waves.run_wave(make.TESTER, now=make.NOW, seconds=5, **options)
    return Wave.objects.get(number=number)


def places(wave: Wave, side: str) -> list[list[str]]:
    """Name the warehouses of a wave's orders."""
    return [getattr(row, side)["warehouses"] for row in wave.orders.order_by("order_id")]


def test_a_wave_saves_the_split_that_serving_one_by_one_makes() -> None:
    competing()

    wave = planned()

    assert wave.state == "planned"
    assert places(wave, "before") == [["杭州仓"], ["杭州仓", "成都仓"], ["杭州仓"]]
    assert places(wave, "after") == [["成都仓"], ["杭州仓"], ["杭州仓"]]
    assert wave.after["splits"] == 0 < wave.before["splits"]
    assert wave.after["cost_minor"] < wave.before["cost_minor"]
    assert wave.gap is not None
    assert 0 <= wave.gap < 0.01
    assert not Allocation.objects.exists()


def test_an_applied_wave_sets_everything_aside_as_planned() -> None:
    ids = competing()
    wave = planned()

    assert apply_wave(make.TESTER, number=wave.number, now=make.NOW) == Applied(applied=3, changed=0)

    found = inventory.reservations_of_orders(ids)
    assert [(one.order_id, one.sku, one.warehouse_code) for one in found] == [
        (ids[0], "A", "chengdu"),
        (ids[1], "A", "hangzhou"),
        (ids[1], "B", "hangzhou"),
        (ids[2], "B", "hangzhou"),
    ]
    assert set(Order.objects.values_list("fulfilment_state", flat=True)) == {"allocated"}
    assert set(Allocation.objects.values_list("wave_id", "state")) == {(wave.id, "placed")}
    assert inventory.differences() == []


def test_what_stock_does_not_allow_any_more_is_reported_and_left_as_it_was() -> None:
    ids = competing()
    wave = planned()
    last = house.approved("A-4", sku="A")
    allocate_orders(make.TESTER, order_ids=[last], now=make.NOW)  # takes the one in Hangzhou

    assert apply_wave(make.TESTER, number=wave.number, now=make.NOW) == Applied(applied=2, changed=1)

    assert list(WaveOrder.objects.filter(outcome="changed").values_list("order_id", flat=True)) == [ids[1]]
    assert Order.objects.get(id=ids[1]).fulfilment_state == "promised"
    assert [one for one in inventory.reservations_of_orders([ids[1]]) if one.state == "open"] == []
    assert inventory.differences() == []


def test_an_order_cancelled_meanwhile_is_not_served() -> None:
    ids = competing()
    wave = planned()
    cancel_order(make.TESTER, order_id=ids[0], cause="customer", reason="", now=make.NOW)

    assert apply_wave(make.TESTER, number=wave.number, now=make.NOW) == Applied(applied=2, changed=1)

    assert inventory.reservations_of_orders([ids[0]]) == []


def test_a_discarded_wave_sets_nothing_aside_and_cannot_be_applied() -> None:
    competing()
    wave = planned()

    discard_wave(make.TESTER, number=wave.number, reason="wrong day", now=make.NOW)

    with pytest.raises(NotPossible):
        apply_wave(make.TESTER, number=wave.number, now=make.NOW)
    assert not Allocation.objects.exists()
    assert set(Order.objects.values_list("fulfilment_state", flat=True)) == {"promised"}


def test_an_applied_wave_cannot_be_applied_again() -> None:
    competing()
    wave = planned(mode="flow")
    apply_wave(make.TESTER, number=wave.number, now=make.NOW)

    with pytest.raises(NotPossible):
        apply_wave(make.TESTER, number=wave.number, now=make.NOW)

    assert Allocation.objects.count() == 3


def test_a_wave_without_orders_is_refused() -> None:
    house.warehouses()

    with pytest.raises(waves.NothingToPlan):
        waves.run_wave(make.TESTER, now=make.NOW)


def test_a_wave_of_one_order_chooses_what_it_would_get_at_once() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=1, chengdu=5)
    order_id = house.approved()
    wave = planned()

    allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW)

    assert wave.orders.get().why["chosen"] == Allocation.objects.get().why["chosen"]
