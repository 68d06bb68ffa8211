"""Movements are checked together, written together, and never again."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from steward.modules.inventory import queries
from steward.modules.inventory.commands.moving import MovementDraft, Recorded, UnfitMovement, record_movements
from steward.modules.inventory.commands.places import ZoneDraft, add_zones
from steward.modules.inventory.commands.proving import prove_balances
from steward.modules.inventory.models import Discrepancy, Lot, Movement, Stock, Warehouse
from steward.modules.inventory.tests import stage
from tests import make

pytestmark = pytest.mark.django_db


def test_every_unfit_line_is_named_and_nothing_is_booked() -> None:
    item = make.item(stock=1)
    drafts = [
        MovementDraft("nowhere", item, "received", 1),
        MovementDraft("hangzhou", item, "received", 5),
        MovementDraft("hangzhou", item, "received", -5),
        MovementDraft("hangzhou", item, "adjusted", -1),
        MovementDraft("hangzhou", 999_999, "received", 1),
    ]

    with pytest.raises(UnfitMovement) as refused:
        record_movements(make.TESTER, movements=drafts)

    assert [(one["field"], one["code"]) for one in refused.value.findings] == [
        ("movements.0.warehouse", "unknown_warehouse"),
        ("movements.2.quantity", "counts_up"),
        ("movements.3.reason", "reason_missing"),
        ("movements.4.sku", "unknown_item"),
    ]
    assert stage.balances(item) == (1, 0)
    assert Movement.objects.count() == 1


def test_goods_need_a_zone_that_is_fit_for_them() -> None:
    make.arrival(make.item(), 1)
    cheese = make.item("CHEESE", storage_class="chilled")
    arrives = [MovementDraft("hangzhou", cheese, "received", 4)]

    with pytest.raises(UnfitMovement, match="chilled"):
        record_movements(make.TESTER, movements=arrives)
    add_zones(make.TESTER, warehouse="hangzhou", zones=[ZoneDraft("cold-1", "chilled")])

    assert record_movements(make.TESTER, movements=arrives) == Recorded(1)


def test_what_keeps_for_a_time_comes_with_its_lot_and_date() -> None:
    item = make.item(shelf_life_days=30)
    make.arrival(make.item("LAMP"), 1)

    with pytest.raises(UnfitMovement) as refused:
        record_movements(make.TESTER, movements=[MovementDraft("hangzhou", item, "received", 1)])
    made = MovementDraft("hangzhou", item, "received", 1, lot="L-1", produced_date=date(2026, 3, 1))
    record_movements(make.TESTER, movements=[made])

    assert refused.value.findings[0]["code"] == "expiry_missing"
    assert Lot.objects.get(code="L-1").expires_date == date(2026, 3, 31)


def test_a_known_lot_keeps_its_dates() -> None:
    item = make.item(shelf_life_days=30)
    make.arrival_of_lots(item, {"L-1": date(2026, 5, 1)})
    other = MovementDraft("hangzhou", item, "received", 1, lot="L-1", expires_date=date(2026, 6, 1))

    with pytest.raises(UnfitMovement) as refused:
        record_movements(make.TESTER, movements=[other])
    record_movements(make.TESTER, movements=[MovementDraft("hangzhou", item, "received", 1, lot="L-1")])

    assert refused.value.findings[0]["code"] == "lot_dates_differ"
    assert Lot.objects.get(code="L-1").expires_date == date(2026, 5, 1)


def test_damaged_goods_are_there_and_not_for_sale() -> None:
    item = make.item(stock=3)

    record_movements(
        make.TESTER, movements=[MovementDraft("hangzhou", item, "returned", 2, condition="damaged", reference="RT-1")]
    )

    assert stage.row_of(item, condition="damaged").on_hand == 2
    assert stage.balances(item) == (3, 0)
    assert queries.differences() == []


def test_the_ledger_is_only_ever_added_to() -> None:
    make.item(stock=3)

    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic():
        Movement.objects.update(quantity=4)
    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic():
        Movement.objects.all().delete()


def test_a_balance_changed_without_an_entry_is_found_and_the_last_good_entry_named() -> None:
    item = make.item(stock=3)
    Stock.objects.filter(item_id=item).update(on_hand=4)

    found = {one.balance: one for one in queries.differences()}

    assert set(found) == {"on_hand", "sellable"}
    entry = Movement.objects.get().id
    assert (found["on_hand"].stands, found["on_hand"].ledger) == (4, 3)
    assert (found["on_hand"].entry_id, found["on_hand"].verdict) == (entry, "after_last")


def test_the_first_entry_that_does_not_follow_from_those_before_is_named() -> None:
    item = make.item(stock=3)
    Stock.objects.filter(item_id=item).update(on_hand=5)
    make.arrival(item, 2)
    make.arrival(item, 2)

    on_hand = next(one for one in queries.differences() if one.balance == "on_hand")

    second = Movement.objects.order_by("id")[1]
    assert (on_hand.stands, on_hand.ledger) == (9, 7)
    assert (on_hand.entry_id, on_hand.verdict) == (second.id, "at_entry")


def test_a_difference_is_kept_once_until_it_is_gone() -> None:
    item = make.item(stock=3)
    Stock.objects.filter(item_id=item).update(on_hand=4)

    found = [prove_balances(make.TESTER, now=make.NOW) for _ in range(2)]
    Stock.objects.filter(item_id=item).update(on_hand=3)
    found.append(prove_balances(make.TESTER, now=make.NOW))

    assert found == [2, 2, 0]
    assert Discrepancy.objects.count() == 2
    assert queries.discrepancies() == []


def test_a_warehouse_knows_where_it_lies() -> None:
    make.arrival(make.item(), 1)

    warehouse = Warehouse.objects.get()

    assert (round(warehouse.latitude or 0), round(warehouse.longitude or 0)) == (30, 120)
    assert queries.warehouses_for_allocation("main")[0].storage_classes == ["ambient"]
