"""What texts are found by, what is searched for, and how a hit is shown and rated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from steward.modules.desk.rules.search_words import WIDEST, cell_before, cells, lexemes, wanted
from steward.modules.desk.rules.snippets import LONGEST_SNIPPET, score, snippet

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def finds(query: str, text: str) -> bool:
    """Match as the index does: every part must be there, `:*` from its beginning."""
    there, parts = lexemes(text), [part for part in wanted(query).expression.split(" & ") if part]
    return bool(parts) and all(
        any(one.startswith(part[1:-3]) if part.endswith(":*") else one == part[1:-1] for one in there) for part in parts
    )


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("退款", "我想申请退款"),
        ("退款", "我想申請退款"),
        ("退貨", "已经退货了"),
        ("自提", "亲自提交，或者自提"),
        ("refu", "Please refund me"),
        ("the box", "Where is the boxed item"),
        ("物流停滞", "物流信息停滞三天"),
        ("快递丢失怎么赔偿", "快递丢失了，赔偿怎么算"),
        ("ship", "When will it be shipped?"),
        ("shipping", "It was shipped"),
        ("SO-2026-000123", "订单so-2026-000123还没发货"),
        ("000123", "订单 SO-2026-000123"),
        ("iphone手机壳", "iPhone 的手机壳"),
        ("ＩＰＨＯＮＥ", "iphone"),
        ("refund 退款", "退款 (refund) please"),
        ("SF1234", "单号SF1234567890123"),
    ],
)
def test_a_word_finds_the_texts_it_stands_in(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("退款", "退回货款"),
        ("款退", "退款"),
        ("refund", "fund"),
        ("退款 物流", "只要退款"),
        ("", "退款"),
        ("refu me", "refund me"),
    ],
)
def test_a_word_does_not_find_others(query: str, text: str) -> None:
    assert not finds(query, text)


@pytest.mark.parametrize(
    "text",
    [
        "13800001111", "+86 138-0000-1111", "mei@example.com", "330106199001011234", "138.0000.1111", "1380 0001 111",
        "008613800001111", "(0571) 8888-1234", "057188881234", "１３８００００１１１１",
        "mei＠example.com", "6222020200000000006", "6222 0200 0000 0000 123", "+1 415 555 2671", "138—0000—1111",
    ],
)  # fmt: skip
def test_personal_numbers_and_addresses_are_neither_kept_nor_searched_for(text: str) -> None:
    assert lexemes(f"电话{text}请回电") == lexemes("电话 请回电")
    assert wanted(text).expression == ""


def test_a_word_before_a_phone_and_numbers_of_orders_and_parcels_are_kept() -> None:
    assert lexemes("tel13800001111") == ["tel"]
    numbers = ["so", "2026", "000123", "sf1234567890123", "6222020200000000009", "75312345678901"]
    assert lexemes("SO-2026-000123 SF1234567890123 6222020200000000009 75312345678901") == numbers


def test_an_expression_holds_nothing_that_was_typed_but_letters_digits_and_characters() -> None:
    assert wanted("a' | !('b").expression == "'a' & 'b'"
    assert wanted("') & 退款:*\\").expression == "'退款'"


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("ship", "'ship':*"), ("ok", "'ok'"), ("parcel refund", "'parcel' & 'refund':*"),
        ("退款 123", "'退款' & '123'"),
        ("1234", "'1234':*"), ("退款 a", "'退款' & 'a'"), ("退款 货", "'退款'"), ("第1", "'1'"),
        ("退", ""), ("a", ""), ("7", ""), ("退 货", ""), ("？", ""),
    ],
)  # fmt: skip
def test_a_search_reads_beginnings_only_of_the_last_long_word_and_nothing_of_one_character(
    text: str, expression: str
) -> None:
    assert wanted(text).expression == expression


def test_every_stretch_names_the_instants_in_it() -> None:
    for level in range(WIDEST + 1):
        name, begins = cell_before(AT, level)
        assert begins is not None
        assert begins < AT
        assert name in cells(begins)
        assert name in cells(AT - timedelta(seconds=1))
        assert name not in cells(begins - timedelta(seconds=1))
    assert cell_before(AT, WIDEST + 1) == ("", None)
    on_the_hour = AT.replace(minute=0)
    assert cell_before(on_the_hour, 0)[1] == on_the_hour - timedelta(hours=1)


def test_a_snippet_marks_the_words_as_they_were_written() -> None:
    pieces = snippet("昨天" * 60 + "我要申請退貨，Shipping was slow", wanted("退货 ship"))

    assert [piece.text for piece in pieces if piece.marked] == ["退貨", "Shipping"]
    assert pieces[0].text == "…"
    assert len("".join(piece.text for piece in pieces)) <= LONGEST_SNIPPET + 2


def test_a_whole_word_in_the_subject_said_today_rates_above_an_accidental_one_of_long_ago() -> None:
    query = wanted("自提")
    whole = score("可以自提吗", "自提", AT, AT, query)

    assert whole > score("请亲自提交", "", AT, AT, query)
    assert whole > score("可以自提吗", "自提", AT - timedelta(days=90), AT, query)
