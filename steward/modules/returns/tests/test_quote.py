"""What goes back, in figures anybody can check by hand. Amounts in fen."""

from __future__ import annotations

import pytest

from steward.modules.returns.rules.quote import Adjustment, LineMoney, OrderMoney, Quote, Taken, Terms, quote

FREIGHT = 1_000


def order(
    *prices: int,
    discount: int = 0,
    adjustments: tuple[Adjustment, ...] = (),
    shipping: int = 0,
    paid: int | None = None,
) -> OrderMoney:
    """Build an order of one piece per price, paid whole."""
    lines = tuple(
        LineMoney(line_id=place, position=place, quantity=1, unit_price_minor=price)
        for place, price in enumerate(prices, 1)
    )
    total = sum(prices) + shipping - discount
    return OrderMoney(
        currency="CNY",
        lines=lines,
        shipping_minor=shipping,
        discount_minor=discount,
        adjustments=adjustments,
        paid_minor=total if paid is None else paid,
    )


def coupon(amount: int, threshold: int = 0, *, back: bool = False) -> Adjustment:
    """Build a coupon for the whole order."""
    return Adjustment(kind="coupon", code="SAVE", amount_minor=amount, threshold_minor=threshold, back=back)


def parts(found: Quote) -> list[tuple[str, int]]:
    """List kinds and amounts."""
    return [(one.kind, one.amount_minor) for one in found.parts]


def test_a_third_of_a_discount_loses_no_cent() -> None:
    line = LineMoney(line_id=1, position=1, quantity=3, unit_price_minor=1_000, discount_minor=1_000)
    bought = OrderMoney(currency="CNY", lines=(line,), paid_minor=2_000)

    found = [quote(bought, taken=[Taken(1, 1)], before=[Taken(1, n)], refunded_minor=0).total_minor for n in range(3)]

    assert sorted(found) == [666, 667, 667]


def test_a_coupon_still_earned_is_shared() -> None:
    found = quote(order(10_000, 30_000, discount=4_000, adjustments=(coupon(4_000, 20_000),)), taken=[Taken(1, 1)])

    assert parts(found) == [("goods", 10_000), ("coupon", -1_000)]
    assert found.coupons_back == ()


def test_a_coupon_whose_threshold_is_lost_is_taken_back() -> None:
    bought = order(20_000, 10_000, discount=3_000, adjustments=(coupon(3_000, 30_000, back=True),))

    found = quote(bought, taken=[Taken(1, 1)])

    assert parts(found) == [("goods", 20_000), ("coupon", -2_000), ("coupon_lost", -1_000)]
    assert found.coupons_back == ("SAVE",)
    assert (found.parts[-1].facts["threshold_minor"], found.parts[-1].facts["kept_minor"]) == (30_000, 10_000)


def test_what_a_lost_coupon_took_back_comes_with_the_last_piece() -> None:
    bought = order(20_000, 10_000, discount=3_000, adjustments=(coupon(3_000, 30_000),))

    found = quote(bought, taken=[Taken(2, 1)], before=[Taken(1, 1)], refunded_minor=17_000)

    assert found.total_minor == 10_000


def test_a_small_return_never_costs_more_than_keeping_enough_would() -> None:
    # Without 1 yuan of goods 50 yuan of coupon are lost: to keep just enough would have cost 100 × 51 / 101.
    bought = order(100, 10_000, discount=5_000, adjustments=(coupon(5_000, 10_100),))

    assert quote(bought, taken=[Taken(1, 1)]).total_minor == 0
    assert quote(bought, taken=[Taken(1, 1), Taken(2, 1)]).total_minor == 5_100


def test_a_return_through_no_doing_of_the_customer_leaves_the_coupon() -> None:
    bought = order(20_000, 10_000, discount=3_000, adjustments=(coupon(3_000, 30_000),))

    found = quote(bought, taken=[Taken(1, 1, blameless=True)])

    assert parts(found) == [("goods", 20_000), ("coupon", -2_000)]


def test_a_coupon_for_some_lines_is_shared_over_those() -> None:
    some = Adjustment(kind="coupon", code="SHOES", amount_minor=1_000, lines=(2,))
    bought = order(10_000, 10_000, discount=1_000, adjustments=(some,))

    assert quote(bought, taken=[Taken(1, 1)]).total_minor == 10_000
    assert quote(bought, taken=[Taken(2, 1)]).total_minor == 9_000


