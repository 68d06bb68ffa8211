"""The policy is kept in versions with reasons, refuses nonsense, and can be tried on past orders first."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from steward.kernel.actor import NotPermitted
from steward.kernel.errors import Stale
from steward.kernel.models import Event
from steward.modules.fulfilment.commands import backtests, policies
from steward.modules.fulfilment.commands.allocating import allocate_orders
from steward.modules.fulfilment.models import Allocation, Policy
from steward.modules.fulfilment.queries.policies import get_backtest, policy_in_force
from steward.modules.fulfilment.rules.policy import SHIPPED
from steward.modules.fulfilment.tests import house
from steward.modules.orders.commands.audit import ReasonMissing
from tests import make

pytestmark = pytest.mark.django_db


def weights(**changes: Any) -> dict[str, Any]:
    """Return the shipped weights with changes."""
    return {**msgspec.to_builtins(SHIPPED), **changes}


def test_a_change_is_a_version_with_a_reason_and_says_what_changed() -> None:
    version = policies.set_policy(
        make.manager_zhao(), weights=weights(split_minor=900), expected_version=1, reason="parcels cost more"
    )

    assert (version, policy_in_force().weights.split_minor) == (2, 900)
    told = Event.objects.get(kind="fulfilment.allocation_policy_set").data
    assert (told["fields"], told["reason"]) == (["split_minor"], "parcels cost more")


@pytest.mark.parametrize(
    "change", [{"split_minor": -1}, {"rank_low": 99}, {"freshness_days": 0}, {"currency": "yuan"}, {"unknown": 1}]
)
def test_weights_that_make_no_sense_are_refused_and_nothing_changes(change: dict[str, Any]) -> None:
    with pytest.raises(policies.UnfitPolicy) as refused:
        policies.set_policy(make.manager_zhao(), weights=weights(**change), expected_version=1, reason="x")

    assert refused.value.findings
    assert Policy.objects.count() == 1


def test_a_policy_that_somebody_changed_meanwhile_is_not_overwritten() -> None:
    policies.set_policy(make.manager_zhao(), weights=weights(split_minor=900), expected_version=1, reason="first")

    with pytest.raises(Stale):
        policies.set_policy(make.manager_zhao(), weights=weights(split_minor=100), expected_version=1, reason="second")

    assert policy_in_force().weights.split_minor == 900


def test_a_change_needs_a_reason_and_the_right() -> None:
    with pytest.raises(ReasonMissing):
        policies.set_policy(make.manager_zhao(), weights=weights(), expected_version=1, reason=" ")
    with pytest.raises(NotPermitted):
        policies.set_policy(make.clerk_lin(), weights=weights(), expected_version=1, reason="x")


def test_a_proposal_shows_what_would_have_moved_and_changes_nothing() -> None:
    house.warehouses()
    house.stock(make.item("A"), hangzhou=5, chengdu=50)
    order_id = house.approved(sku="A")
    allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW)
    before = Allocation.objects.values().get()
    day = make.NOW.date()

    id_ = backtests.request_backtest(
        make.manager_zhao(),
        weights=weights(distance_minor_per_100_km=0, late_minor_per_day=0, load_minor=0, shipping_percent=0),
        from_date=day,
        to_date=day,
        later=False,
    )
    assert backtests.run_backtest(backtest_id=id_, now=make.NOW)

    result = get_backtest(id_).result
    assert (result["orders"], result["current"]["served"], result["proposed"]["served"]) == (1, 1, 1)
    assert result["current"]["splits"] == 0
    assert Allocation.objects.values().get() == before
    assert not backtests.run_backtest(backtest_id=id_, now=make.NOW)


def test_past_orders_are_tried_with_the_goods_they_took() -> None:
    house.warehouses()
    house.stock(make.item("A"), hangzhou=1)
    order_id = house.approved(sku="A")
    allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW)
    day = make.NOW.date()

    id_ = backtests.request_backtest(make.manager_zhao(), weights=weights(), from_date=day, to_date=day, later=False)
    backtests.run_backtest(backtest_id=id_, now=make.NOW)

    assert get_backtest(id_).result["current"]["served"] == 1
