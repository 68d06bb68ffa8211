"""Goods come in from suppliers and other warehouses, in parts and with differences."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from steward.kernel import errors, parameters
from steward.modules.inventory import queries
from steward.modules.inventory.commands import receiving, supply
from steward.modules.inventory.commands.moving import UnfitMovement
from steward.modules.inventory.commands.receiving import ReceiptLine, receive_supply, settle_difference
from steward.modules.inventory.commands.supply import SupplyLineDraft, UnfitSupply, order_goods, plan_transfer
from steward.modules.inventory.models import Movement, ReceiptDifference, Supply
from steward.modules.inventory.queries import boards, supplies
from steward.modules.inventory.queries import planning as plans
from steward.modules.inventory.tests import stage
from tests import make

pytestmark = pytest.mark.django_db


def bought(quantity: int = 10, sku: str = "TENT-2", **facts: Any) -> str:
    """Order goods for Hangzhou; return the number."""
    make.arrival(make.item("ANY"), 1)
    return order_goods(
        make.TESTER,
        supplier="山野户外厂",
        warehouse="hangzhou",
        lines=[SupplyLineDraft(sku, quantity)],
        now=make.NOW,
        **facts,
    )


def come(number: str, *lines: ReceiptLine, **facts: Any) -> receiving.Receipt:
    """Receive goods."""
    return receive_supply(make.TESTER, number=number, lines=lines, now=make.NOW, **facts)


def test_goods_ordered_are_on_their_way_until_they_came() -> None:
    item = make.item()
    number = bought(expected_date=date(2026, 3, 9))

    coming = boards.board([item])[item]
    part = come(number, ReceiptLine("TENT-2", 4))
    rest = boards.board([item])[item]
    whole = come(number, ReceiptLine("TENT-2", 6))

    assert [(one.warehouse_code, one.in_transit, one.expected_date) for one in coming] == [
        ("hangzhou", 10, date(2026, 3, 9))
    ]
    assert (part.state, rest[0].in_transit, rest[0].on_hand) == ("partly_received", 6, 4)
    assert (whole.state, whole.differences) == ("received", 0)
    assert stage.balances(item) == (10, 0)
    assert list(Movement.objects.filter(item_id=item).values_list("kind", "reference").distinct()) == [
        ("received", number)
    ]


def test_an_order_of_goods_names_everything_that_is_wrong_and_orders_nothing() -> None:
    make.item()
    make.item("CHEESE", storage_class="chilled")
    make.arrival(make.item("ANY"), 1)
    lines = [SupplyLineDraft("GONE", 1), SupplyLineDraft("TENT-2", 0), SupplyLineDraft("CHEESE", 2)]

    with pytest.raises(UnfitSupply) as refused:
        order_goods(make.TESTER, supplier=" ", warehouse="hangzhou", lines=lines, now=make.NOW)

    assert [(one["field"], one["code"]) for one in refused.value.findings] == [
        ("supplier", "no_supplier"),
        ("lines.0.sku", "unknown_item"),
        ("lines.1.quantity", "counts"),
        ("lines.2.sku", "no_zone"),
    ]
    assert not Supply.objects.exists()


def test_a_receipt_names_everything_that_is_wrong_and_books_nothing() -> None:
    item = make.item()
    number = bought()
    lines = (ReceiptLine("TENT-2", 5), ReceiptLine("GONE", 1), ReceiptLine("ANY", 1), ReceiptLine("TENT-2", -1))

    with pytest.raises(UnfitMovement) as refused:
        come(number, *lines)

    assert [(one["field"], one["code"]) for one in refused.value.findings] == [
        ("lines.1.sku", "sku_unknown"),
        ("lines.2.sku", "not_ordered"),
        ("lines.3.quantity", "counts"),
    ]
    assert not Movement.objects.filter(item_id=item).exists()
    assert Supply.objects.get().state == "on_the_way"


def test_damaged_pieces_are_kept_apart_and_noted_with_their_reason() -> None:
    item = make.item()
    number = bought()

    with pytest.raises(UnfitMovement, match="TENT-2"):
        come(number, ReceiptLine("TENT-2", 8, damaged=2))
    receipt = come(number, ReceiptLine("TENT-2", 8, damaged=2, reason="外箱压坏"))

    assert (receipt.state, receipt.damaged) == ("received", 2)
    assert stage.balances(item) == (8, 0)
    assert stage.row_of(item, condition="damaged").on_hand == 2
    noted = supplies.receipt_differences()
    assert [(one.kind, one.quantity, one.reason) for one in noted] == [("damaged", 2, "外箱压坏")]


def test_a_little_more_comes_in_with_a_reason_and_much_more_does_not() -> None:
    make.item()
    number = bought(100)

    with pytest.raises(UnfitMovement) as too_much:
        come(number, ReceiptLine("TENT-2", 106, reason="多发"))
    with pytest.raises(UnfitMovement) as silent:
        come(number, ReceiptLine("TENT-2", 105))
    receipt = come(number, ReceiptLine("TENT-2", 105, reason="多发"))

    assert too_much.value.findings[0]["code"] == "over_tolerance"
    assert silent.value.findings[0]["code"] == "reason_missing"
    assert receipt.state == "received"
    assert ReceiptDifference.objects.values_list("kind", "quantity").get() == ("over", 5)


def test_the_tolerance_is_a_number_of_the_manager() -> None:
    make.item()
    parameters.set_parameter(make.TESTER, name="inventory.over_receipt_percent", new=0, reason="严控")

    with pytest.raises(UnfitMovement):
        come(bought(100), ReceiptLine("TENT-2", 101, reason="多发"))


def test_what_never_came_is_short_once_the_delivery_is_closed() -> None:
    item = make.item()
    number = bought()
    come(number, ReceiptLine("TENT-2", 7))

    with pytest.raises(UnfitMovement):
        come(number, complete=True)
    receipt = come(number, complete=True, reason="供应商缺货")

    assert receipt.state == "closed"
    assert ReceiptDifference.objects.values_list("kind", "quantity", "reason").get() == ("short", 3, "供应商缺货")
    assert boards.board([item])[item][0].in_transit == 0


def test_a_page_shown_before_books_nothing_twice() -> None:
    make.item()
    number = bought()
    version = supplies.supply(number).version
    come(number, ReceiptLine("TENT-2", 4), version=version)

    with pytest.raises(errors.Stale):
        come(number, ReceiptLine("TENT-2", 4), version=version)

    assert supplies.supply(number).lines[0].received == 4


def test_a_difference_is_settled_once() -> None:
    make.item()
    come(bought(), ReceiptLine("TENT-2", 8, damaged=2, reason="外箱压坏"))
    difference = supplies.receipt_differences()[0].id

    settle_difference(make.TESTER, difference_id=difference, settlement="供应商补发 2 件", now=make.NOW)
    with pytest.raises(errors.Stale):
        settle_difference(make.TESTER, difference_id=difference, settlement="再说一次", now=make.NOW)

    assert supplies.receipt_differences() == []
    assert supplies.supply_counts()["differences"] == 0


def test_a_transfer_sends_what_expires_first_and_keeps_its_lots() -> None:
    item = make.item(shelf_life_days=300)
    soon, late = date(2026, 5, 1), date(2026, 9, 1)
    make.arrival_of_lots(item, {"LATE": late, "SOON": soon}, quantity=5)
    make.arrival(make.item("ANY"), 1, warehouse="chengdu")
    number = plan_transfer(
        make.TESTER, origin="hangzhou", warehouse="chengdu", lines=[SupplyLineDraft("TENT-2", 7)], now=make.NOW
    )

    supply.send_transfer(make.TESTER, number=number, expected_date=date(2026, 3, 6), now=make.NOW)
    on_the_way = boards.board([item])[item]
    sellable = stage.balances(item)[0]
    receipt = come(
        number,
        ReceiptLine("TENT-2", 5, lot="SOON"),
        ReceiptLine("TENT-2", 1, damaged=1, lot="LATE", reason="运输破损"),
    )

    assert [(one.warehouse_code, one.on_hand, one.in_transit) for one in on_the_way] == [
        ("chengdu", 0, 7),
        ("hangzhou", 3, 0),
    ]
    assert sellable == 3
    assert receipt.state == "received"
    assert stage.row_of(item, lot="SOON", warehouse="chengdu").on_hand == 5
    assert stage.balances(item) == (9, 0)
    assert queries.differences() == []


def test_a_transfer_of_more_than_lies_there_stays_planned() -> None:
    item = make.item(stock=3)
    make.arrival(make.item("ANY"), 1, warehouse="chengdu")
    number = plan_transfer(
        make.TESTER, origin="hangzhou", warehouse="chengdu", lines=[SupplyLineDraft("TENT-2", 5)], now=make.NOW
    )

    with pytest.raises(UnfitSupply) as refused:
        supply.send_transfer(make.TESTER, number=number, now=make.NOW)
    supply.cancel_transfer(make.TESTER, number=number, now=make.NOW)

    assert refused.value.findings[0]["code"] == "not_enough"
    assert Supply.objects.get().state == "cancelled"
    assert stage.balances(item) == (3, 0)


def test_late_goods_are_known_by_their_expected_day() -> None:
    make.item()
    number = bought(expected_date=date(2026, 3, 1))
    row = supplies.supplies_page(kind="purchase")[0]
    assert row.number == number
    assert row.is_late(date(2026, 3, 2))

    supply.expect_supply(make.TESTER, number=number, expected_date=date(2026, 3, 9), now=make.NOW)

    assert not supplies.supplies_page()[0].is_late(date(2026, 3, 2))
    assert supplies.supplies_page(text="nobody") == []


def test_lead_times_are_learnt_from_what_came() -> None:
    from_supplier = bought(2, sku="ANY")
    receive_supply(make.TESTER, number=from_supplier, lines=[ReceiptLine("ANY", 2)], now=make.NOW + timedelta(days=4))

    assert list(plans.lead_days_seen(since=make.NOW).values()) == [[4.0]]


def test_a_receipt_without_a_piece_is_refused_unless_nothing_more_will_come() -> None:
    make.item()
    number = bought()

    for lines in ((), (ReceiptLine("TENT-2", 0),)):
        with pytest.raises(UnfitMovement) as refused:
            come(number, *lines)
        assert [one["code"] for one in refused.value.findings] == ["nothing_counted"]
    before = Supply.objects.get().state
    closed = come(number, complete=True, reason="停产")

    assert (before, closed.state, closed.differences) == ("on_the_way", "closed", 1)


def test_a_receipt_of_more_lines_than_fit_is_refused_instead_of_cut() -> None:
    item = make.item()
    number = bought(2_000)

    with pytest.raises(UnfitMovement) as refused:
        come(number, *[ReceiptLine("TENT-2", 1)] * (receiving.MOST_LINES + 1))

    assert [one["code"] for one in refused.value.findings] == ["too_many_lines"]
    assert not Movement.objects.filter(item_id=item).exists()
