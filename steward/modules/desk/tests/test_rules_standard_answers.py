"""Standard answers: variables, languages, and what keeps one from being saved."""

from __future__ import annotations

from steward.modules.desk.rules import standard_answers as rules


def test_variables_are_filled_in_and_those_without_a_value_stay_visible() -> None:
    values = {"order_number": "SO-1", "tracking_number": ""}
    text = rules.filled("订单 {{order_number}} 的单号是 {{ tracking_number }}", values)

    assert text == "订单 SO-1 的单号是 {{ tracking_number }}"
    assert rules.variables_in(text) == ["tracking_number"]


def test_a_customer_is_answered_in_their_language_or_the_nearest_there_is() -> None:
    both = {"zh-hans": "您好", "en": "Hello"}

    assert rules.spoken(both, "zh") == "您好"
    assert rules.spoken(both, "zh-hant") == "您好"
    assert rules.spoken(both, "en") == "Hello"
    assert rules.spoken(both, "fr") == "Hello"
    assert rules.spoken({"zh-hant": "您好！"}, "en") == "您好！"


def test_an_answer_needs_a_code_a_title_a_text_and_variables_that_exist() -> None:
    found = rules.faults("Ä b", {"en": " "}, {"en": "{{phone}}"}, "explode")

    assert [(one["field"], one["code"]) for one in found] == [
        ("code", "unfit"),
        ("titles", "required"),
        ("bodies", "unknown_variable"),
        ("then", "unfit"),
    ]
    assert rules.faults("thanks", {"en": "Thanks"}, {"en": "Thank you, {{agent_name}}"}, "solve") == []
