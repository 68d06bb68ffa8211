"""Slow-moving and expiring stock, write-offs and costs through the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import moment
from steward.modules.inventory import queries
from steward.modules.inventory.commands.planning import DemandRow, note_demand
from steward.modules.inventory.models import Stock, Supply, WriteOff
from steward.modules.inventory.tests import stage
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
KEEPER = ("stock.view", "stock.purchase", "stock.plan", "stock.write_off", "stock.costs")


def sold(item: int, per_day: int) -> None:
    """Let orders have asked for so many a day."""
    today = queries.local_day(moment.now())
    note_demand(make.TESTER, rows=[DemandRow(item, "main", today - timedelta(ago), per_day) for ago in range(1, 91)])


def lot(item: int, days: int, quantity: int, *, warehouse: str = "hangzhou") -> int:
    """Let a lot arrive that keeps so many days; return its stock row."""
    name = f"L{days}-{warehouse[:2]}"
    expires = queries.local_day(moment.now()) + timedelta(days)
    make.arrival_of_lots(item, {name: expires}, quantity=quantity, warehouse=warehouse)
    return stage.row_of(item, lot=name, warehouse=warehouse).id


def test_expiring_lots_come_page_by_page_and_move_to_where_they_sell_once() -> None:
    item = make.item(shelf_life_days=400)
    first, _second = lot(item, 20, 50), lot(item, 30, 50)
    lot(item, 300, 5, warehouse="guangzhou")
    sold(item, 4)
    caller = Caller(*KEEPER)

    page = caller.get("stock/expiring", limit=1).json()
    rest = caller.get("stock/expiring", after=page["next_after"]).json()
    moved = caller.post("stock/clearances", {"stock_id": first})
    again = caller.post("stock/clearances", {"stock_id": first})

    row = page["rows"][0]
    assert (row["unsold"], row["at_risk_minor"], row["basis"]) == (10, 199_000, "price")
    assert row["move"] == {"warehouse_code": "guangzhou", "pieces": 10}
    assert [one["lot"] for one in rest["rows"]] == ["L30-ha"]
    assert moved.status_code == 200
    assert (again.status_code, again.json()["code"]) == (409, "already_proposed")
    assert Supply.objects.get().number == moved.json()["numbers"][0]
    assert caller.get("stock/expiring").json()["rows"][0]["transfer"] == moved.json()["numbers"][0]


def test_slow_stock_says_how_long_it_lasts_and_what_it_is_worth() -> None:
    item = make.item(stock=1000)
    sold(item, 2)
    caller = Caller(*KEEPER)

    before = caller.get("stock/slow").json()["rows"][0]
    saved = caller.put("item-costs", {"costs": [{"sku": "TENT-2", "cost_minor": 5_000, "currency": "CNY"}]})
    after = caller.get("stock/slow", speed="slow", warehouse="hangzhou", q="TENT").json()["rows"][0]

    assert (before["cover_days"], before["per_day"], before["share"]) == (500, 2, 1)
    assert saved.json() == {"changed": 1}
    assert (after["value_minor"], after["basis"], after["move"]) == (5_000_000, "cost", None)
    assert caller.get("stock/slow", q="LAMP").json() == {"rows": [], "next_after": None}


def test_a_write_off_is_asked_for_once_and_called_off() -> None:
    row = stage.row_of(make.item(stock=5)).id
    caller = Caller(*KEEPER)
    body = {"write_offs": [{"stock_id": row, "quantity": 2, "cause": "damaged", "note": "受潮"}]}

    made = caller.post("write-offs", body, key="w-1")
    same = caller.post("write-offs", body, key="w-1")
    other = caller.post("write-offs", body, key="w-2")
    number = made.json()["rows"][0]["number"]
    back = caller.post(f"write-offs/{number}/withdraw", {"reason": "找到了"})

    assert made.json()["rows"][0]["state"] == "waiting"
    assert same.json() == made.json()
    assert (other.status_code, other.json()["findings"][0]["code"]) == (422, "already_asked")
    assert (back.json()["state"], Stock.objects.get().held) == ("withdrawn", 0)
    assert [one["number"] for one in caller.get("write-offs", state="withdrawn").json()["rows"]] == [number]
    assert caller.get(f"write-offs/{number}").json()["end_note"] == "找到了"


def test_unfit_wishes_name_their_fields_and_hold_nothing() -> None:
    row = stage.row_of(make.item(stock=5)).id
    caller = Caller(*KEEPER)
    wishes = [
        {"stock_id": row, "quantity": 6, "cause": "lost", "note": "?"},
        {"stock_id": row, "quantity": 1, "cause": "expired"},
    ]

    refused = caller.post("write-offs", {"write_offs": wishes})
    unknown = caller.post("write-offs", {"write_offs": [{"stock_id": row, "quantity": 1, "cause": "stolen"}]})
    nameless = caller.post("stock/clearances", {"sku": "TENT-2"})

    assert [one["field"] for one in refused.json()["findings"]] == ["write_offs.0.quantity", "write_offs.1.cause"]
    assert (unknown.status_code, nameless.status_code) == (422, 422)
    assert caller.get("stock/expiring", after="2026-02-31~1").status_code == 422
    assert not WriteOff.objects.exists()
    assert Stock.objects.get().held == 0


def test_each_deed_needs_its_right() -> None:
    row = stage.row_of(make.item(stock=5)).id
    caller = Caller("orders.view")
    body = {"write_offs": [{"stock_id": row, "quantity": 1, "cause": "lost", "note": "?"}]}

    refused = [
        caller.get("stock/slow"),
        caller.get("stock/expiring"),
        caller.get("write-offs"),
        caller.post("write-offs", body),
        caller.post("stock/clearances", {"stock_id": row}),
        caller.post("stock/clearances", {}),
        caller.put("item-costs", {"costs": [{"sku": "TENT-2", "cost_minor": 1, "currency": "CNY"}]}),
    ]

    assert {answer.status_code for answer in refused} == {403}
