"""Advice on abuse: outliers are sure before they are said, every sign has its facts, and no decision changes by it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from steward.kernel import moment
from steward.modules.orders.models import Order
from steward.modules.returns import tasks
from steward.modules.returns.models import Inspection, Piece, ShopProfile
from steward.modules.returns.queries.advice import advice_of
from steward.modules.returns.rules import advice as rules
from steward.modules.returns.tests import case
from tests import make

PROFILE = rules.Profile(customers=500, mean=0.08, variance=0.02, p90=0.25)
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_one_of_one_is_no_outlier_and_many_of_many_is() -> None:
    one = rules.Bought("own", 19_900, 19_900.0**2, 19_900)
    many = rules.Bought("own", 20 * 19_900, 20 * 19_900.0**2, 18 * 19_900)

    assert rules.outlier(one, PROFILE) is None
    found = rules.outlier(many, PROFILE)
    assert found is not None
    assert (found.facts["percent"], found.facts["p90"]) == (90, 25)


def test_a_shop_with_few_customers_says_nothing_of_any_of_them() -> None:
    many = rules.Bought("own", 20 * 19_900, 20 * 19_900.0**2, 20 * 19_900)

    assert rules.outlier(many, rules.Profile(19, 0.01, 0.01, 0.02)) is None
    assert rules.outlier(many, None) is None


@given(rate=st.floats(0, 1), orders=st.floats(0.5, 500))
def test_the_bound_lies_below_what_was_seen_or_usual_and_rises_with_the_orders(rate: float, orders: float) -> None:
    bound = rules.rate_at_least(rate, orders, PROFILE)

    assert 0 <= bound <= max(rate, PROFILE.mean)
    if rate > PROFILE.mean:
        assert bound <= rules.rate_at_least(rate, orders * 4, PROFILE) + 1e-9


def test_one_big_order_counts_as_one() -> None:
    assert rules.orders_that_speak(1_000_000 + 9 * 10, 1_000_000.0**2 + 9 * 100) == pytest.approx(1, rel=0.001)
    assert rules.orders_that_speak(10 * 500, 10 * 500.0**2) == pytest.approx(10)


def past(number: str, **facts: Any) -> rules.PastCase:
    given_facts: dict[str, Any] = {
        "number": number,
        "shop": "own",
        "fault": "customer",
        "requested_at": NOW,
        "placed_date": date(2026, 1, 1),
        "requested_date": date(2026, 2, 1),
        "until": None,
        "used": False,
        "short": 0,
    }
    return rules.PastCase(**(given_facts | facts))


def test_signs_need_a_repetition_and_the_customers_own_choice() -> None:
    worn = [past("A", used=True), past("B", used=True, fault="merchant")]
    assert rules.of_cases(worn, {}, ()) == []

    found = rules.of_cases([*worn, past("C", used=True)], {}, ())

    assert [(one.code, one.facts["cases"]) for one in found] == [("used", ["A", "C"])]


def test_bought_before_a_holiday_and_sent_back_after_it_and_at_the_end_of_the_window() -> None:
    feast = {"own": [date(2026, 2, 17)]}
    facts: dict[str, Any] = {"placed_date": date(2026, 2, 10), "requested_date": date(2026, 2, 20)}
    late = {"until": NOW + timedelta(hours=3)}

    found = rules.of_cases([past("A", **facts, **late), past("B", **facts, **late)], feast, ())

    assert [one.code for one in found] == ["late", "festive"]


def test_a_serial_seen_elsewhere_and_short_parcels_are_told_with_their_cases() -> None:
    found = rules.of_cases([past("A", short=1, serials=("S1",)), past("B", short=2)], {}, ("S1",))

    assert [(one.code, one.facts["count"]) for one in found] == [("short", 2), ("serial", 1)]


@pytest.mark.django_db
def test_no_automatic_decision_changes_though_much_speaks_against_the_customer() -> None:
    order = case.delivered(3)
    first = case.opened(order)
    row = case.case_of(first)
    Piece.objects.filter(case=row).update(settled_minor=19_900)
    for piece in Piece.objects.filter(case=row):
        Inspection.objects.create(
            piece=piece, grade="D", disposition="scrap", inspected_at=case.LATER, inspected_by="person:1"
        )
    ShopProfile.objects.create(shop="own", customers=900, mean=0.001, variance=0.0001, p90=0.002, at=case.LATER)
    second = case.opened(order)
    Piece.objects.filter(case=case.case_of(second)).update(reception="short")
    third = case.opened(order)
    Piece.objects.filter(case=case.case_of(third)).update(reception="short")

    said = advice_of([order.customer_id or 0], now=case.LATER)[order.customer_id or 0]

    assert [one.code for one in said] == ["short"]  # one order is too little to speak of a rate
    assert (said[0].facts["count"], case.case_of(second).number in said[0].words) == (2, True)
    # The third goes beyond what is granted alone of one order, whoever asks.
    assert [one.state for one in (first, second, third)] == ["approved", "approved", "requested"]
    assert [case.case_of(one).verdict for one in (second, third)] == [row.verdict] * 2


@pytest.mark.django_db
def test_advice_on_many_customers_takes_the_same_number_of_statements() -> None:
    order = case.delivered(1)
    case.opened(order)
    for number in range(4):
        make.order(f"S-{number}", **make.somebody(number))
    ids = [id_ for id_ in Order.objects.values_list("customer_id", flat=True) if id_]

    def statements(wanted: list[int]) -> int:
        with CaptureQueriesContext(connection) as seen:
            advice_of(wanted, now=case.LATER)
        return len(seen)

    assert statements([order.customer_id or 0]) == statements(ids)


@pytest.mark.django_db
def test_shops_are_measured_every_night_by_what_their_customers_sent_back() -> None:
    order = case.delivered(1)
    row = case.case_of(case.opened(order))
    for number in range(3):
        make.order(f"S-{number}", **make.somebody(number))
    Piece.objects.filter(case=row).update(settled_minor=19_900)

    with moment.frozen(case.LATER):
        assert [tasks.profile_shops(0) for _time in range(2)] == [1, 1]

    found = ShopProfile.objects.get()
    assert (found.customers, found.mean) == (4, 0.25)
