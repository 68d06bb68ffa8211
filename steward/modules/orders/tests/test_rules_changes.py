"""Rules of changes: what is possible when, and that no lines, cents or pieces are lost or doubled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from steward.modules.orders.rules import change_effects as rules
from steward.modules.orders.rules import changes, transitions
from steward.modules.orders.rules.change_effects import Amounts, Line, Share
from steward.modules.orders.rules.changes import KINDS, Looks, Party
from steward.modules.orders.rules.fulfilment import STATES as FULFILMENT_STATES

CLEAR = Looks()
STATES = sorted({state for state, _verb in transitions.TRANSITIONS} | set(transitions.TRANSITIONS.values()))
MINOR = st.integers(0, 100_000)


@st.composite
def amounts(draw: st.DrawFn) -> Amounts:
    """Draw an order: some lines with discounts, a shipping fee, a discount, and a total that need not add up."""
    lines = []
    for id_ in range(1, draw(st.integers(1, 5)) + 1):
        quantity, price = draw(st.integers(1, 40)), draw(MINOR)
        cancelled = draw(st.integers(0, quantity - 1))
        discount = draw(st.integers(0, quantity * price))
        lines.append(Line(id_, draw(st.integers(1, 3)), quantity, price, discount, cancelled))
    net = sum(line.net_minor for line in lines)
    discount, shipping = draw(st.integers(0, net)), draw(MINOR)
    beyond = draw(st.sampled_from([0, 0, 1, -1, 500]))
    return Amounts(
        lines=tuple(lines),
        shipping_minor=shipping,
        discount_minor=discount,
        total_minor=max(0, net - discount + shipping + beyond),
    )


def _shares(data: st.DataObject, order: Amounts) -> list[Share]:
    return [Share(line.id, data.draw(st.integers(0, line.wanted))) for line in order.lines]


def _pieces(*orders: Amounts) -> dict[tuple[int, int], int]:
    """Count pieces by item and price."""
    found: dict[tuple[int, int], int] = {}
    for order in orders:
        for line in order.lines:
            key = (line.item_id, line.unit_price_minor)
            found[key] = found.get(key, 0) + line.quantity
    return found


def _sums(*orders: Amounts) -> tuple[int, int, int, int]:
    return (
        sum(order.total_minor for order in orders),
        sum(order.shipping_minor for order in orders),
        sum(order.discount_minor for order in orders),
        sum(line.discount_minor for order in orders for line in order.lines),
    )


@given(st.data())
def test_a_split_keeps_every_piece_and_every_cent(data: st.DataObject) -> None:
    order = data.draw(amounts())
    parts = rules.parted(order, _shares(data, order))
    if parts is None:
        return
    assert _pieces(*parts) == _pieces(order)
    assert _sums(*parts) == _sums(order)
    assert all(min(_sums(part)) >= 0 for part in parts)
    assert all(line.net_minor >= 0 and line.wanted >= 0 for part in parts for line in part.lines)


@given(st.data())
def test_a_split_taken_back_is_the_order_as_it_was(data: st.DataObject) -> None:
    order = data.draw(amounts())
    parts = rules.parted(order, _shares(data, order))
    if parts is None:
        return
    rest, part = parts
    numbered = structs.replace(part, lines=tuple(structs.replace(line, id=line.id + 100) for line in part.lines))
    again = rules.joined(rest, numbered, {line.id + 100: line.id for line in part.lines})
    gone = {line.id for line in order.lines} - {line.id for line in rest.lines}
    assert _pieces(again) == _pieces(order)
    assert _sums(again) == _sums(order)
    assert {line for line in again.lines if line.id} == {line for line in order.lines if line.id not in gone}


@given(st.data())
def test_money_is_conserved_over_any_sequence_of_splits_merges_and_edits(data: st.DataObject) -> None:
    first = data.draw(amounts())
    orders, held = [first], [data.draw(st.integers(0, 2 * first.total_minor + 10))]
    given_back, whole = 0, held[0]
    for _step in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(orders) - 1))
        kind = data.draw(st.sampled_from(["split", "merge", "lines"]))
        order = orders[place]
        if kind == "split" and (parts := rules.parted(order, _shares(data, order))) is not None:
            rest, part = parts
            money = rules.money_share_minor(
                held_minor=held[place], stays_minor=rest.total_minor, goes_minor=part.total_minor
            )
            assert 0 <= money <= held[place]
            assert rest.total_minor + part.total_minor == order.total_minor
            orders[place], held[place] = rest, held[place] - money
            orders.append(part)
            held.append(money)
        elif kind == "merge" and len(orders) > 1:
            other = (place + 1) % len(orders)
            orders[place] = rules.joined(order, orders[other], {})
            held[place] += held[other]
            del orders[other], held[other]
        elif kind == "lines":
            lines = [rules.with_wanted(line, data.draw(st.integers(0, line.wanted))) for line in order.lines]
            after = rules.edited(order, lines)
            if after is None:
                continue
            refund = rules.refund_minor(
                before_minor=order.total_minor, after_minor=after.total_minor, held_minor=held[place]
            )
            assert 0 <= refund <= max(0, held[place] - after.total_minor)
            orders[place], held[place], given_back = after, held[place] - refund, given_back + refund
        orders = [
            structs.replace(one, lines=tuple(structs.replace(line, id=at + 1) for at, line in enumerate(one.lines)))
            for one in orders
        ]
        assert sum(held) + given_back == whole
        assert all(one.total_minor >= 0 and amount >= 0 for one, amount in zip(orders, held, strict=True))


@given(st.data())
def test_the_total_moves_by_as_much_as_its_parts_do(data: st.DataObject) -> None:
    order = data.draw(amounts())
    lines = [rules.with_wanted(line, data.draw(st.integers(0, 60))) for line in order.lines]
    after = rules.edited(order, lines, shipping_minor=data.draw(st.none() | MINOR))
    if after is None or not after.total_minor:
        return

    def computed(one: Amounts) -> int:
        return one.lines_minor - one.discount_minor + one.shipping_minor

    assert after.total_minor - order.total_minor == computed(after) - computed(order)


@given(st.data())
def test_fewer_pieces_never_cost_more(data: st.DataObject) -> None:
    order = data.draw(amounts())
    lines = [rules.with_wanted(line, data.draw(st.integers(0, line.wanted))) for line in order.lines]
    after = rules.edited(order, lines)
    assert after is None or after.total_minor <= order.total_minor


@given(st.integers(0, 10**9), st.integers(0, 10**8), st.integers(0, 10**8))
def test_an_order_paid_whole_is_two_orders_paid_whole_after_a_split(extra: int, stays: int, goes: int) -> None:
    held = stays + goes + extra
    money = rules.money_share_minor(held_minor=held, stays_minor=stays, goes_minor=goes)
    assert money == goes
    assert held - money >= stays


def test_an_order_of_nothing_is_no_order() -> None:
    order = Amounts(lines=(Line(1, 1, 2, 500),), shipping_minor=0, discount_minor=0, total_minor=1_000)
    assert rules.edited(order, [Line(1, 1, 0, 500)]) is None
    assert rules.parted(order, [Share(1, 2)]) is None
    assert rules.parted(order, [Share(1, 0)]) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("goods", FULFILMENT_STATES)
def test_every_change_in_every_state_is_possible_or_says_why(kind: str, state: str, goods: str) -> None:
    why = changes.hindrance(kind, state, goods, CLEAR)
    is_open = state in ("received", "checked", "audit", "approved") and goods not in (
        "partly_shipped",
        "shipped",
        "delivered",
    )
    rest_can_go = goods == "partly_shipped" and kind == "cancel_lines" and state != "cancelled"
    assert (why == "") == (is_open or rest_can_go)


@pytest.mark.parametrize(
    ("looks", "why"),
    [
        ({"is_held": True}, "held"),
        ({"has_conflict": True}, "conflict"),
        ({"has_errors": True}, "open_errors"),
        ({"awaits_verification": True}, "awaits_verification"),
        ({"is_being_refunded": True}, "money_on_its_way_back"),
    ],
)
def test_no_split_or_merge_gets_past_a_look_that_is_still_to_come(looks: dict[str, bool], why: str) -> None:
    waits = Looks(**looks)
    assert {changes.hindrance(kind, "audit", "promised", waits) for kind in changes.TWO_ORDERS} == {why}
    assert changes.hindrance("lines", "audit", "promised", waits) == ""


def _party(**facts: Any) -> Party:
    usual: dict[str, Any] = {
        "order_id": 1,
        "customer_id": 7,
        "shop_id": 1,
        "currency": "CNY",
        "simulated": False,
        "address": "x",
        "is_settled": True,
    }
    return Party(**(usual | facts))


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, ""),
        ({"order_id": 1}, "same_order"),
        ({"customer_id": 8}, "other_buyer"),
        ({"shop_id": 2}, "other_shop"),
        ({"simulated": True}, "other_shop"),
        ({"currency": "HKD"}, "other_currency"),
        ({"address": "y"}, "other_address"),
        ({"is_settled": False}, "one_is_paid"),
    ],
)
def test_only_orders_alike_become_one(facts: dict[str, Any], why: str) -> None:
    assert changes.merge_hindrance(_party(), _party(**({"order_id": 2} | facts))) == why


def test_what_an_order_holds_already_is_not_missing() -> None:
    assert rules.short_units({1: 3, 2: 2}, free={1: 0, 2: 1}, held={1: 3}) == {2: 1}
