"""What people do on the pages of stock."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries
from steward.modules.inventory.commands import planning
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.models import Stock, WriteOff
from steward.modules.inventory.tests import stage
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> Client:
    """Sign in an administrator."""
    return make.browser("admin")


def page(client: Client, path: str, **query: Any) -> str:
    """Read a page."""
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_board_says_what_lies_where(keeper: Client) -> None:
    item = make.item(stock=5)
    make.arrival(item, 7, warehouse="chengdu")
    stage.promise(make.TESTER, order_id=1, units={item: 2})
    stage.set_aside(1, item, 2)

    text = page(keeper, "/stock/")

    assert "TENT-2" in text
    assert text.count('st-place"') == 2


def test_a_lot_shows_its_date_and_goes_into_quarantine(keeper: Client) -> None:
    item = make.item(shelf_life_days=30)
    make.arrival_of_lots(item, {"L-1": date(2026, 3, 30)})

    assert "L-1" in page(keeper, f"/stock/items/{item}")
    change = {"stock_id": Stock.objects.get().id, "quantity": "2", "to": "quarantine", "reason": "待检"}
    keeper.post(f"/stock/items/{item}/regrade", change)

    assert stage.row_of(item, lot="L-1", condition="quarantine").on_hand == 2


def test_a_large_correction_waits_on_a_page_of_its_own_and_a_small_one_is_booked(keeper: Client) -> None:
    item = make.item(stock=30)
    make.cost(minor=10_000)
    form = {"sku": "TENT-2", "warehouse": "hangzhou", "kind": "adjusted", "reason": "找不到了"}

    small = keeper.post("/stock/move", form | {"quantity": "-2"})
    large = keeper.post("/stock/move", form | {"quantity": "-9"})

    number = WriteOff.objects.get().number
    assert (small["Location"], large["Location"]) == (f"/stock/items/{item}", f"/stock/write-offs/{number}")
    text = page(keeper, f"/stock/write-offs/{number}")
    assert "手工调整" in text
    assert "手工出账" in text
    assert number in page(keeper, "/stock/write-offs")
    assert Stock.objects.values_list("on_hand", "held").get() == (28, 9)


def test_a_booking_by_hand_that_was_agreed_to_reads_as_booked(keeper: Client) -> None:
    item = make.item(stock=30)
    make.cost(minor=10_000)
    gone = MovementDraft("hangzhou", item, "adjusted", -11, reason="找不到了")
    record_movements(make.TESTER, movements=[gone], now=make.NOW)
    row = WriteOff.objects.get()
    keeper.post(f"/approvals/{row.approval_request_id}/decide", {"verdict": "grant"})
    make.settle()

    assert "已记账" in page(keeper, f"/stock/write-offs/{row.number}")
    assert "已记账" in page(keeper, "/stock/write-offs", queue="written_off")


def test_goods_are_ordered_and_received_on_their_pages(keeper: Client) -> None:
    item = make.item()
    make.arrival(make.item("ANY"), 1)

    made = keeper.post(
        "/stock/supply/new",
        {"kind": "purchase", "supplier": "山野户外厂", "warehouse": "hangzhou", "lines": "TENT-2 10\nANY × 2"},
    )
    view = queries.supply(made.headers["Location"].rsplit("/", 1)[1])
    tent = next(line for line in view.lines if line.sku == "TENT-2")
    assert "TENT-2" in page(keeper, f"/stock/supply/{view.number}")
    assert view.number in page(keeper, "/stock/supply")
    keeper.post(
        f"/stock/supply/{view.number}/receive",
        {
            "version": str(view.version), f"quantity-{tent.id}": "9", f"damaged-{tent.id}": "1",
            f"reason-{tent.id}": "外箱压坏", "complete": "1", "reason": "供应商缺货",
        },
    )  # fmt: skip

    assert stage.balances(item) == (9, 0)
    assert sorted(one.kind for one in queries.receipt_differences()) == ["damaged", "short"]
    assert "外箱压坏" in page(keeper, "/stock/supply", queue="differences")


def test_lines_that_cannot_be_read_order_nothing(keeper: Client) -> None:
    make.arrival(make.item(), 1)

    keeper.post(
        "/stock/supply/new",
        {"kind": "purchase", "supplier": "厂", "warehouse": "hangzhou", "lines": "TENT-2 ten pieces"},
    )

    assert queries.supplies_page() == []


def test_what_is_low_is_ordered_by_one_click(keeper: Client) -> None:
    make.item(stock=4)
    point = {
        "sku": "TENT-2", "warehouse": "hangzhou", "method": "given", "safety_stock": "5", "reorder_point": "10",
        "order_up_to": "30", "lead_days": "7", "supplier": "厂",
    }  # fmt: skip
    keeper.post("/stock/replenishment/point", point)
    planning.watch_reorder_points(make.TESTER, now=make.NOW)
    row = queries.plan_rows(only_below=True)[0]

    assert "TENT-2" in page(keeper, "/stock/replenishment")
    keeper.post("/stock/replenishment/order", {"point": row.id})

    assert queries.supplies_page()[0].ordered == 26
    assert queries.plan_rows(only_below=True) == []


def test_an_item_becomes_a_bundle_on_its_page(keeper: Client) -> None:
    lamp, kit = make.item("LAMP", stock=3), make.item("KIT")

    keeper.post(f"/stock/items/{kit}/components", {"components": "LAMP 2"})

    assert catalog.components_of([kit]) == {kit: {lamp: 2}}
    assert "LAMP" in page(keeper, f"/stock/items/{kit}")
    assert "KIT" in page(keeper, f"/stock/items/{lamp}")


def test_a_balance_that_differs_stands_on_the_health_page(keeper: Client) -> None:
    item = make.item(stock=4)
    Stock.objects.filter(item_id=item).update(on_hand=9)

    keeper.post("/stock/health/prove")

    assert "TENT-2" in page(keeper, "/stock/health")
    assert queries.attention_counts()["unproven"] == 2
