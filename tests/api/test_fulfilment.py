"""Allocation through the API: set goods aside, read why, plan and carry out waves, change the policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from steward.kernel import moment
from steward.modules.fulfilment.commands import waves
from steward.modules.fulfilment.models import Allocation, Policy
from steward.modules.fulfilment.tests import house
from steward.modules.fulfilment.tests.test_waves import competing
from steward.modules.orders.models import Order
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
RIGHTS = ("fulfilment.view", "fulfilment.allocate", "fulfilment.policy")


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Let the API see the day of the tests."""
    with moment.frozen(make.NOW):
        yield


def number_of(order_id: int) -> str:
    """Name an order."""
    return Order.objects.get(id=order_id).number


def test_goods_are_set_aside_explained_and_given_back() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5)
    number = number_of(house.approved())
    shop = Caller(*RIGHTS)

    done = shop.post("allocations", {"orders": [number]})
    read = shop.get(f"orders/{number}/allocations").json()
    given = shop.post("allocations", {"act": "deallocate", "orders": [number], "reason": "wrong"})

    assert done.json() == {"placed": [number], "nothing": [], "changed": [], "passed": []}
    assert (read[0]["state"], read[0]["why"]["chosen"][0]["code"]) == ("placed", "hangzhou")
    assert given.json()["changed"] == [number]
    assert Allocation.objects.get().state == "ended"


def test_a_wave_is_planned_read_and_carried_out() -> None:
    competing()
    shop = Caller(*RIGHTS)

    number = shop.post("waves", {"method": "flow", "seconds": 5}).json()["number"]
    waves.plan_wave(make.TESTER, number=number, now=make.NOW)
    planned = shop.get(f"waves/{number}").json()
    orders = shop.get(f"waves/{number}/orders").json()["rows"]
    applied = shop.post(f"waves/{number}", {"act": "apply"}).json()

    assert (planned["state"], planned["after"]["served"]) == ("planned", 3)
    assert [one["outcome"] for one in orders] == ["planned"] * 3
    assert applied["state"] == "applied"
    assert [one["number"] for one in shop.get("waves").json()["rows"]] == [number]


def test_weights_are_changed_with_a_reason_and_refused_with_findings() -> None:
    shop = Caller(*RIGHTS)
    change = {"weights": {"split_minor": 900}, "expected_version": 1, "reason": "parcels cost more"}

    changed = shop.post("allocation-policy", change).json()
    refused = shop.post("allocation-policy", change | {"weights": {"split_minor": -1}, "expected_version": 2})

    assert (changed["version"], changed["weights"]["split_minor"]) == (2, 900)
    assert (refused.status_code, refused.json()["code"]) == (422, "unfit_allocation_policy")
    assert Policy.objects.count() == 2


def test_an_unknown_order_and_a_missing_right_are_refused() -> None:
    assert Caller(*RIGHTS).post("allocations", {"orders": ["SO-0"]}).status_code == 404
    assert Caller("orders.view").post("allocations", {"orders": ["SO-0"]}).status_code == 403
