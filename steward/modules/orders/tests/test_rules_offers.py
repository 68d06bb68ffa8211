"""What can be offered when goods are short: the books balance whatever is chosen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from steward.modules.orders.rules import offers
from steward.modules.orders.rules.offers import Facts, Line, StandIn

ITEMS = st.integers(1, 4)


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    """Draw the lines of an order, some with discounts, some without stock, some partly cancelled."""
    made = []
    for place in range(draw(st.integers(1, 5))):
        quantity, price = draw(st.integers(1, 6)), draw(st.integers(0, 9_999))
        made.append(
            Line(
                id=place + 1,
                item_id=draw(ITEMS),
                quantity=quantity,
                unit_price_minor=price,
                discount_minor=draw(st.integers(0, quantity * price)),
                cancelled=draw(st.integers(0, quantity)) if draw(st.integers(0, 4)) == 0 else 0,
                stocked=draw(st.integers(0, 5)) > 0,
            )
        )
    return made


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Draw an order that may be short, with money, free goods and stand-ins."""
    wanted = draw(lines())
    worth, shipping = sum(line.net_minor for line in wanted), draw(st.integers(0, 2_000))
    discount = draw(st.integers(0, worth + shipping))
    stand_ins = st.lists(st.builds(StandIn, st.integers(5, 8), st.integers(0, 12_000)), max_size=3)
    return Facts(
        lines=wanted,
        free=draw(st.dictionaries(st.integers(1, 8), st.integers(0, 20))),
        stand_ins=draw(st.dictionaries(ITEMS, stand_ins)),
        total_minor=worth + shipping - discount,
        discount_minor=discount,
        held_minor=draw(st.integers(0, worth + shipping + 500)),
        absorbed_minor=draw(st.integers(0, 3_000)),
        can_split=draw(st.booleans()),
    )


def shipping(order: Facts) -> int:
    return order.total_minor - sum(line.net_minor for line in order.lines) + order.discount_minor


@given(facts())
def test_lines_discount_and_shipping_always_make_the_total(order: Facts) -> None:
    for choice in offers.choices(order):
        if choice.kind in ("partial", "substitute"):
            worth = sum(line.net_minor for line in choice.lines)
            assert worth - choice.discount_minor + shipping(order) == choice.total_minor


@given(facts())
def test_nobody_pays_more_for_less_and_gets_back_only_what_is_held_above_the_new_total(order: Facts) -> None:
    for choice in offers.choices(order):
        if choice.kind == "partial":
            falls = order.total_minor - choice.total_minor
            assert 0 <= choice.refund_minor <= falls
            assert choice.total_minor >= 0
            assert order.held_minor - choice.refund_minor >= min(order.held_minor, choice.total_minor)
            covered = order.held_minor >= order.total_minor
            assert choice.refund_minor == falls if covered else True


@given(facts())
def test_what_is_chosen_can_be_promised_whole(order: Facts) -> None:
    for choice in offers.choices(order):
        if choice.kind in ("partial", "substitute"):
            units = offers.wanted_units(choice.lines)
            assert all(need <= order.free.get(item, 0) for item, need in units.items())


@given(facts())
def test_a_part_keeps_all_that_is_there(order: Facts) -> None:
    before, short = offers.wanted_units(order.lines), offers.missing_units(order)
    for choice in offers.choices(order):
        if choice.kind == "partial":
            after = offers.wanted_units(choice.lines)
            assert {item: units - after.get(item, 0) for item, units in before.items()} == {
                item: short.get(item, 0) for item in before
            }


@given(facts())
def test_a_substitute_changes_no_quantity_and_costs_more_only_above_the_limit(order: Facts) -> None:
    for choice in offers.choices(order):
        if choice.kind == "substitute":
            assert [line.quantity for line in choice.lines] == [line.quantity for line in order.lines]
            assert choice.total_minor == order.total_minor + choice.extra_minor
            assert choice.extra_minor == 0 or choice.extra_minor > order.absorbed_minor


@given(facts())
def test_a_code_names_one_choice(order: Facts) -> None:
    found = offers.choices(order)
    codes = [choice.code for choice in found]

    assert all(offers.find(order, code) is not None for code in codes)
    assert {"wait", "cancel"} <= set(codes)


def test_waiting_and_cancelling_is_all_that_is_left_where_nothing_is_there() -> None:
    order = Facts(
        lines=[Line(1, 1, 2, 19_900)],
        free={},
        stand_ins={},
        total_minor=39_800,
        discount_minor=0,
        held_minor=0,
        absorbed_minor=0,
    )

    assert [choice.kind for choice in offers.choices(order)] == ["wait", "cancel"]


def test_a_discount_shrinks_with_the_lines_in_the_buyers_favour() -> None:
    order = Facts(
        lines=[Line(1, 1, 3, 1_000)],
        free={1: 2},
        stand_ins={},
        total_minor=2_900,
        discount_minor=100,
        held_minor=2_900,
        absorbed_minor=0,
    )

    partial = offers.choices(order)[1]

    assert (partial.total_minor, partial.discount_minor, partial.refund_minor) == (1_933, 67, 967)


@given(facts())
def test_a_split_sends_what_is_there_and_gives_nothing_back(order: Facts) -> None:
    found = {choice.kind: choice for choice in offers.choices(order)}
    if "split" not in found:
        return
    split, partial = found["split"], found["partial"]
    assert (split.refund_minor, split.extra_minor) == (0, 0)
    assert offers.wanted_units(split.lines) == offers.wanted_units(partial.lines)
    assert 0 <= split.total_minor <= order.total_minor


@given(facts())
def test_nobody_is_offered_a_split_where_the_order_cannot_be_parted(order: Facts) -> None:
    kinds = {choice.kind for choice in offers.choices(order)}
    assert order.can_split or "split" not in kinds
