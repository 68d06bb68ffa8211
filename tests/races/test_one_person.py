"""Two people become one once, whoever says so at once; orders that come in meanwhile keep their buyer."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from steward.modules.customers.commands import merging
from steward.modules.customers.commands.accounts import lock_buyers
from steward.modules.customers.models import Merge
from steward.modules.customers.queries.merged import families
from steward.modules.orders.models import Order
from tests import make
from tests.races.crowd import at_once, behind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def buyers() -> list[int]:
    """Let two buyers order, each their own."""
    make.item(stock=9)
    for number in (1, 2):
        make.order(f"A-{number}", **make.somebody(number))
    return [order.customer_id or 0 for order in Order.objects.order_by("id")]


def merge(survivor: int, merged: int) -> str:
    """Merge, and say what became of it."""
    asked = partial(merging.merge_customers, make.TESTER, reason="same person", now=make.NOW)
    try:
        asked(survivor_id=survivor, merged_id=merged)
    except merging.OnePersonAlready:
        return "one already"
    return "merged"


def test_of_two_who_merge_the_same_pair_at_once_one_is_told_it_is_done() -> None:
    one, other = buyers()
    assert behind(partial(merge, one, other), partial(merge, other, one)) == "one already"
    assert Merge.objects.get().survivor_id == one


def test_three_who_merge_in_a_ring_at_once_leave_one_person_and_no_ring() -> None:
    one, other = buyers()
    make.order("A-3", **make.somebody(3))
    third = Order.objects.latest("id").customer_id or 0
    pairs = [(one, other), (other, third), (third, one)]
    assert sorted(at_once(*(partial(merge, *pair) for pair in pairs))) == ["merged", "merged", "one already"]
    assert families([one]) == {one: sorted([one, other, third])}


def test_an_order_that_comes_in_while_its_buyer_is_merged_waits_for_nothing_and_belongs_to_the_person() -> None:
    one, other = buyers()

    def take() -> int | None:
        make.order("A-3", **make.somebody(2))
        return Order.objects.latest("id").customer_id

    with transaction.atomic():
        merge(one, other)
        assert at_once(take) == [other]  # taken in and committed while the merge is not
    assert families([other]) == {other: [one, other]}


def test_who_counts_what_a_person_owes_waits_for_a_merge_and_then_holds_both() -> None:
    one, other = buyers()

    def hold() -> dict[int, list[int]]:
        with transaction.atomic():
            return lock_buyers([other])

    assert behind(partial(merge, one, other), hold) == {other: [one, other]}
