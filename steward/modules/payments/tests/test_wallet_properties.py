"""Whatever is given, taken and lapses, in whatever order and however often: balances are their ledgers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.modules.customers.models import Customer
from steward.modules.payments.commands import lapsing
from steward.modules.payments.queries.wallets import wallet_faults
from steward.modules.payments.rules import wallets as rules
from steward.modules.payments.tests import purse
from tests import make

NOW = datetime(2026, 3, 2, tzinfo=UTC)
lots = st.lists(
    st.builds(
        rules.Lot,
        id=st.integers(1, 9_999),
        left=st.integers(0, 500),
        expires_at=st.none() | st.integers(0, 40).map(lambda days: NOW + timedelta(days=days)),
    ),
    max_size=8,
    unique_by=lambda lot: lot.id,
)
steps = st.lists(
    st.tuples(st.sampled_from(["give", "give", "all", "some", "lapse"]), st.integers(1, 90), st.integers(0, 40)),
    min_size=1,
    max_size=25,
)


@given(lots=lots, amount=st.integers(1, 3_000))
def test_taking_uses_what_is_there_and_no_lot_lapses_before_one_that_was_used(
    lots: list[rules.Lot], amount: int
) -> None:
    parts = rules.used_up(lots, amount)

    taken = {lot.id: part for lot, part in parts}
    assert sum(taken.values()) == min(amount, sum(lot.left for lot in lots))
    assert all(0 < part <= lot.left for lot, part in parts)
    ends = [lot.expires_at or datetime.max.replace(tzinfo=UTC) for lot, _part in parts]
    untouched = [lot.expires_at or datetime.max.replace(tzinfo=UTC) for lot in lots if lot.left and lot.id not in taken]
    assert not ends or not untouched or max(ends) <= min(untouched)


@given(goods=st.integers(1, 10**9), amount=st.integers(0, 10**6), share=st.integers(1, 999), most=st.integers(0, 10**6))
def test_a_coupon_never_takes_off_more_than_the_goods_cost(goods: int, amount: int, share: int, most: int) -> None:
    terms = rules.CouponTerms(
        currency="CNY", amount_minor=amount, share_permille=0 if amount else share, most_minor=most
    )

    saved = rules.saves_minor(terms, goods)

    assert 0 <= saved <= goods
    assert not most or saved <= most


def modelled(lots: list[list[Any]], verb: str, amount: int, now: datetime) -> None:
    """Do the same to a plain list of gifts, [left, lapses]: what any reader would expect."""
    if verb == "give":
        lots.append([amount, now + timedelta(days=100)])
    elif verb == "lapse":
        lots[:] = [lot for lot in lots if lot[1] > now]
    elif verb == "some" or sum(left for left, end in lots if end > now) >= amount:
        for lot in sorted((lot for lot in lots if lot[1] > now), key=lambda one: one[1]):
            part = min(lot[0], amount)
            lot[0], amount = lot[0] - part, amount - part


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_balances_are_what_was_given_less_what_was_taken_and_lapsed(steps: list[tuple[str, int, int]]) -> None:
    purse.kept_here()
    number = Customer.objects.count()
    if number == 0:
        make.item(stock=500)
    make.order(f"H-{number}", **make.somebody(number))
    buyer = Customer.objects.latest("id").id
    model: list[list[Any]] = []
    now = make.NOW
    for place, (verb, amount, days) in enumerate(steps):
        now += timedelta(days=days)
        modelled(model, verb, amount, now)
        if verb == "lapse":
            lapsing.lapse_points(make.TESTER, now=now)
        else:
            for _twice in range(2):
                sign = 1 if verb == "give" else -1
                purse.post(sign * amount, f"{buyer}.{place}", customer_id=buyer, now=now, whole=verb == "all")

    assert purse.balance(buyer) == sum(left for left, _end in model)
    assert wallet_faults() == []
