"""The classifier without a database: the seed, what texts consist of, learning, deciding, and models as bytes."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from steward.modules.desk.queries.classifier import seed
from steward.modules.desk.rules import categories
from steward.modules.desk.rules.classifying import deciding, learning, phrases, stored, texts
from steward.modules.desk.rules.classifying.deciding import KeptRow, Limits, Verdict
from steward.modules.desk.rules.classifying.model import Model, Row, Settings

QUICK = learning.Effort(forms=1, fitting=Settings(rounds=12, folds=2))
FEW = {"logistics.tracking", "logistics.lost", "payment.invoice", "order.cancel", "none.none"}


@cache
def small() -> Model:
    return learning.learn(learning.rows_of([one for one in seed() if one.key in FEW], QUICK), QUICK)


def test_every_reason_is_put_in_forty_ways_and_more_in_chinese_and_in_english() -> None:
    written = Counter((one.key, one.language) for one in seed())
    few = {pair: n for pair, n in written.items() if n < 40 and pair[1] != "zh-Hant"}
    assert few == {}
    assert {key for key, _language in written} == {*categories.REASONS, "none.none"}
    # Traditional characters are read as simplified ones, so all of these count there too, beside words of its own.
    assert all(written[key, "zh-Hant"] >= 3 for key in categories.REASONS)


def test_no_phrase_stands_under_two_reasons() -> None:
    places: dict[str, set[str]] = {}
    for one in seed():
        places.setdefault(one.text.lower(), set()).add(one.key)
    assert {text: keys for text, keys in places.items() if len(keys) > 1} == {}


def test_the_forms_of_a_phrase_are_the_same_every_time_and_differ_from_each_other() -> None:
    phrase = phrases.Phrase("logistics", "late", "zh-Hans", "{催|催促}一下{快递|包裹}")

    written = phrases.forms(phrase, most=4, seed=1)

    assert written == phrases.forms(phrase, most=4, seed=1)
    assert len(set(written)) == len(written) > 1
    assert not any(sign in text for text in written for sign in "{|}")


def test_a_line_before_any_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="before any"):
        list(phrases.phrases_in("没有标题\n", category="order", language="zh-Hans"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("退貨", "退货"), ("Ｔｒａｃｋ", "track"), ("订单440012345", "订单778899001"), ("好好好好好", "好好")],
)
def test_writings_of_the_same_are_alike(one: str, other: str) -> None:
    assert texts.features(one) == texts.features(other)


def test_the_same_rows_make_the_same_model() -> None:
    rows = learning.rows_of([one for one in seed() if one.key in ("order.cancel", "payment.invoice")], QUICK)
    again = [stored.sealed(learning.learn(rows, QUICK))[1] for _time in range(2)]
    assert again[0] == again[1]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("請問我的包裹現在在哪裡？", "logistics"),
        ("想取消昨天那张单", "order"),
        ("can you send the invoice again", "payment"),
    ],
)
def test_words_it_never_saw_in_this_order_are_understood(text: str, category: str) -> None:
    assert learning.verdicts(small(), [text])[0].category == category


def test_a_text_without_known_parts_is_decided_by_nobody() -> None:
    verdict = learning.verdicts(small(), ["\u00a0", "ʘ"])[0]
    assert not deciding.decides_alone(verdict, Limits(0.6, 0.5))


def test_a_model_survives_being_stored_and_a_changed_byte_is_noticed() -> None:
    content, sha256 = stored.sealed(small())

    model = stored.opened(content, sha256)

    asked = ["发票什么时候开", "lost parcel"]
    assert [one.sub_reason for one in learning.verdicts(model, asked)] == ["invoice", "lost"]
    with pytest.raises(stored.BrokenModel):
        stored.opened(content[:-1] + b"x", sha256)


def test_rows_of_one_phrase_are_never_parted() -> None:
    rows = [Row(f"text {n}", "order.cancel", f"phrase {n // 4}") for n in range(400)]
    learnt, kept = learning.parted(rows)
    assert kept
    assert not {row.group for row in learnt} & {row.group for row in kept}


def test_reasons_of_a_category_add_up_and_the_best_one_is_named() -> None:
    verdict = deciding.verdict_of({"order.cancel": 0.3, "order.change": 0.25, "payment.refund": 0.35, "none.none": 0.1})
    assert (verdict.category, verdict.sub_reason) == ("order", "cancel")
    assert verdict.probability == pytest.approx(0.55)
    assert verdict.others[0] == ("payment.refund", 0.35)


@pytest.mark.parametrize(
    ("category", "share", "alone"), [("order", 0.6, True), ("order", 0.59, False), ("none", 0.99, False)]
)
def test_it_decides_alone_from_the_limit_on_and_never_that_it_is_small_talk(
    category: str, share: float, *, alone: bool
) -> None:
    assert deciding.decides_alone(Verdict(category, "", share, share), Limits(0.6, 0.5)) is alone


def test_figures_count_coverage_and_what_was_taken_for_what() -> None:
    kept = [KeptRow("order", "order", 0.9), KeptRow("order", "payment", 0.8), KeptRow("payment", "payment", 0.3)]
    figures = deciding.figures_of(kept, 0.6)
    assert (figures.rows, round(figures.decided, 2), figures.decided_right) == (3, 0.67, 0.5)
    assert figures.confusion["order"] == {"order": 1, "payment": 1}
    assert 0 < figures.decided_right_from < 0.5 < figures.decided_right_to < 1


@pytest.mark.parametrize(
    ("gained", "lost", "better"), [(3, 0, True), (1, 0, False), (10, 9, False), (0, 5, False), (0, 0, False)]
)
def test_a_new_version_is_better_only_by_more_than_chance(gained: int, lost: int, *, better: bool) -> None:
    old = [False] * gained + [True] * lost + [True] * 20
    new = [True] * gained + [False] * lost + [True] * 20
    assert deciding.is_better(old, new, z=1.0) is better


@pytest.mark.parametrize(
    ("category", "reason", "text", "urgency"),
    [
        ("order", "wrong_item", "", "urgent"),
        ("logistics", "lost", "", "urgent"),
        ("logistics", "tracking", "快递是不是弄丢了", "urgent"),
        ("order", "", "你們寄錯商品了", "urgent"),
        ("", "", "You sent me the wrong item", "urgent"),
        ("logistics", "tracking", "会不会丢件啊 有点担心", "normal"),
        ("payment", "invoice", "发票开一下", "normal"),
    ],
)
def test_a_wrong_order_and_lost_goods_are_urgent(category: str, reason: str, text: str, urgency: str) -> None:
    assert categories.urgency_of(category, reason, text) == urgency


def test_the_tree_knows_its_own_and_nothing_else() -> None:
    assert categories.is_known("", "")
    assert categories.is_known("order", "")
    assert categories.is_known("order", "cancel")
    assert not categories.is_known("order", "lost")
    assert not categories.is_known("weather", "")
    assert not categories.is_known("", "cancel")
