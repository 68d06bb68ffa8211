"""Who got nothing is tried again in turn, when it is due and as the policy says; nobody is left out for others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from steward.kernel import moment, parameters
from steward.modules.catalog.commands import set_components
from steward.modules.fulfilment.commands.allocating import allocate_orders
from steward.modules.fulfilment.commands.choosing import choices_of
from steward.modules.fulfilment.commands.placing import Made, note_unsettled, place_choices
from steward.modules.fulfilment.commands.policies import set_policy
from steward.modules.fulfilment.commands.retrying import AFTER_MIN, AT_MOST, retry_items, retry_waiting
from steward.modules.fulfilment.models import Allocation
from steward.modules.fulfilment.queries.allocations import live_allocations, waiting_for_items
from steward.modules.fulfilment.queries.policies import policy_in_force
from steward.modules.fulfilment.queries.snapshots import snapshots
from steward.modules.fulfilment.rules import single
from steward.modules.fulfilment.rules.policy import SHIPPED
from steward.modules.fulfilment.tests import house
from steward.modules.inventory import queries as inventory
from steward.modules.orders.models import ExceptionCase, Order
from steward.modules.orders.queries.allocating import OPEN
from steward.modules.orders.rules.drafts import LineDraft
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def at_most(orders: int) -> None:
    """Let so many orders be tried again at once."""
    parameters.set_parameter(make.administrator(), name=AT_MOST.name, new=orders, reason="a slow machine")


def by_waves() -> None:
    """Let orders wait for waves."""
    weights = {**msgspec.to_builtins(SHIPPED), "at_once": False}
    set_policy(make.manager_zhao(), weights=weights, expected_version=1, reason="waves are cheaper")


def without_goods(*numbers: str) -> list[int]:
    """Approve orders over milk that would not keep; they found nothing, one an hour."""
    if not Order.objects.exists():
        house.warehouses()
        house.lot(make.item("MILK", minimum_remaining_days=20), "hangzhou", 50, keeps_days=15)
    ids = [house.approved(number, sku="MILK") for number in numbers]
    for hours, id_ in enumerate(ids):
        allocate_orders(make.TESTER, order_ids=[id_], now=make.NOW + hours * HOUR)
    return ids


def tried_last(order_ids: Sequence[int]) -> list[int]:
    """Tell how many hours after everything began orders were tried last."""
    tried = dict(Allocation.objects.values_list("order_id", "tried_at"))
    return [round((tried[id_] - make.NOW) / HOUR) for id_ in order_ids]


def reserved(order_id: int) -> dict[str, int]:
    """Tell what is set aside for an order."""
    return {one.sku: one.quantity for one in inventory.reservations_of_orders([order_id]) if one.state == "open"}


def test_orders_that_found_nothing_are_tried_in_turn_however_many_there_are() -> None:
    ids = without_goods("A-1", "A-2", "A-3")
    at_most(1)

    for hours in (10, 11, 12):
        retry_waiting(make.TESTER, now=make.NOW + hours * HOUR)

    assert tried_last(ids) == [10, 11, 12]


def test_orders_nobody_tried_come_before_those_that_found_nothing() -> None:
    ids = without_goods("A-1", "A-2")
    house.stock(make.item("LAMP"), hangzhou=1)
    missed = house.approved("A-3", sku="LAMP")
    at_most(1)

    assert retry_waiting(make.TESTER, now=make.NOW + 10 * HOUR) == 1

    assert (Order.objects.get(id=missed).fulfilment_state, tried_last(ids)) == ("allocated", [0, 1])


def test_an_order_is_not_tried_again_before_it_is_due() -> None:
    ids = without_goods("A-1")
    after = timedelta(minutes=parameters.value(AFTER_MIN))

    retry_waiting(make.TESTER, now=make.NOW + after - timedelta(seconds=1))
    early = Allocation.objects.get().tried_at
    retry_waiting(make.TESTER, now=make.NOW + after)

    assert (early, Allocation.objects.get().tried_at) == (make.NOW, make.NOW + after)
    assert ids == [Allocation.objects.get().order_id]


def test_goods_that_come_are_offered_to_whoever_wants_them_however_many_want_others() -> None:
    without_goods("A-1", "A-2", "A-3")
    item = make.item("CHEESE", minimum_remaining_days=20)
    house.lot(item, "hangzhou", 5, keeps_days=15)
    cheese = house.approved("A-4", sku="CHEESE")
    allocate_orders(make.TESTER, order_ids=[cheese], now=make.NOW + 20 * HOUR)
    at_most(1)

    house.lot(item, "chengdu", 1, keeps_days=90)
    with moment.frozen(make.NOW):
        make.settle()

    assert reserved(cheese) == {"CHEESE": 1}


def test_goods_inside_a_bundle_are_looked_for_as_well() -> None:
    house.warehouses()
    milk = make.item("MILK", minimum_remaining_days=20)
    house.lot(milk, "hangzhou", 5, keeps_days=15)
    set_components(make.TESTER, item_id=make.item("BREAKFAST"), components={"MILK": 2})
    order_id = house.approved(sku="BREAKFAST")
    allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW)

    assert waiting_for_items([milk], states=OPEN, limit=10) == [order_id]
    assert waiting_for_items([milk + 1_000], states=OPEN, limit=10) == []


def test_what_waits_for_a_wave_by_policy_is_left_to_it() -> None:
    ids = without_goods("A-1")
    milk = Order.objects.get(id=ids[0]).lines.get().item_id
    house.lot(milk, "chengdu", 5, keeps_days=90)
    by_waves()

    later = make.NOW + 10 * HOUR
    assert retry_waiting(make.TESTER, now=later) == retry_items(make.TESTER, item_ids=[milk], now=later) == 0

    assert tried_last(ids) == [0]


def test_the_rest_of_an_order_of_which_a_part_has_left_waits_for_no_wave() -> None:
    ids = without_goods("A-1")
    milk = Order.objects.get(id=ids[0]).lines.get().item_id
    Order.objects.filter(id__in=ids).update(fulfilment_state="partly_shipped")
    house.lot(milk, "chengdu", 5, keeps_days=90)
    by_waves()

    assert retry_waiting(make.TESTER, now=make.NOW + 10 * HOUR) == 1

    assert reserved(ids[0]) == {"MILK": 1}


def test_an_order_whose_goods_others_took_again_and_again_is_an_exception_and_is_tried_later() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=1)
    order_id = house.approved()
    policy = policy_in_force()
    snapshot = snapshots([order_id], policy.weights, now=make.NOW)[0]
    choices = choices_of(snapshot, single.serve_all(snapshot.problem))

    for _ in range(2):
        note_unsettled(make.TESTER, choices=choices, made=Made("single", policy.version), now=make.NOW)

    noted = live_allocations([order_id])[order_id]
    assert (noted.state, noted.why["chosen"]) == ("nothing", [])
    assert {one["code"]: one["reason"] for one in noted.why["rejected"]}["hangzhou"] == "taken"
    assert ExceptionCase.objects.get(detector__code="not_allocated").order_id == order_id
    assert retry_waiting(make.TESTER, now=make.NOW + HOUR) == 1


def test_a_choice_of_half_an_order_is_not_placed() -> None:
    house.warehouses()
    house.stock(make.item("A"), hangzhou=5)
    house.stock(make.item("B"), hangzhou=5)
    order_id = house.approved(lines=[LineDraft("A", 1, 19_900), LineDraft("B", 1, 19_900)])
    policy = policy_in_force()
    snapshot = snapshots([order_id], policy.weights, now=make.NOW)[0]
    whole = choices_of(snapshot, single.serve_all(snapshot.problem))[0]
    half = msgspec.structs.replace(whole, placements=whole.placements[:1])
    made = Made("single", policy.version)

    done = place_choices(make.TESTER, choices=[half], made=made, now=make.NOW)

    assert (done.placed, done.changed, reserved(order_id)) == ([], [order_id], {})
    assert place_choices(make.TESTER, choices=[whole], made=made, now=make.NOW).placed == [order_id]


@pytest.mark.parametrize("recipe", [{"TENT": 1, "LAMP": 3}, {"LAMP": 1}, {"TENT": 1, "LAMP": 2, "ROPE": 1}])
def test_a_bundle_ordered_before_its_recipe_changed_is_served_as_promised(recipe: dict[str, int]) -> None:
    house.warehouses()
    for sku in ("TENT", "LAMP", "ROPE"):
        house.stock(make.item(sku), hangzhou=9)
    kit = make.item("KIT")
    set_components(make.TESTER, item_id=kit, components={"TENT": 1, "LAMP": 2})
    order_id = house.approved(lines=[LineDraft("KIT", 2, 19_900), LineDraft("LAMP", 1, 19_900)])

    set_components(make.TESTER, item_id=kit, components=recipe)
    done = allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW)

    assert done.placed == [order_id]
    found: Counter[str] = Counter()
    for one in inventory.reservations_of_orders([order_id]):
        found[one.sku] += one.quantity
    assert found == {"TENT": 2, "LAMP": 5}
    assert inventory.differences() == []
