"""What people do about stock that does not sell."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from steward.modules.inventory.models import Stock, Supply, WriteOff
from steward.modules.inventory.tests import stage
from tests import make
from tests.api.test_clearing import lot, sold

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> Client:
    """Sign in the manager, who also keeps stock in this small house."""
    return make.browser("zhao")


def page(client: Client, path: str, **query: Any) -> str:
    """Read a page."""
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def test_an_expiring_lot_is_listed_narrowed_exported_and_moved(keeper: Client) -> None:
    item = make.item(shelf_life_days=400)
    row = lot(item, 20, 50)
    lot(item, 300, 5, warehouse="guangzhou")
    sold(item, 4)

    assert "L20-ha" in page(keeper, "/stock/expiring")
    assert "L20-ha" not in page(keeper, "/stock/expiring", within="7")
    assert "L20-ha" in page(keeper, "/stock/expiring", risk="1", warehouse="hangzhou", q="tent")
    sheet = page(keeper, "/stock/expiring/export", risk="1")
    made = keeper.post("/stock/slow/propose", {"stock_id": row, "quantity": "10"})
    again = keeper.post("/stock/slow/propose", {"stock_id": row, "quantity": "10"})

    number = Supply.objects.get().number
    assert sheet.startswith("\ufeff")
    assert "L20-ha" in sheet
    assert "1990.00" in sheet
    assert made["Location"] == f"/stock/supply/{number}"
    assert again["Location"] != made["Location"]
    assert number in page(keeper, "/stock/expiring")


def test_slow_goods_are_listed_and_exported_with_no_formula_in_them(keeper: Client) -> None:
    item = make.item("=1+1", stock=1000)
    sold(item, 1)

    assert "=1+1" in page(keeper, "/stock/slow")
    assert "=1+1" not in page(keeper, "/stock/slow", speed="non_moving")
    assert "'=1+1" in page(keeper, "/stock/slow/export", speed="slow")


def test_goods_are_given_up_by_two_people_on_their_pages(keeper: Client) -> None:
    item = make.item(stock=5)
    row = Stock.objects.get()
    form = page(keeper, "/stock/write-offs/new", stock=str(row.id))
    asked = keeper.post(
        "/stock/write-offs/new", {"stock_id": row.id, "quantity": "2", "cause": "damaged", "note": "受潮"}
    )
    one = WriteOff.objects.get()
    boss = make.browser("admin")
    waiting = page(boss, f"/stock/write-offs/{one.number}")
    request = page(boss, f"/approvals/{one.approval_request_id}")
    boss.post(f"/approvals/{one.approval_request_id}/decide", {"verdict": "grant"})
    make.settle()

    assert f'value="{row.id}"' in form
    assert asked["Location"] == f"/stock/write-offs/{one.number}"
    assert f"/approvals/{one.approval_request_id}" in waiting
    assert "破损" in request
    assert f"/stock/write-offs/{one.number}" in request
    assert stage.balances(item) == (3, 0)
    assert "受潮" in page(keeper, "/stock/write-offs", queue="written_off")
    assert one.number in page(keeper, "/stock/write-offs", q="TENT")
    assert f"/stock/write-offs/new?stock={row.id}" in page(keeper, f"/stock/items/{item}")


def test_a_write_off_is_called_off_on_its_page(keeper: Client) -> None:
    make.item(stock=5)
    row = Stock.objects.get().id
    wish = {"stock_id": row, "quantity": "2", "cause": "lost", "note": "少了"}

    keeper.post("/stock/write-offs/new", wish)
    twice = keeper.post("/stock/write-offs/new", wish)
    one = WriteOff.objects.get()
    keeper.post(f"/stock/write-offs/{one.number}/withdraw", {"reason": "找到了"})

    assert twice.status_code == 302
    assert WriteOff.objects.get().state == "withdrawn"
    assert Stock.objects.get().held == 0
    assert "找到了" in page(keeper, f"/stock/write-offs/{one.number}")


def test_who_may_only_look_sees_no_deeds() -> None:
    item = make.item(shelf_life_days=400)
    row = lot(item, 20, 50)
    wang = make.browser("wang")

    text = page(wang, "/stock/expiring")

    assert "L20-ha" in text
    assert "/stock/write-offs/new" not in text
    assert "/stock/slow/propose" not in text
    assert wang.get("/stock/write-offs/new").status_code == 403
    assert wang.post("/stock/slow/propose", {"stock_id": row, "quantity": "1"}).status_code == 403


@pytest.mark.parametrize("address", ["/stock/expiring", "/stock/slow", "/stock/write-offs"])
def test_an_address_that_leads_nowhere_says_so(keeper: Client, address: str) -> None:
    assert keeper.get(address, {"after": "²~x~3", "before": "²"}).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_rows(keeper: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(keeper, "/stock/expiring")
        return len(seen)

    lot(make.item("A-1", shelf_life_days=400), 20, 50)
    page(keeper, "/stock/expiring")
    before = count()
    for number in range(2, 7):
        lot(make.item(f"A-{number}", shelf_life_days=400), 20, 50)

    assert count() == before
