"""The rules a house begins with answer as the law and our promise say; every rule can say why it did not decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.modules.returns.queries.policy_words import WHYS as WHY_WORDS
from steward.modules.returns.rules import policy_shapes, states
from steward.modules.returns.rules.policy import Book, Facts, Rule, When, decide, with_branches
from steward.modules.returns.rules.policy_flaws import flaws
from steward.modules.returns.rules.policy_shipped import SHIPPED
from steward.modules.returns.rules.windows import window_ends

DELIVERED = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
BELOW = {
    "quality": ["defective", "flawed", "expired"],
    "wrong_delivery": ["wrong_item", "missing", "not_as_described"],
    "change_of_mind": ["no_reason", "size"],
}
KNOWN = {
    "reasons": {"lost", "missing", "damaged", "quality", "wrong_delivery", "late", "size"},
    "platforms": {"tmall", "jd", "douyin", "wechat"},
    "shops": {"own"},
    "categories": {"camp"},
    "skus": {"TENT-2"},
}
FAULT = {"no_reason": "customer", "size": "customer", "damaged": "carrier", "lost": "carrier", "late": "carrier"}
BOOK = Book(with_branches(SHIPPED, BELOW), 1)


def facts(reason: str = "no_reason", kind: str = "return_refund", **changes: Any) -> Facts:
    """Return what is known of an ordinary tent that was delivered on Monday."""
    known: dict[str, Any] = {
        "kind": kind,
        "reason": reason,
        "fault": FAULT.get(reason, "merchant"),
        "shop": "own",
        "platform": "own",
        "category": "camp/tents",
        "return_class": "",
        "sku": "TENT-2",
        "price_minor": 19_900,
        "currency": "CNY",
        "placed_at": DELIVERED - timedelta(days=3),
        "delivered_at": DELIVERED,
        "opened": None,
        "trusted": False,
        "pictures": 0,
        "videos": 0,
    }
    return Facts(**(known | changes))


def after(days: float) -> datetime:
    """Return a moment so many days after the delivery."""
    return DELIVERED + timedelta(days=days)


def test_seven_days_without_a_reason_end_with_the_seventh_day_after_the_delivery_in_the_shop_s_place() -> None:
    ends = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)  # midnight in Shanghai after the ninth

    inside = BOOK.decide(facts(), now=ends - timedelta(seconds=1))
    outside = BOOK.decide(facts(opened=True), now=ends)

    assert (inside.eligible, inside.rule, inside.until) == (True, "seven_days", ends)
    assert (inside.freight_payer, inside.restocking_permille, inside.automatic_up_to_minor) == ("customer", 0, 50_000)
    assert (outside.rule, outside.restocking_permille, outside.automatic_up_to_minor) == ("thirty_days_opened", 100, -1)


def test_the_promise_ends_after_thirty_days_and_says_since_when() -> None:
    late = BOOK.decide(facts(), now=after(40))

    assert (late.eligible, late.why, late.rule) == (False, "too_late", "thirty_days_unopened")
    assert late.until == datetime(2026, 4, 1, 16, 0, tzinfo=UTC)
    assert late.params["days"] == 9
    assert late.kinds == ()


@pytest.mark.parametrize("return_class", ["custom_made", "fresh", "digital", "press"])
def test_goods_the_law_excludes_are_not_taken_back_without_a_reason_but_for_quality(return_class: str) -> None:
    whim = BOOK.decide(facts(return_class=return_class), now=after(1))
    fault = BOOK.decide(facts("flawed", return_class=return_class, pictures=1), now=after(3))

    assert (whim.eligible, whim.why, whim.params) == (False, "excluded", {"return_class": return_class})
    assert (fault.eligible, fault.rule, fault.freight_payer) == (True, "quality", "merchant")


def test_hygiene_goods_come_back_only_unopened_and_final_sale_never_without_a_fault() -> None:
    def answer(**changes: Any) -> str:
        return BOOK.decide(facts(**changes), now=after(1)).rule

    assert answer(return_class="hygiene", opened=True) == "hygiene_opened"
    assert answer(return_class="hygiene", opened=False) == "seven_days"
    assert answer(return_class="final_sale") == "final_sale"
    assert answer(reason="wrong_item", return_class="final_sale", pictures=1) == "sent_wrongly"


def test_missing_evidence_says_what_is_needed_and_what_could_be_had() -> None:
    answer = BOOK.decide(facts("damaged", pictures=1), now=after(1))

    assert (answer.eligible, answer.why, answer.params) == (False, "evidence_missing", {"pictures": 2, "videos": 0})
    assert answer.kinds == ("return_refund", "exchange", "reship")
    assert BOOK.decide(facts("damaged", pictures=2), now=after(1)).eligible


def test_small_damage_needs_no_parcel_back_and_large_damage_does() -> None:
    small = BOOK.decide(facts("damaged", "refund_only", price_minor=4_999, pictures=2), now=after(1))
    large = BOOK.decide(facts("damaged", "refund_only", price_minor=5_000, pictures=2), now=after(1))

    assert (small.eligible, small.rule) == (True, "damaged_small")
    assert (large.eligible, large.why) == (False, "kind_not_offered")
    assert "return_refund" in large.kinds


def test_only_trusted_customers_get_their_replacement_in_advance() -> None:
    asked = facts("defective", "exchange", pictures=1)

    assert not BOOK.decide(asked, now=after(1)).advance
    assert BOOK.decide(msgspec.structs.replace(asked, trusted=True), now=after(1)).advance


def test_marketplaces_set_the_time_for_an_answer_whichever_rule_decides() -> None:
    own, tmall = (BOOK.decide(facts(platform=one), now=after(1)) for one in ("own", "tmall"))

    assert (own.answer_within_h, tmall.answer_within_h) == (0, 48)
    assert own.rule == tmall.rule == "seven_days"


def test_before_delivery_only_what_is_lost_can_be_asked_for() -> None:
    whim = BOOK.decide(facts(delivered_at=None), now=after(1))
    lost = BOOK.decide(facts("lost", "refund_only", delivered_at=None), now=after(1))

    assert (whim.why, whim.kinds) == ("not_delivered", ())
    assert (lost.eligible, lost.kinds) == (True, ("refund_only", "reship"))


def test_a_warranty_runs_months_from_the_delivery_and_repair_goes_on_after_it_at_the_customer_s_cost() -> None:
    asked = facts("defective", "repair", warranty_months=12)

    within, over = (BOOK.decide(asked, now=after(days)) for days in (364, 366))

    assert (within.rule, within.freight_payer) == ("repair_in_warranty", "merchant")
    assert within.until == datetime(2027, 3, 2, 16, 0, tzinfo=UTC)
    assert (over.rule, over.freight_payer) == ("repair_after_warranty", "customer")
    assert not BOOK.decide(facts("defective", "repair"), now=after(40)).eligible


def test_a_month_without_that_day_ends_with_its_last() -> None:
    assert window_ends(datetime(2026, 8, 31, tzinfo=UTC), "UTC", months=6) == datetime(2027, 3, 1, tzinfo=UTC)
    assert window_ends(None, "UTC", days=7) is None


def test_each_rule_says_which_conditions_it_missed() -> None:
    steps = {step.code: step for step in BOOK.steps(facts(), now=after(9))}

    assert (steps["seven_days"].became, steps["seven_days"].misses) == ("missed", ("window",))
    assert steps["thirty_days_unopened"].became == "decided"
    assert steps["thirty_days_opened"].misses == ("opened",)
    assert steps["damaged"].misses == ("reasons", "window")
    assert [step.code for step in BOOK.steps(facts(), now=after(9))] == [rule.code for rule in SHIPPED]


def test_a_rule_that_is_switched_off_does_not_decide() -> None:
    rule = Rule(code="all", labels={}, active=False)

    assert decide([rule], facts(), now=after(1)).why == "no_rule"
    assert [step.became for step in Book([rule]).steps(facts(), now=after(1))] == ["off"]


def test_a_category_means_all_goods_under_its_path_and_no_neighbour() -> None:
    rule = Rule(code="tents", labels={}, when=When(categories=("camp",)))

    assert decide([rule], facts(category="camp/tents"), now=after(1)).eligible
    assert not decide([rule], facts(category="camping"), now=after(1)).eligible


@given(
    reason=st.sampled_from([*FAULT, *BELOW["quality"], *BELOW["wrong_delivery"]]),
    kind=st.sampled_from(states.KINDS),
    changes=st.fixed_dictionaries(
        {
            "return_class": st.sampled_from(["", "fresh", "hygiene", "final_sale", "custom_made"]),
            "opened": st.sampled_from([None, True, False]),
            "trusted": st.booleans(),
            "pictures": st.integers(0, 3),
            "price_minor": st.integers(0, 100_000),
            "warranty_months": st.sampled_from([0, 12]),
            "delivered_at": st.sampled_from([None, DELIVERED]),
            "platform": st.sampled_from(["own", "tmall"]),
        }
    ),
    days=st.floats(0, 800),
)
def test_the_answer_and_the_steps_never_disagree(reason: str, kind: str, changes: dict[str, Any], days: float) -> None:
    asked, now = facts(reason, kind, **changes), after(days)

    answer = BOOK.decide(asked, now=now)
    decided = [step.code for step in BOOK.steps(asked, now=now) if step.became == "decided"]

    assert decided == ([answer.rule] if answer.rule and answer.why != "too_late" else [])
    assert (kind in answer.kinds) is (answer.eligible or answer.why == "evidence_missing")
    assert answer.why in ("", *policy_shapes.WHYS)


def test_every_answer_has_words() -> None:
    assert set(WHY_WORDS) == set(policy_shapes.WHYS)


def test_the_first_rules_are_without_flaw_and_read_back_as_they_were() -> None:
    assert flaws(SHIPPED, KNOWN) == []
    assert msgspec.convert(msgspec.to_builtins(SHIPPED), tuple[Rule, ...]) == SHIPPED


NAMES = {"zh-hans": "甲", "zh-hant": "甲", "en": "A"}


@pytest.mark.parametrize(
    ("facts_", "field", "code"),
    [
        ({"when": {"reasons": ["whim"]}}, "when.reasons", "unknown_reasons"),
        ({"when": {"categories": ["shoes"]}}, "when.categories", "unknown_categories"),
        ({"when": {"platforms": ["ebay"]}}, "when.platforms", "unknown_platforms"),
        ({"when": {"shops": ["ebay"]}}, "when.shops", "unknown_shops"),
        ({"when": {"skus": ["X"]}}, "when.skus", "unknown_skus"),
        ({"when": {"price_from_minor": 1}}, "when.currency", "price_needs_currency"),
        (
            {"when": {"currency": "CNY", "price_from_minor": 9, "price_below_minor": 9}},
            "when.price_below_minor",
            "price_range_empty",
        ),
        ({"automatic": {"XXQ": 1}}, "automatic", "currency_unknown"),
        ({"outcome": "refuse"}, "why", "rule_needs_why"),
        ({"why": "opened"}, "why", "rule_why_without_refusal"),
        ({"outcome": "frame"}, "answer_within_h", "frame_sets_nothing"),
        ({"labels": {"en": "A"}}, "labels.zh-hans", "rule_needs_label"),
        ({"code": "seven_days"}, "code", "rule_twice"),
    ],
)
def test_a_flaw_is_named_with_its_field(facts_: dict[str, Any], field: str, code: str) -> None:
    rule = msgspec.convert({"code": "new_rule", "labels": NAMES} | facts_, Rule)

    found = [(one.field, one.code) for one in flaws([rule, *SHIPPED], KNOWN)]

    assert (f"rules.0.{field}", code) in found


def test_a_rule_that_hides_those_below_it_is_named_and_the_last_may_fit_everything() -> None:
    rule = Rule(code="all", labels={"zh-hans": "甲", "zh-hant": "甲", "en": "A"})

    hidden = [one for one in flaws([rule, *SHIPPED], KNOWN) if one.code == "rule_hidden"]

    assert len(hidden) == len([one for one in SHIPPED if one.outcome != "frame"])
    assert flaws([*SHIPPED, rule], KNOWN) == []
    assert [one.code for one in flaws([], KNOWN)] == ["nothing_allowed"]