def test_points_go_back_as_points() -> None:
    paid = Adjustment(kind="points", amount_minor=1_000, points=500)
    earned = Adjustment(kind="points_earned", points=90)
    found = quote(order(3_000, 7_000, discount=1_000, adjustments=(paid, earned)), taken=[Taken(1, 1)])

    assert parts(found) == [("goods", 3_000), ("points", -300)]
    assert (found.points_back, found.points_taken) == (150, 27)


def test_a_gift_card_gets_its_share_back() -> None:
    card = Adjustment(kind="gift_card", code="GC-1", amount_minor=5_000)
    found = quote(order(4_000, 6_000, discount=5_000, adjustments=(card,)), taken=[Taken(1, 1)])

    assert (found.total_minor, found.gift_cards_back) == (2_000, (("GC-1", 2_000),))


def test_a_gift_card_that_paid_the_freight_gets_it_back_too() -> None:
    card = Adjustment(kind="gift_card", code="GC-1", amount_minor=4_500)
    bought = order(4_000, shipping=FREIGHT, discount=4_500, adjustments=(card,))

    found = quote(bought, taken=[Taken(1, 1)], terms=Terms(freight_back=True))

    assert (found.total_minor, found.gift_cards_back) == (500, (("GC-1", 4_500),))


@pytest.mark.parametrize(("taken", "back", "total"), [(2, True, 6_000), (2, False, 5_000), (1, True, 2_000)])
def test_the_shipping_fee_goes_back_with_the_last_piece_only(taken: int, back: bool, total: int) -> None:
    bought = order(2_000, 3_000, shipping=FREIGHT)

    found = quote(bought, taken=[Taken(n, 1) for n in range(1, taken + 1)], terms=Terms(freight_back=back))

    assert found.total_minor == total


def test_free_shipping_that_is_no_longer_earned_is_charged_and_given_back_with_the_rest() -> None:
    waived = Adjustment(kind="free_shipping", amount_minor=FREIGHT, threshold_minor=9_900)
    bought = order(6_000, 4_000, adjustments=(waived,))

    first = quote(bought, taken=[Taken(1, 1)])
    second = quote(bought, taken=[Taken(2, 1)], before=[Taken(1, 1)], refunded_minor=first.total_minor)

    assert parts(first) == [("goods", 6_000), ("free_shipping_lost", -FREIGHT)]
    assert parts(second) == [("goods", 4_000), ("free_shipping_lost", FREIGHT)]


def test_a_coupon_and_free_shipping_can_be_lost_together() -> None:
    waived = Adjustment(kind="free_shipping", amount_minor=FREIGHT, threshold_minor=30_000)
    bought = order(20_000, 10_000, discount=3_000, adjustments=(coupon(3_000, 30_000), waived))

    found = quote(bought, taken=[Taken(1, 1)])

    assert parts(found)[2:] == [("coupon_lost", -1_000), ("free_shipping_lost", -FREIGHT)]


def test_a_coupon_for_some_lines_and_one_for_all_can_be_lost_together() -> None:
    some = Adjustment(kind="coupon", code="SHOES", amount_minor=1_000, threshold_minor=10_000, lines=(1, 2))
    bought = order(6_000, 4_000, 10_000, discount=2_900, adjustments=(some, coupon(1_900, 20_000)))

    found = quote(bought, taken=[Taken(1, 1)])

    assert found.total_minor == 20_000 - 2_900 - (4_000 + 10_000)


def test_what_is_held_back_never_exceeds_what_there_is() -> None:
    terms = Terms(restocking_permille=100, return_freight_minor=3_000, deductions=(("packaging", 1_000),))

    found = quote(order(2_000), taken=[Taken(1, 1, share_permille=500)], terms=terms)

    assert parts(found) == [("goods", 2_000), ("grade", -1_000), ("restocking", -100), ("deduction", -900)]
    assert found.parts[-1].facts["asked_minor"] == 1_000


def test_no_more_goes_back_than_was_paid_and_is_left() -> None:
    found = quote(order(2_000, 3_000, paid=4_000), taken=[Taken(2, 1)], refunded_minor=2_500)

    assert parts(found) == [("goods", 3_000), ("beyond_paid", -1_500)]


def test_more_pieces_than_are_kept_are_refused() -> None:
    with pytest.raises(ValueError, match="more pieces"):
        quote(order(2_000), taken=[Taken(1, 1)], before=[Taken(1, 1)])
