"""Yoghurt lies too long in Hangzhou: some goes where it sells, what expires is given up, and what is kept is sold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import moment
from steward.modules.inventory import queries
from steward.modules.inventory.commands.regrading import quarantine_expired
from steward.modules.inventory.commands.supply import send_transfer
from steward.modules.inventory.models import Movement, Supply, WriteOff
from steward.modules.inventory.tests import stage
from tests import make
from tests.api.test_clearing import lot, sold

pytestmark = pytest.mark.django_db


def test_a_lot_that_does_not_sell_is_moved_and_what_is_left_of_it_given_up_by_two_people() -> None:
    item = make.item("YOGURT", shelf_life_days=60, minimum_remaining_days=5)
    row = lot(item, 15, 60)
    lot(item, 40, 6, warehouse="guangzhou")
    sold(item, 4)  # two a day in each: twenty of the sixty sell in ten days
    zhao, boss = make.browser("zhao"), make.browser("admin")

    assert ">40<" in zhao.get("/stock/expiring").content.decode()
    zhao.post("/stock/slow/propose", {"stock_id": row, "quantity": "14"})
    transfer = Supply.objects.get().number
    send_transfer(make.TESTER, number=transfer, now=moment.now())
    after = zhao.get("/stock/expiring").content.decode()
    quarantine_expired(make.TESTER, now=moment.now() + timedelta(days=16))
    spoilt = stage.row_of(item, lot="L15-ha", condition="quarantine")
    wish = {"stock_id": spoilt.id, "quantity": "46", "cause": "obsolete", "note": "已过最低剩余保质期"}
    zhao.post("/stock/write-offs/new", wish)
    zhao.post("/stock/write-offs/new", wish)
    one = WriteOff.objects.get()
    own = zhao.post(f"/approvals/{one.approval_request_id}/decide", {"verdict": "grant"})
    make.settle()
    kept = WriteOff.objects.get().state
    boss.post(f"/approvals/{one.approval_request_id}/decide", {"verdict": "grant"})
    make.settle()

    assert ">26<" in after
    assert (own.status_code, kept) == (302, "waiting")
    assert list(Movement.objects.filter(kind="written_off").values_list("reference", "quantity")) == [(one.number, -46)]
    assert one.number in zhao.get("/stock/write-offs", {"queue": "written_off"}).content.decode()
    assert queries.differences() == []


def test_goods_somebody_wanted_to_give_up_go_to_the_order_that_waits_for_them() -> None:
    item = make.item(stock=3)
    row = stage.row_of(item).id
    wish = {"stock_id": row, "quantity": "3", "cause": "damaged", "note": "外箱压坏"}
    make.browser("zhao").post("/stock/write-offs/new", wish)
    order = make.order("A-1", quantity=2).order_id
    make.settle()
    one = WriteOff.objects.get()
    assert queries.promises_of_order(order) == []

    reason = {"verdict": "refuse", "reason": "只是外箱，商品完好"}
    make.browser("admin").post(f"/approvals/{one.approval_request_id}/decide", reason)
    make.settle()

    assert [held.quantity for held in queries.promises_of_order(order)] == [2]
    assert "只是外箱，商品完好" in make.browser("zhao").get(f"/stock/write-offs/{one.number}").content.decode()
