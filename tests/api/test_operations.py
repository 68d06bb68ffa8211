"""Goods, the event log, business numbers and payment providers through the API."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction

from steward.kernel import events
from steward.kernel.models import IdempotencyKey
from steward.modules.catalog.models import Item
from steward.modules.inventory.events import StockMoved
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
ALL = "*"


def moved(item_id: int) -> StockMoved:
    return StockMoved(item_id=item_id, warehouse_id=1, pool="main", kind="received", quantity=1)


def test_items_are_added_once_and_listed_page_by_page() -> None:
    caller = Caller("stock.view", ALL)
    items = [{"sku": f"S-{n}", "name_zh": "帐篷"} for n in range(3)]

    made = caller.post("items", {"items": items}).json()["created"]
    again = caller.post("items", {"items": items}).json()["created"]
    page = caller.get("items", q="S-", limit=2).json()
    rest = caller.get("items", q="S-", after=page["next_after"]).json()

    assert (sorted(made), again) == (["S-0", "S-1", "S-2"], {})
    assert [row["sku"] for row in page["rows"] + rest["rows"]] == ["S-0", "S-1", "S-2"]


def test_stock_moves_all_or_none() -> None:
    make.item(stock=5)
    caller = Caller("stock.move", "stock.view")
    good = {"warehouse": "hangzhou", "sku": "TENT-2", "kind": "received", "quantity": 3}

    refused = caller.post("stock/movements", {"movements": [good, good | {"warehouse": "moon"}]})
    unknown = caller.post("stock/movements", {"movements": [good, good | {"sku": "NO-1"}]})
    done = caller.post("stock/movements", {"movements": [good]})

    assert (refused.status_code, refused.json()["code"]) == (422, "unfit_movement")
    assert unknown.json()["findings"][0]["field"] == "movements.1.sku"
    assert done.json() == {"recorded": 1, "waiting": []}
    assert caller.get("stock", q="TENT-2").json()["rows"][0]["sellable"] == 8


def test_goods_booked_away_beyond_the_limit_wait_for_another_person() -> None:
    make.item(stock=5)
    caller = Caller("stock.move", "stock.view")
    gone = {"warehouse": "hangzhou", "sku": "TENT-2", "kind": "shipped", "quantity": -3, "reference": "SO-7"}

    made = caller.post("stock/movements", {"movements": [gone]}).json()

    assert (made["recorded"], len(made["waiting"])) == (0, 1)
    waiting = caller.get(f"write-offs/{made['waiting'][0]}").json()
    said = [waiting[name] for name in ("cause", "state", "note", "quantity")]
    assert said == ["shipped", "waiting", "SO-7", 3]
    assert caller.get("stock", q="TENT-2").json()["rows"][0]["sellable"] == 2


def test_shops_are_those_the_token_may_touch() -> None:
    assert [shop["code"] for shop in Caller("orders.view", scopes=["own"]).get("shops").json()["rows"]] == ["own"]


def test_a_business_number_is_read_and_set() -> None:
    caller = Caller("settings.parameters")

    before = {row["name"]: row["value"] for row in caller.get("parameters").json()["rows"]}
    answer = caller.post("parameters", {"name": "orders.unpaid_hold_s", "value": 7_200, "reason": "sale"})
    after = {row["name"]: row["value"] for row in caller.get("parameters").json()["rows"]}

    assert answer.status_code == 200
    assert (before["orders.unpaid_hold_s"], after["orders.unpaid_hold_s"]) == (86_400, 7_200)


@pytest.mark.parametrize("value", [1, "much", True, 7_200.5])
def test_a_business_number_that_does_not_fit_is_refused(value: object) -> None:
    answer = Caller("settings.parameters").post("parameters", {"name": "orders.unpaid_hold_s", "value": value})

    assert (answer.status_code, answer.json()["code"]) == (422, "unfit_value")


def test_a_providers_secret_is_shown_once_and_kept_sealed_even_under_a_key() -> None:
    caller = Caller("settings.tokens")
    body = {"code": "wechat", "name": "微信支付", "shops": ["own"]}
    first = caller.post("payments/providers", body, key="k").json()

    again = caller.post("payments/providers", body, key="k").json()

    assert first == again
    assert first["secret"].startswith("whsec_")
    assert first["secret"] not in IdempotencyKey.objects.get(key="k").reply


def test_an_import_that_does_not_exist_is_not_found() -> None:
    assert Caller("orders.import").get("imports/12345").status_code == 404


def test_a_token_limited_to_shops_may_not_read_the_log() -> None:
    answer = Caller("settings.audit", scopes=["own"]).get("events")

    assert (answer.status_code, answer.json()["code"]) == (403, "scoped_token")


def test_a_place_that_no_answer_named_is_refused() -> None:
    assert Caller("settings.audit").get("events", after="yesterday").status_code == 422


def log_once_settled(caller: Caller, rows: int, **query: Any) -> dict[str, Any]:
    """Read the log until so many rows are there: transactions of any database on the server hold it back."""
    until = time.monotonic() + 60
    while True:
        page: dict[str, Any] = caller.get("events", kind="inventory.stock_moved", **query).json()
        if len(page["rows"]) >= rows or time.monotonic() > until:
            return page
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_the_log_is_read_on_from_where_one_stood() -> None:
    caller = Caller("settings.audit")
    with transaction.atomic():
        events.record(make.TESTER, [moved(1), moved(2), moved(3)])

    first = log_once_settled(caller, 2, limit=2)
    second = log_once_settled(caller, 1, after=first["next_after"])
    third = caller.get("events", kind="inventory.stock_moved", after=second["next_after"]).json()

    assert [row["subject_id"] for row in first["rows"] + second["rows"]] == [1, 2, 3]
    assert (third["rows"], third["next_after"]) == ([], second["next_after"])


@pytest.mark.django_db(transaction=True)
def test_the_log_misses_nothing_that_commits_late() -> None:
    """An event with a lower id that commits after one with a higher id is still read, and read once."""
    caller = Caller("settings.audit")
    recorded, go_on = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            events.record(make.TESTER, [moved(1)])
            recorded.set()
            go_on.wait(10)
        connection.close()

    writer = threading.Thread(target=late)
    writer.start()
    assert recorded.wait(10)
    with transaction.atomic():
        events.record(make.TESTER, [moved(2)])
    before = caller.get("events", kind="inventory.stock_moved").json()
    go_on.set()
    writer.join()
    after = log_once_settled(caller, 2, after=before["next_after"])

    assert before["rows"] == []
    assert [row["subject_id"] for row in after["rows"]] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_one_key_sent_eight_times_at_once_does_its_work_once() -> None:
    caller = Caller("catalog.edit", ALL)
    barrier = threading.Barrier(8)
    replies: list[bytes] = []

    def send() -> None:
        barrier.wait(10)
        replies.append(caller.post("items", {"items": [{"sku": "S-1", "name_zh": "帐篷"}]}, key="k").content)
        connection.close()

    senders = [threading.Thread(target=send) for _ in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert len(set(replies)) == 1
    assert Item.objects.filter(sku="S-1").count() == 1
