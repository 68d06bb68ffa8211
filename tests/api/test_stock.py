"""Stock, purchases, transfers and reorder points through the API."""

from __future__ import annotations

import pytest

from steward.modules.inventory.models import Movement, Stock
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
KEEPER = ("stock.view", "stock.move", "stock.purchase", "stock.plan", "catalog.edit")


def test_goods_are_ordered_received_with_differences_and_settled() -> None:
    make.item()
    make.arrival(make.item("ANY"), 1)
    caller = Caller(*KEEPER)
    lines = [{"sku": "TENT-2", "quantity": 10}]

    number = caller.post(
        "purchase-orders",
        {"supplier": "山野户外厂", "warehouse": "hangzhou", "lines": lines, "expected_date": "2026-03-09"},
    ).json()["numbers"][0]
    coming = caller.get("stock/items/TENT-2").json()["places"]
    receipt = caller.post(
        f"supplies/{number}/receipts",
        {"lines": [{"sku": "TENT-2", "quantity": 8, "damaged": 2, "reason": "外箱压坏"}]},
        key="r-1",
    )
    again = caller.post(
        f"supplies/{number}/receipts",
        {"lines": [{"sku": "TENT-2", "quantity": 8, "damaged": 2, "reason": "外箱压坏"}]},
        key="r-1",
    )
    difference = caller.get("receipt-differences").json()["rows"][0]
    settled = caller.post(f"receipt-differences/{difference['id']}/settle", {"settlement": "补发"})

    assert [(one["warehouse_code"], one["in_transit"]) for one in coming] == [("hangzhou", 10)]
    assert receipt.json() == again.json() | {}
    assert receipt.json()["state"] == "received"
    assert (difference["kind"], difference["quantity"]) == ("damaged", 2)
    assert settled.status_code == 200
    assert caller.get("receipt-differences").json()["rows"] == []
    assert caller.get("supplies", kind="purchase").json()["rows"][0]["left"] == 0


def test_a_bad_receipt_names_its_lines_and_books_nothing() -> None:
    make.item()
    make.arrival(make.item("ANY"), 1)
    caller = Caller(*KEEPER)
    number = caller.post(
        "purchase-orders",
        {"supplier": "厂", "warehouse": "hangzhou", "lines": [{"sku": "TENT-2", "quantity": 10}]},
    ).json()["numbers"][0]
    before = Movement.objects.count()

    refused = caller.post(
        f"supplies/{number}/receipts",
        {
            "lines": [
                {"sku": "GONE", "quantity": 1},
                {"sku": "TENT-2", "quantity": -4},
                {"sku": "TENT-2", "quantity": 4},
            ]
        },
    )

    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["findings"]] == ["lines.0.sku", "lines.1.quantity"]
    assert Movement.objects.count() == before


def test_a_transfer_leaves_and_arrives() -> None:
    item = make.item(stock=5)
    make.arrival(make.item("ANY"), 1, warehouse="chengdu")
    caller = Caller(*KEEPER)

    number = caller.post(
        "transfers", {"origin": "hangzhou", "warehouse": "chengdu", "lines": [{"sku": "TENT-2", "quantity": 3}]}
    ).json()["numbers"][0]
    sent = caller.post(f"transfers/{number}/send", {"expected_date": "2026-03-06"}).json()
    caller.post(f"supplies/{number}/receipts", {"lines": [{"sku": "TENT-2", "quantity": 3}]})

    assert (sent["state"], sent["expected_date"]) == ("on_the_way", "2026-03-06")
    assert caller.get(f"supplies/{number}").json()["state"] == "received"
    on_hand = Stock.objects.filter(item_id=item).values_list("warehouse__code", "on_hand").order_by("warehouse__code")
    assert list(on_hand) == [("chengdu", 3), ("hangzhou", 2)]
    ledger = caller.get("stock/ledger", sku="TENT-2").json()["rows"]
    assert [one["kind"] for one in ledger] == ["transferred_in", "transferred_out", "received"]


def test_a_reorder_point_proposes_and_orders() -> None:
    make.item(stock=4)
    caller = Caller(*KEEPER)
    point = {
        "sku": "TENT-2", "warehouse": "hangzhou", "safety_stock": 5, "reorder_point": 10, "order_up_to": 30,
        "supplier": "厂",
    }  # fmt: skip

    unfit = caller.post("reorder-points", {"points": [point | {"reorder_point": 2}, point | {"sku": "GONE"}]})
    caller.post("reorder-points", {"points": [point]})
    row = caller.get("reorder-points", below=True).json()["rows"][0]
    made = caller.post("replenishment", {"points": [row["id"]]})

    assert [one["field"] for one in unfit.json()["findings"]] == ["points.0.reorder_point", "points.1.sku"]
    assert (row["available"], row["proposed"]) == (4, 26)
    assert made.json()["numbers"][0].startswith("PO-")
    assert caller.post("replenishment", {"points": [row["id"]]}).json()["code"] == "nothing_proposed"


def test_condition_components_warehouses_and_health_have_their_addresses() -> None:
    item = make.item(stock=4)
    make.item("KIT")
    caller = Caller(*KEEPER)
    row = Stock.objects.get(item_id=item).id

    regraded = caller.post(
        "stock/regrades", {"regrades": [{"stock_id": row, "quantity": 1, "to": "damaged", "reason": "摔坏"}]}
    )
    bundle = caller.put("items/KIT/components", {"components": {"TENT-2": 2}})
    caller.post("warehouses", {"code": "chengdu", "name": "成都仓", "district_code": "510116"})
    zones = caller.post("warehouses/chengdu/zones", {"zones": [{"code": "cold-1", "storage_class": "chilled"}]})

    assert regraded.json() == {"changed": 1}
    assert bundle.json()["components"] == {"TENT-2": 2}
    assert caller.get("stock/items/KIT").json()["components"] == {"TENT-2": 2}
    assert zones.json() == {"changed": 1}
    assert [one["storage_classes"] for one in caller.get("warehouses").json()["rows"]] == [
        ["ambient"],
        ["ambient", "chilled"],
    ]
    assert caller.post("stock/health").json() == caller.get("stock/health").json() == {"rows": []}


@pytest.mark.parametrize(
    ("path", "needs"),
    [("stock/items/TENT-2", "stock.view"), ("supplies", "stock.view"), ("reorder-points", "stock.view")],
)
def test_who_may_not_see_stock_sees_none(path: str, needs: str) -> None:
    refused = Caller("orders.view").get(path)

    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
