"""A bundle is promised as its components, waits for them and gives them back."""

from __future__ import annotations

import pytest

from steward.modules.catalog.commands import set_components
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.orders.commands.cancel import cancel_order
from steward.modules.orders.models import Order, OrderFinding
from steward.modules.orders.queries import detail
from steward.modules.orders.rules import offers
from steward.modules.orders.rules.drafts import LineDraft
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def kit() -> dict[str, int]:
    """Put a kit of one tent and two lamps on sale; three tents and five lamps lie on the shelf."""
    items = {"TENT": make.item("TENT", stock=3), "LAMP": make.item("LAMP", stock=5), "KIT": make.item("KIT")}
    set_components(make.TESTER, item_id=items["KIT"], components={"TENT": 1, "LAMP": 2})
    return items


def promised(order_id: int) -> dict[int, int]:
    """Return what an order holds: item → pieces."""
    return {one.item_id: one.quantity for one in inventory.promises_of_order(order_id)}


def test_a_bundle_promises_its_components_beside_the_same_goods_alone(kit: dict[str, int]) -> None:
    lines = [LineDraft("KIT", 1, 19_900), LineDraft("LAMP", 1, 19_900)]

    order = make.order(lines=lines).order_id

    assert promised(order) == {kit["TENT"]: 1, kit["LAMP"]: 3}
    assert [(one.sku, one.quantity) for one in detail.order_detail(order).promises] == [("TENT", 1), ("LAMP", 3)]


def test_a_bundle_is_short_of_what_its_components_are_short_of(kit: dict[str, int]) -> None:
    order = make.order(sku="KIT", quantity=3).order_id

    finding = OrderFinding.objects.get(order_id=order, code="short_of_stock")

    assert finding.params == {"sku": "LAMP", "wanted": "6", "available": "5"}
    assert promised(order) == {}


def test_a_bundle_that_waits_gets_its_goods_when_a_component_arrives(kit: dict[str, int]) -> None:
    order = make.order(sku="KIT", quantity=3).order_id

    record_movements(make.TESTER, movements=[MovementDraft("hangzhou", kit["LAMP"], "received", 1)])
    make.settle()

    assert promised(order) == {kit["TENT"]: 3, kit["LAMP"]: 6}
    assert Order.objects.get(id=order).fulfilment_state == "promised"


def test_what_a_cancelled_bundle_gives_back_goes_to_who_waits_for_a_component(kit: dict[str, int]) -> None:
    first = make.order("A-1", sku="KIT", quantity=2).order_id
    second = make.order("A-2", sku="LAMP", quantity=3).order_id

    cancel_order(make.TESTER, order_id=first, cause="customer", reason="", now=make.NOW)
    make.settle()

    assert promised(first) == {}
    assert promised(second) == {kit["LAMP"]: 3}
    assert inventory.differences() == []


def test_goods_that_several_lines_want_are_counted_once() -> None:
    parts = {1: {9: 2}, 2: {9: 1, 8: 1}}

    assert offers.free_whole({1: 2, 2: 3, 9: 1}, {9: 6, 8: 5}, parts) == {1: 3, 2: 2, 9: 0}
