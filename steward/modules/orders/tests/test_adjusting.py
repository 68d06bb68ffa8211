"""Coupons and points of an order that is parted, or becomes one with another: sums stay."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.modules.orders.models import Order, OrderChange
from steward.modules.orders.rules import adjusting
from steward.modules.orders.rules.adjusting import Adjustment, Parting
from steward.modules.orders.rules.change_effects import Share
from steward.modules.orders.rules.drafts import AdjustmentDraft
from steward.modules.orders.tests.test_changing import change, line_of, order

COUPON = AdjustmentDraft(kind="coupon", code="NOV", amount_minor=3_001, threshold_minor=50_000, back=True)
POINTS = AdjustmentDraft(kind="points", amount_minor=600, points=60)
small = st.integers(0, 5_000)
some = st.lists(
    st.builds(
        Adjustment,
        kind=st.sampled_from(adjusting.KINDS),
        code=st.sampled_from(("", "A", "B")),
        amount_minor=small,
        threshold_minor=small,
        points=small,
        lines=st.sets(st.integers(1, 4)).map(sorted).map(tuple),
    ),
    max_size=5,
)


def sums(*groups: tuple[Adjustment, ...] | list[Adjustment]) -> dict[str, tuple[int, int, int]]:
    """Sum amounts, thresholds and points by kind; what has neither amount nor points says nothing."""
    found: dict[str, tuple[int, int, int]] = {}
    for group in groups:
        for one in group:
            if one.amount_minor or one.points:
                amount, threshold, points = found.get(one.kind, (0, 0, 0))
                found[one.kind] = (
                    amount + one.amount_minor,
                    threshold + one.threshold_minor,
                    points + one.points,
                )
    return found


@settings(max_examples=150, deadline=None)
@given(some, small, small, small, small)
def test_both_parts_sum_to_the_whole(
    whole: list[Adjustment], discount: int, going_discount: int, goods: int, going_goods: int
) -> None:
    how = Parting(
        discount_minor=discount,
        going_discount_minor=min(going_discount, discount),
        goods_minor=goods,
        going_goods_minor=min(going_goods, goods),
        places={3: 1, 4: 2},
    )

    stays, goes = adjusting.parted(whole, how)

    amounts = {kind: (amount, points) for kind, (amount, _threshold, points) in sums(stays, goes).items()}
    assert amounts == {kind: (amount, points) for kind, (amount, _threshold, points) in sums(whole).items()}
    assert all(one.amount_minor >= 0 and one.threshold_minor >= 0 and one.points >= 0 for one in (*stays, *goes))
    assert {position for one in goes for position in one.lines} <= {1, 2}


@settings(max_examples=150, deadline=None)
@given(some, some)
def test_two_that_become_one_keep_their_sums(ones: list[Adjustment], others: list[Adjustment]) -> None:
    found = adjusting.joined(ones, others, mine=[1, 2, 3, 4], places={1: 5, 2: 6, 3: 1, 4: 2})

    assert sums(found) == sums(ones, others)
    assert all(set(one.lines) <= {1, 2, 3, 4, 5, 6} for one in found)


def test_a_coupon_of_each_order_keeps_to_the_lines_it_was_for() -> None:
    mine, theirs = Adjustment(kind="coupon", code="A", amount_minor=1), Adjustment(kind="points", amount_minor=2)

    found = adjusting.joined([mine], [theirs], mine=[1, 2], places={1: 3})

    assert [one.lines for one in found] == [(1, 2), (3,)]


@pytest.mark.django_db
def test_a_split_shares_coupon_and_points_and_a_merge_puts_them_together() -> None:
    # given: three tents with a coupon and points
    one = order("A-1", paid=False, discount_minor=3_601, adjustments=[COUPON, POINTS])
    before = one.adjustments
    # when: one tent goes into an order of its own
    change(one, "split", shares=[Share(line_of(one).id, 1)])
    part, rest = Order.objects.get(split_from=one), Order.objects.get(id=one.id)
    # then: each part's discount is made of its shares, and together they are what they were
    for each in (part, rest):
        assert sum(row["amount_minor"] for row in each.adjustments) == each.discount_minor
    assert part.adjustments[0]["amount_minor"] + rest.adjustments[0]["amount_minor"] == 3_001
    assert ("back" in part.adjustments[0], rest.adjustments[0]["back"]) == (False, True)
    # when, then: merged again, they are what they were
    change(one, "merge", other_number=part.number)
    assert Order.objects.get(id=one.id).adjustments == before


@pytest.mark.django_db
def test_what_a_merge_put_together_is_taken_apart_as_it_was() -> None:
    one = order("A-1", paid=False, discount_minor=3_001, adjustments=[COUPON])
    other = order("A-2", quantity=2, paid=False, discount_minor=600, adjustments=[POINTS])
    before = (one.adjustments, other.adjustments)

    change(one, "merge", other_number=other.number)
    together = Order.objects.get(id=one.id).adjustments
    change(one, "unmerge", undoes=OrderChange.objects.get(kind="merge").id)

    assert [row["lines"] for row in together] == [[1], [2]]
    assert tuple(Order.objects.get(id=id_).adjustments for id_ in (one.id, other.id)) == before
