"""Whoever changes orders takes its locks in the one order of the house, so that nobody waits for who waits for him."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from steward.kernel import moment
from steward.modules.fulfilment.commands.allocating import allocate_orders
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.models import Hold, Movement, Stock
from steward.modules.logistics.commands import handing_over
from steward.modules.logistics.models import Manifest
from steward.modules.logistics.tests import ship
from steward.modules.orders.commands import cancel, changing
from steward.modules.orders.models import Line, Order, OrderChange
from steward.modules.orders.rules.change_effects import Share
from steward.modules.orders.rules.change_plan import LineWish, Wish
from tests import make
from tests.races.crowd import behind, in_turn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PRICE = 19_900


def allocated(number: str, *, quantity: int = 2) -> Order:
    """Take in a paid order of Mei's and set its goods aside."""
    facts: dict[str, Any] = {"payments": [make.payment(quantity * PRICE, f"T-{number}")]}
    facts["placed_at"] = make.NOW - timedelta(hours=Order.objects.count())
    order_id = make.order(number, quantity=quantity, now=moment.now(), **facts).order_id
    make.settle()
    allocate_orders(make.TESTER, order_ids=[order_id], now=moment.now())
    one = Order.objects.get(id=order_id)
    assert one.fulfilment_state == "allocated"
    return one


def proposed(one: Order, kind: Any, **facts: Any) -> int:
    """Preview a change."""
    wish = Wish(kind=kind, reason="The customer called", **facts)
    return changing.propose_change(make.TESTER, order_id=one.id, wish=wish, now=moment.now())


def confirm(change_id: int) -> None:
    """Carry it out."""
    changing.confirm_change(make.TESTER, change_id=change_id, now=moment.now())


def more_pieces(one: Order) -> int:
    """Preview one piece more."""
    return proposed(one, "lines", lines=[LineWish(line_id=Line.objects.get(order=one).id, quantity=3)])


def a_part(one: Order) -> int:
    """Preview a split."""
    return proposed(one, "split", shares=[Share(Line.objects.get(order=one).id, 1)])


def another(one: Order) -> int:
    """Preview that an order goes into this one."""
    return proposed(one, "merge", other_number=allocated("A-2").number)


def taken_apart(one: Order) -> int:
    """Preview that an order that went into this one is taken out again."""
    confirm(another(one))
    make.settle()
    allocate_orders(make.TESTER, order_ids=[one.id], now=moment.now())
    return proposed(one, "unmerge", undoes=OrderChange.objects.get(kind="merge").id)


@pytest.mark.parametrize("change", [more_pieces, a_part, another, taken_apart])
def test_a_change_of_an_allocated_order_does_not_hold_stock_while_it_waits_for_promises(
    change: Callable[[Order], int],
) -> None:
    # given: goods that arrive, which take the promises before the stock
    item = make.item(stock=50)
    change_id = change(allocated("A-1"))
    # when: they arrive just before the change
    in_turn(partial(make.arrival, item, 5), partial(confirm, change_id))
    # then: both come through, and the books agree
    assert OrderChange.objects.get(id=change_id).state == "confirmed"
    assert Stock.objects.get(item_id=item).on_hand == 55
    assert inventory.differences() == []


def test_a_cancel_does_not_hold_promises_while_it_waits_for_the_money_of_its_family() -> None:
    # given: two parts of one order; to change one is to count the money of both
    make.item(stock=50)
    one = allocated("A-1", quantity=3)
    confirm(a_part(one))
    part = Order.objects.get(split_from=one)
    change_id = more_pieces(one)
    call_off = partial(
        cancel.cancel_order, make.TESTER, order_id=part.id, cause="customer", reason="Called", now=moment.now()
    )
    # when
    in_turn(call_off, partial(confirm, change_id))
    # then
    part.refresh_from_db()
    assert (part.state, OrderChange.objects.get(id=change_id).state) == ("cancelled", "confirmed")
    assert not Hold.objects.filter(order_id=part.id, state__in=("held", "firm")).exists()
    assert inventory.differences() == []


def test_parcels_for_two_carriers_leave_without_waiting_for_goods_that_arrive() -> None:
    # given: the first carrier takes the goods that come last in the ledger, the second those that come first
    items = [make.item(sku, stock=10) for sku in ("TENT-1", "TENT-2")]
    carriers = [ship.service(f"{carrier}-std", carrier) for carrier in ("first", "second")]
    numbers = [
        ship.packed(
            f"A-{place}",
            item_id=items[1 - place],
            sku=f"TENT-{2 - place}",
            service_id=service.id,
            tracking_number=f"SF123456789012{place}",
        )
        for place, service in enumerate(carriers)
    ]
    # when: goods of both arrive, in that order
    first, second = (partial(make.arrival, item, 5) for item in items)
    behind(first, partial(handing_over.hand_over, make.TESTER, numbers=numbers, now=make.NOW), last=second)
    # then: both come through, each carrier with a manifest of its own
    left = Movement.objects.filter(kind="shipped").order_by("id")
    assert list(left.values_list("item_id", flat=True)) == items[::-1]
    assert [one.reference for one in left] == [one.number for one in Manifest.objects.order_by("id")]
    assert inventory.differences() == []
