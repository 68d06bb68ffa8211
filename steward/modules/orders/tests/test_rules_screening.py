"""The rules of screening: what fires, how it adds up, how values are brought to one spelling."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from steward.modules.orders.rules import screening_signals as signals
from steward.modules.orders.rules.screening import Facts, Listed, Past, Window, fired, judge, must_hold_again
from steward.modules.orders.rules.screening_graph import INNER, MOST, OUTER, drawn
from steward.modules.orders.rules.screening_scores import Tally, feedback
from steward.modules.orders.rules.screening_sets import Rule, RuleSet, explained, flaws
from steward.modules.orders.rules.screening_shipped import SHIPPED

TEXTS = {"zh-hans": "文", "zh-hant": "文", "en": "text"}
RULES = {rule.code: rule for rule in SHIPPED.rules}
shared_orders = st.lists(st.integers(1, 60), max_size=20, unique=True)
windows = st.dictionaries(
    st.sampled_from(sorted(rule.code for rule in SHIPPED.rules if rule.window_s)),
    st.builds(Window, orders=st.integers(0, 100), customers=st.integers(0, 100)),
)
facts = st.builds(
    Facts,
    total_minor=st.integers(0, 10**9),
    currency=st.sampled_from(["CNY", "USD"]),
    pieces=st.integers(1, 1000),
    signup_s=st.none() | st.floats(0, 10**7),
    past=st.builds(
        Past, orders=st.integers(0, 50), mean_minor=st.floats(0, 10**8), most_minor=st.integers(0, 10**8),
        mean_pieces=st.floats(0, 100), most_pieces=st.integers(0, 100),
    ),
    windows=windows,
    listed=st.lists(st.builds(Listed, st.just(1), st.sampled_from(["block", "allow", "forwarding"]), st.just("phone")))
    .map(tuple),
)  # fmt: skip


@given(facts)
def test_a_score_lies_between_0_and_100_and_is_the_sum_of_its_reasons(seen: Facts) -> None:
    verdict = judge(seen, SHIPPED)
    purposes = {one.purpose for one in seen.listed}
    expected = min(100, sum(reason.weight for reason in verdict.reasons))
    assert verdict.score == (0 if "allow" in purposes and "block" not in purposes else expected)
    assert verdict.is_held == (verdict.score >= SHIPPED.hold_at)


@given(facts, st.integers(1, 50))
def test_more_of_the_same_never_lowers_a_score(seen: Facts, more: int) -> None:
    fuller = {code: Window(one.orders + more, one.customers + more) for code, one in seen.windows.items()}
    assert judge(msgspec.structs.replace(seen, windows=fuller), SHIPPED).score >= judge(seen, SHIPPED).score


@given(facts)
def test_what_is_blocked_is_held_whoever_is_trusted(seen: Facts) -> None:
    blocked = (*seen.listed, Listed(7, "block", "device"))
    assert judge(msgspec.structs.replace(seen, listed=blocked), SHIPPED).is_held


def test_a_window_fires_at_its_limit_and_not_below() -> None:
    rule = RULES["device_3_customers"]
    assert fired(rule, Facts(1, "CNY", 1, windows={rule.code: Window(9, 1)})) is None
    reason = fired(rule, Facts(1, "CNY", 1, windows={rule.code: Window(9, 2, (5, 6))}))
    assert reason is not None
    assert (reason.facts["count"], reason.order_ids) == (3, (5, 6))


def test_an_outlier_needs_enough_history_and_to_be_above_all_of_it() -> None:
    rule = RULES["amount_above_own"]
    usual = Past(orders=3, mean_minor=10_000, most_minor=20_000)
    assert fired(rule, Facts(50_000, "CNY", 1, past=usual)) is not None
    assert fired(rule, Facts(49_999, "CNY", 1, past=usual)) is None
    assert fired(rule, Facts(50_000, "CNY", 1, past=msgspec.structs.replace(usual, orders=2))) is None
    assert fired(rule, Facts(50_000, "CNY", 1, past=msgspec.structs.replace(usual, most_minor=60_000))) is None


def test_a_first_order_counts_in_the_currency_of_its_limit_only() -> None:
    rule = RULES["first_order_large"]
    assert fired(rule, Facts(300_000, "CNY", 1)) is not None
    assert fired(rule, Facts(300_000, "USD", 1)) is None
    assert fired(rule, Facts(300_000, "CNY", 1, past=Past(orders=1))) is None


def test_what_was_released_is_held_again_only_for_more() -> None:
    verdict = judge(Facts(1, "CNY", 1, signup_s=5), SHIPPED)
    assert not must_hold_again(verdict=verdict, released_scores=[verdict.score])
    assert must_hold_again(verdict=verdict, released_scores=[verdict.score - 1])


def test_the_shipped_rules_have_no_flaws() -> None:
    assert flaws(SHIPPED) == []


def test_every_flaw_of_a_set_is_named_at_once() -> None:
    bad = RuleSet(
        50,
        (
            Rule("twin", "orders_in_window", 5, {"en": "{what}"}),
            Rule("twin", "first_order", 5, TEXTS, limit=5),
            Rule("own", "amount_outlier", 5, TEXTS, limit=90),
        ),
    )
    assert {one.code for one in flaws(bad)} == {
        "rule_twice",
        "rule_needs_signal",
        "rule_needs_window",
        "rule_limit_too_low",
        "rule_needs_text",
        "rule_place_unknown",
        "rule_needs_currency",
        "rule_percent_too_low",
        "rule_needs_history",
    }


def test_an_explanation_fills_what_it_knows_and_runs_nothing() -> None:
    assert explained("{count} of {limit.__class__} {0}", {"count": "3"}) == "3 of {limit.__class__} {0}"


def test_one_house_written_in_several_ways_is_one_address() -> None:
    ways = ("文三路 90 号 5 幢 201 室", "文三路90号5栋201", "文三路９０號,5楼 201室", "文三路九〇号5座201")
    assert {signals.canonical_address("CN", "330106", way) for way in ways} == {"CN|330106|文三路90号5幢201"}
    assert signals.canonical_address("CN", "330106", "文三路 91 号 5 幢 201 室") not in {"CN|330106|文三路90号5幢201"}


def test_an_address_that_says_too_little_ties_nobody_together() -> None:
    assert signals.canonical_address("CN", "330106", "无") == ""
    assert signals.canonical_address("CN", "", "文三路") == ""


def test_network_addresses_are_brought_to_what_one_household_has() -> None:
    assert signals.canonical_ip("203.0.113.9") == "203.0.113.9"
    assert signals.canonical_ip("::ffff:203.0.113.9") == "203.0.113.9"
    assert signals.canonical_ip("2001:4860:1:2:aaaa::1") == signals.canonical_ip("2001:4860:1:2:bbbb::2")
    for inside in ("10.1.2.3", "192.168.0.4", "127.0.0.1", "fe80::1", "nonsense", ""):
        assert signals.canonical_ip(inside) == ""


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs", "P")), max_size=60))
def test_bringing_to_one_spelling_is_done_once(text: str) -> None:
    once = signals.canonical_id(text)
    assert signals.canonical_id(once) == once
    ip = signals.canonical_ip(text)
    assert signals.canonical_ip(ip) in (ip, "")


@given(st.integers(-(10**6), 10**6))
def test_the_time_from_sign_up_is_never_negative(seconds: int) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert signals.signup_s(at - timedelta(seconds=seconds), at) == max(0, seconds)


@given(
    st.dictionaries(st.sampled_from(["device", "phone", "ip"]), st.lists(st.integers(1, 60), max_size=20, unique=True))
)
def test_the_picture_shows_every_order_once_apart_from_all_others(shared: dict[str, list[int]]) -> None:
    graph = drawn(shared)
    wanted = {order for orders in shared.values() for order in orders}
    orders = [node for node in graph.nodes if node.kind == "order"]
    assert len(orders) == min(len(wanted), MOST) == len({(node.x, node.y) for node in orders})
    assert graph.left_out == len(wanted) - len(orders)
    assert all(math.isclose(math.hypot(node.x, node.y), OUTER, abs_tol=0.2) for node in orders)
    assert all(math.hypot(node.x, node.y) <= INNER + 0.2 for node in graph.nodes if node.kind != "order")


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=80), st.integers(1, 100))
def test_a_tally_says_what_a_count_by_hand_says(seen: list[tuple[int, bool]], hold_at: int) -> None:
    tally = Tally()
    for score, is_bad in seen:
        tally.add(score=score, is_bad=is_bad, total_minor=100, currency="CNY", rules=["r"])
    line = tally.line(hold_at, look_minor=7)
    held = [is_bad for score, is_bad in seen if score >= hold_at]
    missed = [score for score, is_bad in seen if is_bad and score < hold_at]
    assert (line.held, line.caught, line.looking_minor) == (len(held), sum(held), 7 * len(held))
    assert line.missed_minor.get("CNY", 0) == 100 * len(missed)


def test_feedback_counts_decisions_rule_by_rule() -> None:
    told = {one.rule: one for one in feedback([(["a", "b"], "rejected"), (["a"], "released")])}
    assert (told["a"].precision, told["b"].precision) == (0.5, 1.0)
