"""Buyers who were merged: credit, screening and history look at the whole person, whichever buyer an order names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.modules.customers.commands import accounts, merging
from steward.modules.messaging.commands.preferences import set_preferences
from steward.modules.messaging.queries.readers import preference
from steward.modules.orders import queries as orders
from steward.modules.orders.commands import screening_lists
from steward.modules.orders.models import Order, Screening, Signal
from steward.modules.orders.queries import credit
from tests import make

pytestmark = pytest.mark.django_db


def ordered(number: str, buyer: int, **changes: Any) -> Order:
    """Take in an order of one of many buyers."""
    facts = make.somebody(buyer) | {"placed_at": make.NOW - timedelta(hours=9 - int(number[-1]))} | changes
    receipt = make.order(number, **facts)
    make.settle()
    return Order.objects.get(id=receipt.order_id)


def merge(survivor: Order, merged: Order) -> int:
    merge_id = merging.merge_customers(
        make.TESTER,
        survivor_id=survivor.customer_id or 0,
        merged_id=merged.customer_id or 0,
        reason="same person",
        now=make.NOW,
    )
    make.settle()
    return merge_id


def part(merge_id: int) -> None:
    merging.unmerge_customers(make.TESTER, merge_id=merge_id, reason="two people", now=make.NOW)
    make.settle()


def test_what_one_owes_counts_against_the_terms_of_the_other() -> None:
    make.item(stock=9)
    one, other = ordered("A-1", 1), ordered("A-2", 2)
    accounts.set_account(
        make.TESTER, customer_id=one.customer_id or 0, currency="CNY", limit_minor=30_000, days=30, reason="x",
        now=make.NOW,
    )  # fmt: skip
    make.settle()
    merge_id = merge(one, other)
    found = credit.accounts_of([one.id, other.id], make.NOW)
    assert [found[id_].limit_minor for id_ in (one.id, other.id)] == [30_000, 30_000]
    assert found[one.id].owed_minor + found[other.id].owed_minor > 0
    part(merge_id)
    assert other.id not in credit.accounts_of([other.id], make.NOW)


def test_history_and_signals_of_both_count_as_one_buyers_until_they_are_parted() -> None:
    make.item(stock=9)
    one, other = ordered("A-1", 1), ordered("A-2", 2)
    before = list(Signal.objects.order_by("id").values_list("id", "customer_id", "value"))
    assert credit.credits_of([other.id])[other.id].history.open == 0
    merge_id = merge(one, other)
    assert credit.credits_of([other.id])[other.id].history.open == 1
    assert set(Signal.objects.values_list("customer_id", flat=True)) == {one.customer_id}
    assert Signal.objects.filter(kind="customer").values("value").distinct().count() == 1
    third = ordered("A-3", 2)
    assert third.customer_id == other.customer_id
    assert set(Signal.objects.filter(order=third).values_list("customer_id", flat=True)) == {one.customer_id}
    part(merge_id)
    own = set(Signal.objects.filter(order=third).values_list("customer_id", flat=True))
    assert own == {other.customer_id}
    assert list(Signal.objects.exclude(order=third).order_by("id").values_list("id", "customer_id", "value")) == before


def test_a_buyer_who_is_blocked_is_found_behind_whom_they_were_merged_into() -> None:
    make.item(stock=9)
    one, other = ordered("A-1", 1), ordered("A-2", 2)
    screening_lists.list_from_order(
        make.TESTER, order_id=other.id, purpose="block", kinds=["customer"], reason="fraud", until=None, now=make.NOW
    )
    merge(one, other)
    later = ordered("A-3", 1, placed_at=make.NOW + timedelta(hours=1))
    judged = Screening.objects.filter(order=later).latest("id")
    assert judged.score >= 100


def test_a_search_for_one_finds_the_orders_of_both() -> None:
    make.item(stock=9)
    one, other = ordered("A-1", 1), ordered("A-2", 2)
    merge(one, other)
    found = orders.orders_page(orders.OrderFilters(q="13705710002"), limit=9).rows
    assert {row.number for row in found} == {one.number, other.number}


def test_what_a_person_said_last_holds_for_all_they_were_found_to_be() -> None:
    make.item(stock=9)
    one, other = ordered("A-1", 1), ordered("A-2", 2)
    for order, stopped, minutes in ((one, ["order_paid"], 5), (other, [], 9)):
        set_preferences(
            make.TESTER,
            customer_id=order.customer_id or 0,
            opted_out=stopped,
            now=make.NOW + timedelta(minutes=minutes),
        )
    merge_id = merge(one, other)
    assert preference(one.customer_id or 0).opted_out == []
    part(merge_id)
    assert preference(one.customer_id or 0).opted_out == ["order_paid"]
