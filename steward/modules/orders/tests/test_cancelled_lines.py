"""What a cancellation document of the source does to an order that is still alive."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel.models import Event as LoggedEvent
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.models import Promise
from steward.modules.orders.commands import cancellations
from steward.modules.orders.models import Line, Order
from steward.modules.orders.rules.drafts import LineDraft
from steward.modules.orders.rules.mapping_outcome import CancelledLine
from tests import make

pytestmark = pytest.mark.django_db


def _cancel(number: str, *lines: tuple[str, int]) -> None:
    shop = catalog.shops_by_code()["own"]
    document = [
        CancelledLine(number, position, sku, quantity, quantity * 19_900, make.NOW + timedelta(hours=1), "mei-88")
        for position, (sku, quantity) in enumerate(lines, 1)
    ]
    cancellations.record_cancellations(make.TESTER, shop=shop, documents=[document])
    cancellations.match_cancellations(make.TESTER, shop_id=shop.id, now=make.NOW + timedelta(hours=2))


def _promised() -> dict[str, int]:
    return dict(Promise.objects.values_list("item__sku", "promised"))


def test_a_cancelled_part_of_a_line_gives_back_just_that_part() -> None:
    make.item(stock=5)
    make.order(quantity=3)

    _cancel("C-1", ("TENT-2", 2))

    order = Order.objects.get()
    assert _promised() == {"TENT-2": 1}
    assert (order.state, order.fulfilment_state) == ("checked", "promised")
    assert inventory.differences() == []


def test_an_order_without_a_line_left_is_cancelled_with_the_document_as_reason() -> None:
    make.item(stock=5)
    make.order(quantity=3)

    _cancel("C-1", ("TENT-2", 2))
    _cancel("C-2", ("TENT-2", 1))

    order = Order.objects.get()
    assert (order.state, order.cancel_cause, order.fulfilment_state) == ("cancelled", "cancelled_at_source", "released")
    assert LoggedEvent.objects.get(kind="orders.order_cancelled").data["reason"] == "C-2"
    assert _promised() == {"TENT-2": 0}
    assert inventory.differences() == []


def test_goods_given_back_by_a_cancelled_line_go_to_who_waits() -> None:
    make.item(stock=3)
    make.order("A-1", quantity=3)
    make.order("A-2", quantity=2, placed_at=make.NOW + timedelta(days=1))

    _cancel("C-1", ("TENT-2", 2))
    make.settle()

    assert Order.objects.get(external_number="A-2").fulfilment_state == "promised"


def test_a_short_order_that_wants_less_is_promised_what_is_left_of_it() -> None:
    make.item(stock=3)
    make.order(quantity=5)
    make.settle()
    assert Order.objects.get().fulfilment_state == "short"

    _cancel("C-1", ("TENT-2", 2))
    make.settle()

    order = Order.objects.get()
    assert (order.state, order.fulfilment_state) == ("checked", "promised")


def test_an_order_that_keeps_only_what_needs_no_stock_waits_for_no_goods() -> None:
    make.item("GONE")
    make.item("SERVICE", stocked=False)
    make.order(lines=[LineDraft(sku=sku, unit_price_minor=19_900) for sku in ("GONE", "SERVICE")])

    _cancel("C-1", ("GONE", 1))

    order = Order.objects.get()
    assert (order.state, order.fulfilment_state) == ("checked", "none")


def test_matching_again_changes_nothing() -> None:
    make.item(stock=5)
    make.order(quantity=3)
    _cancel("C-1", ("TENT-2", 2))

    _cancel("C-1", ("TENT-2", 2))

    assert (_promised(), Line.objects.get().cancelled_quantity) == ({"TENT-2": 1}, 2)
