"""The house's own rules of changing orders: what it offers, how often, for which reasons, which goods for which."""

from __future__ import annotations

from typing import Any

import pytest

from steward.kernel.errors import Stale
from steward.kernel.models import Event
from steward.modules.orders.commands import cancel, changing
from steward.modules.orders.commands.change_policing import NotOffered, UnfitChangeRules, save_change_policy
from steward.modules.orders.models import Line, Order, OrderChange
from steward.modules.orders.queries.change_policy import active_change_policy
from steward.modules.orders.queries.changes import possible_changes
from steward.modules.orders.rules.change_plan import LineWish
from steward.modules.orders.tests.test_changing import change, line_of, order, propose
from tests import make

pytestmark = pytest.mark.django_db
SWAP: dict[str, Any] = {
    "code": "variants_once",
    "kinds": ["lines"],
    "most": 1,
    "within_family": True,
    "in_stock": True,
}
CANCEL: dict[str, Any] = {
    "code": "two_reasons",
    "kinds": ["cancel"],
    "causes": ["customer"],
    "reasons": ["no longer needed", "ordered by mistake"],
    "closed_by": ["lines"],
}


def in_force(*rules: dict[str, Any]) -> int:
    """Put rules in force."""
    version = active_change_policy().version
    return save_change_policy(make.manager_zhao(), rules=list(rules), note="as agreed", expected_version=version)


def swapped(one: Order, sku: str, quantity: int = 3) -> list[LineWish]:
    """Wish for other goods in the place of all tents of an order."""
    return [LineWish(line_id=line_of(one).id, quantity=0), LineWish(sku=sku, quantity=quantity)]


def family(*skus: str) -> None:
    """Put items into the catalogue that are variants of one product."""
    for sku in skus:
        make.item(sku, stock=9, family="tent", price_minor=20_000)


def test_without_rules_all_that_is_possible_is_allowed() -> None:
    one = order()
    family("TENT-3")

    assert change(one, "lines", lines=swapped(one, "TENT-3")).total_minor == 60_000


def test_goods_go_for_as_many_variants_of_the_same_product_only() -> None:
    family("TENT-A", "TENT-B")
    make.item("STOVE", stock=9)
    one = order(sku="TENT-A", stock=0)
    in_force(SWAP)

    for wrong in (swapped(one, "STOVE"), swapped(one, "TENT-B", quantity=2)):
        with pytest.raises(NotOffered) as refused:
            propose(one, "lines", lines=wrong)
        assert refused.value.breach == "other_product"

    assert not OrderChange.objects.exists()
    after = change(one, "lines", lines=swapped(one, "TENT-B"))
    assert [line.item.sku for line in Line.objects.filter(order=after)] == ["TENT-B"]


def test_what_is_not_in_stock_is_not_promised_instead() -> None:
    family("TENT-A")
    make.item("TENT-B", family="tent")
    one = order(sku="TENT-A", stock=0)
    in_force(SWAP)

    with pytest.raises(NotOffered) as refused:
        propose(one, "lines", lines=swapped(one, "TENT-B"))

    assert refused.value.breach == "not_in_stock"


def test_after_its_one_change_an_order_is_neither_changed_so_nor_cancelled_for_the_customer() -> None:
    family("TENT-A", "TENT-B")
    one = order(sku="TENT-A", stock=0)
    in_force(SWAP, CANCEL)
    change(one, "lines", lines=swapped(one, "TENT-B"))

    with pytest.raises(NotOffered) as again:
        propose(one, "lines", lines=swapped(one, "TENT-A"))
    with pytest.raises(NotOffered) as cancelled:
        cancel.cancel_order(
            make.checker_chen(), order_id=one.id, cause="customer", reason="no longer needed", now=make.NOW
        )

    assert (again.value.breach, cancelled.value.breach) == ("often_enough", "closed_by")
    why = possible_changes(one.id)
    assert why["lines"]
    assert why["cancel"]
    assert not why["address"]
    cancel.cancel_order(make.checker_chen(), order_id=one.id, cause="fraud", reason="stolen card", now=make.NOW)


def test_the_customer_cancels_for_the_listed_reasons_by_either_way() -> None:
    one = order()
    in_force(CANCEL)

    with pytest.raises(NotOffered) as refused:
        cancel.cancel_order(make.checker_chen(), order_id=one.id, cause="customer", reason="Too dear", now=make.NOW)
    with pytest.raises(NotOffered):
        propose(one, "cancel", cause="customer")

    assert refused.value.breach == "reason_not_listed"
    assert "no longer needed" in str(refused.value)
    cancel.cancel_order(make.checker_chen(), order_id=one.id, cause="customer", reason="No longer needed", now=make.NOW)
    assert Order.objects.get(id=one.id).state == "cancelled"


def test_a_preview_is_held_against_the_rules_again_when_it_is_confirmed() -> None:
    family("TENT-A", "TENT-B")
    one = order(sku="TENT-A", stock=0)
    previewed = propose(one, "lines", lines=swapped(one, "TENT-B"))
    in_force({"code": "never", "kinds": ["lines"], "offered": False})

    with pytest.raises(NotOffered):
        changing.confirm_change(make.checker_chen(), change_id=previewed, now=make.NOW)

    assert OrderChange.objects.get(id=previewed).state == "draft"


def test_rules_are_kept_in_versions_and_nonsense_is_refused_with_every_flaw() -> None:
    with pytest.raises(UnfitChangeRules) as refused:
        in_force(
            {"code": "odd", "causes": ["whim"], "shops": ["nowhere"]},
            {"code": "odd", "kinds": ["address"], "within_family": True},
        )
    found = {one["code"] for one in refused.value.findings}

    assert found == {"rule_twice", "unknown_cause", "unknown_shop", "causes_without_cancel", "goods_without_lines"}
    with pytest.raises(UnfitChangeRules):
        in_force({"code": "odd", "colour": "blue"})
    assert in_force(SWAP) == 2
    assert Event.objects.get(kind="orders.change_policy_set").data["rules"] == ["variants_once"]
    with pytest.raises(Stale):
        save_change_policy(make.manager_zhao(), rules=[], note="late", expected_version=1)
