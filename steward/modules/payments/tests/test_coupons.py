"""Coupons: nobody guesses them, each is used once for what it is good for, and comes back when its goods go back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.kernel import moment
from steward.kernel.errors import NotPossible
from steward.modules.payments import tasks
from steward.modules.payments.commands import coupons
from steward.modules.payments.models import Coupon, Handover
from steward.modules.payments.rules import wallets as rules
from steward.modules.payments.tests import purse
from tests import make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MOST_UNLIKELY = 30**16


def redeem(code: str, reference: str = "o-1", *, at: Any = make.NOW, **facts: Any) -> coupons.Redeemed:
    given: dict[str, Any] = {"shop": "own", "currency": "CNY", "goods_minor": {"tents": 10_000, "gas": 3_000}}
    wish = coupons.Redemption(code=code, reference=reference, use=rules.CouponUse(**(given | facts)))
    return coupons.redeem_coupons(make.TESTER, redemptions=[wish], now=at)[0]


def test_it_is_used_once_and_the_same_purchase_gets_the_same_answer() -> None:
    purse.kept_here()
    row = purse.coupon(purse.mei())

    assert redeem(row.code.lower()).saved_minor == 2_000
    assert redeem(row.code).saved_minor == 2_000
    assert redeem(row.code, "o-2").unfit == "used"


def test_it_is_good_only_for_what_its_terms_say() -> None:
    purse.kept_here()
    mei = purse.mei()
    row = purse.coupon(mei, threshold_minor=3_001, categories=("gas",), shops=("own",))

    assert redeem(row.code, currency="USD").unfit == "currency"
    assert redeem(row.code, shop="tmall").unfit == "other_shop"
    assert redeem(row.code, goods_minor={"tents": 9_000}).unfit == "other_goods"
    assert redeem(row.code).unfit == "threshold"
    assert redeem("WRONG").unfit == "not_valid"
    assert redeem(row.code, at=make.NOW + 31 * DAY).unfit == "expired"
    assert redeem(row.code, goods_minor={"gas": 3_001}).saved_minor == 2_000


def test_a_share_rounds_down_and_stops_at_its_bound() -> None:
    terms = rules.CouponTerms(currency="CNY", share_permille=150, most_minor=1_000)

    assert (rules.saves_minor(terms, 999), rules.saves_minor(terms, 99_900)) == (149, 1_000)
    assert rules.worth_minor(terms) == 1_000


def test_when_its_goods_go_back_it_is_good_again_for_as_long_as_the_terms_say() -> None:
    purse.kept_here()
    row = purse.coupon(mei := purse.mei())
    redeem(row.code)
    late = make.NOW + 29 * DAY
    back = coupons.CouponDraft(
        reference="owed-1",
        customer_id=mei,
        shop="own",
        code=row.code,
        terms=rules.CouponTerms(currency="CNY", amount_minor=1),
    )

    got = [coupons.give_back_coupons(make.TESTER, drafts=[back], now=late)[0].outcome for _time in range(2)]

    row.refresh_from_db()
    assert (got, row.state, row.valid_until) == (["given_back", "again"], "issued", late + 30 * DAY)
    assert redeem(row.code, "o-2", at=late).saved_minor == 2_000


def test_a_coupon_of_somebody_elses_books_is_replaced_by_one_of_ours_once() -> None:
    purse.kept_here()
    back = coupons.CouponDraft(
        reference="owed-1",
        customer_id=purse.mei(),
        shop="own",
        code="TMALL50",
        terms=rules.CouponTerms(currency="CNY", amount_minor=5_000),
    )

    got = [coupons.give_back_coupons(make.TESTER, drafts=[back], now=make.NOW)[0].outcome for _time in range(2)]

    assert (got, Coupon.objects.get().amount_minor) == (["issued", "again"], 5_000)


def test_where_the_shop_keeps_coupons_the_terms_are_handed_over() -> None:
    purse.kept_here(kept="outside")
    draft = coupons.CouponDraft(
        reference="g-1", customer_id=purse.mei(), shop="own", terms=rules.CouponTerms(currency="CNY", amount_minor=500)
    )

    assert coupons.issue_coupons(make.TESTER, drafts=[draft], now=make.NOW)[0].outcome == "to_hand_over"

    assert (Coupon.objects.count(), Handover.objects.get().terms["amount_minor"]) == (0, 500)


def test_it_lapses_and_is_withdrawn_only_while_nobody_used_it() -> None:
    purse.kept_here()
    mei = purse.mei()
    used, idle, taken = (purse.coupon(mei, f"c-{n}") for n in range(3))
    redeem(used.code)
    coupons.withdraw_coupons(make.TESTER, coupon_ids=[taken.id], now=make.NOW)
    with pytest.raises(NotPossible):
        coupons.withdraw_coupons(make.TESTER, coupon_ids=[used.id], now=make.NOW)

    with moment.frozen(make.NOW + 40 * DAY):
        tasks.lapse_wallets(0)

    states = dict(Coupon.objects.values_list("id", "state"))
    assert states == {used.id: "redeemed", idle.id: "lapsed", taken.id: "withdrawn"}


def test_terms_that_take_off_nothing_or_everything_are_refused() -> None:
    purse.kept_here()
    for terms in (
        {"amount_minor": 0},
        {"amount_minor": 5, "share_permille": 5},
        {"amount_minor": 0, "share_permille": 1000},
    ):
        with pytest.raises(coupons.BadCoupon):
            purse.coupon(1, **dict[str, Any](terms))


def test_codes_are_drawn_from_more_than_anybody_can_try() -> None:
    codes = {rules.new_code() for _ in range(2_000)}

    assert len(codes) == 2_000
    assert len(rules.SIGNS) ** (rules.GROUPS * rules.GROUP_LENGTH) == MOST_UNLIKELY
