"""Whatever an order cost and in whatever sequence it goes back, the books balance to the minor unit."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from steward.modules.returns.rules.quote import Adjustment, LineMoney, OrderMoney, Quote, Taken, Terms, quote

amounts = st.integers(0, 30_000)
few = st.integers(0, 500)
FEW = settings(max_examples=60, deadline=None)
AS_THEY_ARE = Terms()


@st.composite
def lines(draw: st.DrawFn) -> tuple[LineMoney, ...]:
    """Draw lines whose discounts may be as high as their price."""
    found = []
    for place in range(1, draw(st.integers(1, 6)) + 1):
        quantity, price = draw(st.integers(1, 7)), draw(st.integers(0, 9_999))
        discount = draw(st.one_of(st.just(0), st.integers(0, quantity * price)))
        found.append(
            LineMoney(
                line_id=100 + place,
                position=place,
                quantity=quantity,
                unit_price_minor=price,
                discount_minor=discount,
            )
        )
    return tuple(found)


@st.composite
def adjustments(draw: st.DrawFn, most: int) -> tuple[Adjustment, ...]:
    """Draw coupons with and without thresholds, for some lines or all, points, gift cards, waived freight."""
    found = []
    for number in range(draw(st.integers(0, 4))):
        kind = draw(
            st.sampled_from(("coupon", "promotion", "coupon", "points", "gift_card", "free_shipping", "points_earned"))
        )
        found.append(
            Adjustment(
                kind=kind,
                code=f"{kind}{number}",
                amount_minor=draw(amounts),
                threshold_minor=draw(st.one_of(st.just(0), amounts)),
                points=draw(st.integers(0, 500)),
                lines=tuple(draw(st.lists(st.integers(1, most), unique=True, max_size=most))),
                back=draw(st.booleans()),
            )
        )
    return tuple(found)


@st.composite
def orders(draw: st.DrawFn) -> OrderMoney:
    """Draw an order that was paid whole."""
    mine = draw(lines())
    shipping = draw(st.one_of(st.just(0), amounts))
    goods = sum(one.quantity * one.unit_price_minor - one.discount_minor for one in mine)
    discount = draw(st.integers(0, goods + shipping))
    return OrderMoney(
        currency="CNY",
        lines=mine,
        shipping_minor=shipping,
        discount_minor=discount,
        adjustments=draw(adjustments(len(mine))),
        paid_minor=goods + shipping - discount,
    )


@st.composite
def sequences(draw: st.DrawFn, order: OrderMoney) -> list[list[Taken]]:
    """Draw several returns, one after another, of some or all of an order."""
    pieces = [(one.line_id, draw(st.booleans())) for one in order.lines for _piece in range(one.quantity)]
    shuffled = draw(st.permutations(pieces))
    end = draw(st.one_of(st.just(len(pieces)), st.integers(0, len(pieces))))
    cuts = sorted(draw(st.lists(st.integers(0, end), max_size=5)))
    steps = [shuffled[start:stop] for start, stop in zip([0, *cuts], [*cuts, end], strict=True)]
    return [[Taken(line_id, 1, blameless=blameless) for line_id, blameless in step] for step in steps]


def run(order: OrderMoney, steps: list[list[Taken]], terms: Terms = AS_THEY_ARE) -> list[Quote]:
    """Quote one return after another, each paid before the next."""
    before: list[Taken] = []
    found: list[Quote] = []
    for step in steps:
        refunded = sum(one.total_minor for one in found)
        found.append(quote(order, taken=step, before=before, terms=terms, refunded_minor=refunded))
        before += step
    return found


@FEW
@given(st.data())
def test_any_sequence_of_returns_gives_what_one_return_gives(data: st.DataObject) -> None:
    order = data.draw(orders())
    steps = data.draw(sequences(order))
    terms = Terms(freight_back=data.draw(st.booleans()))
    flat = [one for step in steps for one in step]

    found = run(order, steps, terms)

    whole = quote(order, taken=flat, terms=terms)
    assert sum(one.total_minor for one in found) == whole.total_minor
    assert sum(one.points_back for one in found) == whole.points_back
    assert sum(one.points_taken for one in found) == whole.points_taken
    assert sorted(code for one in found for code in one.coupons_back) == sorted(whole.coupons_back)
    assert cards(found) == cards([whole])
    assert not [part for one in found for part in one.parts if part.kind == "beyond_paid"]


@FEW
@given(orders())
def test_whoever_returns_everything_gets_what_they_paid(order: OrderMoney) -> None:
    everything = [Taken(line.line_id, line.quantity) for line in order.lines]

    found = quote(order, taken=everything, terms=Terms(freight_back=True))

    assert found.total_minor == order.paid_minor
    assert found.points_back == sum(one.points for one in order.adjustments if _was_paid_with(one, order))


@FEW
@given(st.data())
def test_whoever_returns_more_never_gets_less(data: st.DataObject) -> None:
    order = data.draw(orders())
    first, *others = data.draw(sequences(order))

    less, more = (quote(order, taken=taken) for taken in (first, [*first, *(one for step in others for one in step)]))

    assert 0 <= less.total_minor <= more.total_minor <= order.paid_minor


@FEW
@given(st.data())
def test_parts_sum_to_the_total_and_stay_within_what_was_paid(data: st.DataObject) -> None:
    order = structs.replace(data.draw(orders()), paid_minor=data.draw(amounts))
    shares = st.sampled_from((1000, 900, 500, 0))
    steps = [
        [structs.replace(one, share_permille=data.draw(shares), deduction_minor=data.draw(few)) for one in step]
        for step in data.draw(sequences(order))
    ]
    terms = Terms(
        restocking_permille=data.draw(st.integers(0, 1000)),
        return_freight_minor=data.draw(few),
        deductions=(("packaging", data.draw(few)),),
    )

    found = run(order, steps, terms)

    assert all(one.total_minor == sum(part.amount_minor for part in one.parts) for one in found)
    assert all(one.total_minor >= 0 for one in found)
    assert sum(one.total_minor for one in found) <= order.paid_minor


@FEW
@given(st.data())
def test_shares_of_the_value_are_held_back_alike_whatever_the_sequence(data: st.DataObject) -> None:
    order = structs.replace(data.draw(orders()), adjustments=())
    shares = st.sampled_from((1000, 850, 300))
    steps = [
        [structs.replace(one, share_permille=data.draw(shares)) for one in step] for step in data.draw(sequences(order))
    ]
    terms = Terms(restocking_permille=data.draw(st.integers(0, 300)))

    found = run(order, steps, terms)

    whole = quote(order, taken=[one for step in steps for one in step], terms=terms)
    if not any("asked_minor" in part.facts for one in found for part in one.parts):
        assert sum(one.total_minor for one in found) == whole.total_minor


@FEW
@given(orders(), st.randoms(use_true_random=False))
def test_the_order_in_which_lines_are_named_does_not_matter(order: OrderMoney, chance: random.Random) -> None:
    lines, taken = list(order.lines), [Taken(line.line_id, 1) for line in order.lines]
    chance.shuffle(lines)

    found = quote(structs.replace(order, lines=tuple(lines)), taken=taken[::-1])

    assert found == quote(order, taken=taken)


def _was_paid_with(one: Adjustment, order: OrderMoney) -> bool:
    """Tell whether points stood for goods at all: their share of the discount may be nothing."""
    everything = [Taken(line.line_id, line.quantity) for line in order.lines]
    whole = quote(order, taken=everything, terms=Terms(freight_back=True))
    mine = [part for part in whole.parts if part.kind == "points" and part.facts["code"] == one.code]
    return one.kind == "points" and bool(mine)


def cards(found: list[Quote]) -> dict[str, int]:
    """Sum what goes back onto gift cards."""
    sums: dict[str, int] = {}
    for one in found:
        for code, amount in one.gift_cards_back:
            sums[code] = sums.get(code, 0) + amount
    return sums
