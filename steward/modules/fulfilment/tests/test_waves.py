"""A wave is planned beside one-by-one, then carried out or thrown away; what stock no longer allows is reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.kernel.errors import NotPossible
from steward.modules.fulfilment.commands import waves
from steward.modules.fulfilment.commands.allocating import allocate_orders
from steward.modules.fulfilment.commands.wave_deciding import Applied, _apply_some, apply_wave, discard_wave
from steward.modules.fulfilment.models import Allocation, Wave, WaveOrder
from steward.modules.fulfilment.tests import house
from steward.modules.inventory import queries as inventory
from steward.modules.orders.commands import changing
from steward.modules.orders.commands.cancel import cancel_order
from steward.modules.orders.models import ExceptionCase, Order
from steward.modules.orders.rules.change_plan import LineWish, Wish
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


def begun(wave: Wave) -> None:
    """Carry a wave out up to its first order, as if everything had stopped then."""
    first = wave.orders.order_by("id").values_list("id", flat=True)[:1]
    _apply_some(make.TESTER, wave_id=wave.id, row_ids=list(first), now=make.NOW)


def test_a_wave_that_was_carried_out_in_part_is_not_discarded() -> None:
    competing()
    wave = planned()
    begun(wave)

    with pytest.raises(NotPossible):
        discard_wave(make.TESTER, number=wave.number, reason="wrong day", now=make.NOW)

    assert Wave.objects.get().state == "planned"


def test_a_wave_that_stopped_in_the_middle_goes_on_to_its_end() -> None:
    competing()
    wave = planned()
    begun(wave)

    assert apply_wave(make.TESTER, number=wave.number, now=make.NOW) == Applied(applied=3, changed=0)

    assert Allocation.objects.filter(state="placed").count() == 3
    assert inventory.differences() == []


def test_an_order_that_wants_more_than_when_the_wave_was_planned_is_not_served_by_half() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=9)
    order_id = house.approved(quantity=1)
    wave = planned()
    wish = Wish(
        kind="lines", reason="Two", lines=[LineWish(line_id=Order.objects.get(id=order_id).lines.get().id, quantity=2)]
    )
    change_id = changing.propose_change(make.TESTER, order_id=order_id, wish=wish, now=make.NOW)
    changing.confirm_change(make.TESTER, change_id=change_id, now=make.NOW)
    house.approve_orders([order_id])

    assert apply_wave(make.TESTER, number=wave.number, now=make.NOW) == Applied(applied=0, changed=1)

    assert inventory.reservations_of_orders([order_id]) == []
    assert allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW).placed == [order_id]
    assert [one.quantity for one in inventory.reservations_of_orders([order_id])] == [2]


@pytest.mark.parametrize(("days", "found"), [(0, Applied(1, 0)), (2, Applied(1, 0)), (4, Applied(0, 1))])
def test_goods_that_would_not_keep_any_more_when_a_wave_is_carried_out_stay(days: int, found: Applied) -> None:
    house.warehouses()
    house.lot(make.item("MILK", minimum_remaining_days=20), "hangzhou", 5, keeps_days=25)
    house.approved(sku="MILK")
    wave = planned()
    assert wave.orders.get().why["chosen"][0]["days"] == 2

    assert apply_wave(make.TESTER, number=wave.number, now=make.NOW + timedelta(days=days)) == found


def test_orders_a_wave_leaves_out_wait_as_exceptions() -> None:
    house.warehouses()
    house.lot(make.item("MILK", minimum_remaining_days=20), "hangzhou", 5, keeps_days=15)
    ids = [house.approved(f"A-{number}", sku="MILK") for number in range(3)]
    wave = planned()

    assert apply_wave(make.TESTER, number=wave.number, now=make.NOW) == Applied(applied=0, changed=0)

    assert set(Allocation.objects.values_list("order_id", "state", "wave_id")) == {
        (id_, "nothing", wave.id) for id_ in ids
    }
    assert ExceptionCase.objects.filter(detector__code="not_allocated").count() == 3
