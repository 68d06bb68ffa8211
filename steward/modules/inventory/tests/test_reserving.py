"""Goods are set aside within promise and stock, given back, and leave once."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from steward.kernel.models import Event
from steward.modules.inventory import queries
from steward.modules.inventory.commands import promising, reserving
from steward.modules.inventory.commands.moving import MovementDraft, NotThere, record_movements
from steward.modules.inventory.commands.places import open_warehouse
from steward.modules.inventory.commands.reserving import Placement, ship_reservations
from steward.modules.inventory.models import Movement, PromiseEntry, Reservation, Stock
from steward.modules.inventory.tests import stage
from tests import make

pytestmark = pytest.mark.django_db


def test_an_order_gets_all_it_is_placed_or_nothing() -> None:
    item = make.item(stock=5)
    stage.promise(make.TESTER, order_id=1, units={item: 3})
    stage.promise(make.TESTER, order_id=2, units={item: 2})
    row = stage.row_of(item)

    missing = stage.reserve(
        make.TESTER,
        placements=[Placement(1, 11, item, row.id, 3), Placement(2, 21, item, row.id, 2)],
    )

    assert missing == {}
    assert stage.row_of(item).reserved == 5
    assert [one.line_id for one in queries.reservations_of_orders([1, 2])] == [11, 21]
    assert queries.stock_for_allocation([item], "main") == []


def test_more_than_was_promised_is_not_set_aside() -> None:
    item = make.item(stock=5)
    stage.promise(make.TESTER, order_id=1, units={item: 2})
    row = stage.row_of(item)

    beyond = stage.reserve(make.TESTER, placements=[Placement(1, None, item, row.id, 3)])
    of_a_stranger = stage.reserve(make.TESTER, placements=[Placement(9, None, item, row.id, 1)])

    assert (beyond, of_a_stranger) == ({1: {row.id: 3}}, {9: {row.id: 1}})
    assert not Reservation.objects.exists()
    assert stage.row_of(item).reserved == 0


def test_what_lies_elsewhere_is_missing_here() -> None:
    item = make.item(stock=1)
    make.arrival(item, 4, warehouse="chengdu")
    stage.promise(make.TESTER, order_id=1, units={item: 3})
    here, there = stage.row_of(item), stage.row_of(item, warehouse="chengdu")

    assert stage.reserve(make.TESTER, placements=[Placement(1, None, item, here.id, 3)]) == {1: {here.id: 2}}
    split = [Placement(1, None, item, here.id, 1), Placement(1, None, item, there.id, 2)]
    assert stage.reserve(make.TESTER, placements=split) == {}


def test_goods_of_another_pool_keep_no_promise() -> None:
    item = make.item(stock=3)
    open_warehouse(make.TESTER, code="outlet", name="奥莱仓", pool="outlet")
    make.arrival(item, 3, warehouse="outlet")
    stage.promise(make.TESTER, order_id=1, units={item: 1})
    elsewhere = stage.row_of(item, warehouse="outlet")

    assert stage.reserve(make.TESTER, placements=[Placement(1, None, item, elsewhere.id, 1)]) == {1: {elsewhere.id: 1}}


def test_a_cancelled_order_gives_back_what_was_set_aside() -> None:
    item = make.item(stock=5)
    stage.promise(make.TESTER, order_id=1, units={item: 3})
    stage.set_aside(1, item, 3)

    stage.release(make.TESTER, order_id=1)
    stage.release(make.TESTER, order_id=1)

    assert Reservation.objects.get().state == "released"
    assert stage.row_of(item).reserved == 0
    assert stage.balances(item) == (5, 0)
    assert queries.differences() == []


def test_a_lowered_promise_keeps_what_still_fits_set_aside() -> None:
    item = make.item(stock=9)
    stage.promise(make.TESTER, order_id=1, units={item: 6})
    stage.set_aside(1, item, 4)
    stage.set_aside(1, item, 2)

    with transaction.atomic():
        promising.lower_promises(still_wanted={1: {item: 3}})

    assert sum(Reservation.objects.filter(state="open").values_list("quantity", flat=True)) == 3
    assert stage.row_of(item).reserved == 3
    assert queries.differences() == []
    told = Event.objects.get(kind="inventory.reservations_lost")
    assert (told.subject_id, told.data["reason"]) == (1, "wants_less")


def test_a_promise_lowered_by_what_is_set_aside_nowhere_disturbs_nobody() -> None:
    item = make.item(stock=9)
    stage.promise(make.TESTER, order_id=1, units={item: 6})
    stage.set_aside(1, item, 4)

    with transaction.atomic():
        promising.lower_promises(still_wanted={1: {item: 4}})

    assert [one.quantity for one in Reservation.objects.filter(state="open")] == [4]
    assert not Event.objects.filter(kind="inventory.reservations_lost").exists()


def test_what_is_owed_is_what_was_promised_and_neither_set_aside_nor_gone() -> None:
    item, other = make.item(stock=9), make.item("LAMP", stock=2)
    stage.promise(make.TESTER, order_id=1, units={item: 6, other: 1})
    ship_reservations(make.TESTER, reservation_ids=[stage.set_aside(1, item, 1)], reference="SH-1", now=make.NOW)
    stage.set_aside(1, item, 2)
    stage.set_aside(1, other, 1)

    with transaction.atomic():
        owed = reserving.owed_units([1, 2])

    assert owed == queries.open_promises([1, 2]) == {1: {item: 3}}


def test_goods_that_leave_keep_the_promise_once() -> None:
    item = make.item(stock=5)
    stage.promise(make.TESTER, order_id=1, units={item: 3})
    reservation = stage.set_aside(1, item, 3)

    sent = [
        ship_reservations(make.TESTER, reservation_ids=[reservation], reference="SH-1", now=make.NOW) for _ in range(2)
    ]

    assert sent == [1, 0]
    row = stage.row_of(item)
    assert (row.on_hand, row.reserved) == (2, 0)
    assert stage.balances(item) == (2, 0)
    assert Movement.objects.filter(kind="shipped").values_list("quantity", "reference").get() == (-3, "SH-1")
    assert PromiseEntry.objects.filter(kind="fulfilled").values_list("quantity", flat=True).get() == -3
    assert queries.promises_of_order(1) == []
    assert queries.differences() == []


def test_after_a_part_has_left_only_the_rest_is_given_back() -> None:
    item = make.item(stock=5)
    stage.promise(make.TESTER, order_id=1, units={item: 4})
    first = stage.set_aside(1, item, 1)
    stage.set_aside(1, item, 3)
    ship_reservations(make.TESTER, reservation_ids=[first], reference="SH-1", now=make.NOW)

    with transaction.atomic():
        promising.lower_promises(still_wanted={1: {item: 2}})

    assert [(one.item_id, one.quantity) for one in queries.promises_of_order(1)] == [(item, 1)]
    assert stage.row_of(item).reserved == 1
    assert queries.differences() == []


def test_goods_set_aside_do_not_leave_by_hand() -> None:
    item = make.item(stock=2)
    make.arrival(item, 5, warehouse="chengdu")
    stage.promise(make.TESTER, order_id=1, units={item: 2})
    stage.set_aside(1, item, 2)

    with pytest.raises(NotThere) as refused:
        record_movements(make.TESTER, movements=[MovementDraft("hangzhou", item, "shipped", -1)])

    assert refused.value.params["free"] == 0
    assert stage.row_of(item).on_hand == 2
    assert queries.differences() == []


def test_what_expires_first_is_offered_first_and_the_expired_never() -> None:
    item = make.item(shelf_life_days=30)
    make.arrival_of_lots(item, {"OLD": date(2026, 2, 1), "LATE": date(2026, 9, 1), "SOON": date(2026, 4, 1)})

    found = queries.stock_for_allocation([item], "main", today=date(2026, 3, 2))

    assert [one.lot_code for one in found] == ["SOON", "LATE"]


def test_the_database_refuses_more_set_aside_than_lies_there() -> None:
    item = make.item(stock=2)

    with pytest.raises(IntegrityError, match="stock_never_oversold"), transaction.atomic():
        Stock.objects.filter(item_id=item).update(reserved=3)


def test_a_reservation_of_another_item_is_a_mistake_of_the_program() -> None:
    item, other = make.item(stock=2), make.item("LAMP", stock=1)
    stage.promise(make.TESTER, order_id=1, units={other: 1})

    with pytest.raises(ValueError, match="not of item"), transaction.atomic():
        reserving.reserve_stock([Placement(1, None, other, stage.row_of(item).id, 1)])
