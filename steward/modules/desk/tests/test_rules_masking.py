"""What names somebody does not leave the house, and comes back whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.modules.desk.rules.masking import masked, unmasked

PRIVATE = (
    "13812345521", "+86 138-1234-5521", "(0571) 8888-1234", "mei.li@example.com", "SO-2026-000001", "TK-2026-000007",
    "SF1234567890123", "6222 0200 0000 0000 123", "33010619900101123X", "https://shop.example/p/abc?x=1",
)  # fmt: skip


@pytest.mark.parametrize(
    "private",
    [
        "１３８１２３４５５２１", "138·1234·5521", "138 – 1234 – 5521", "138/1234/5521", "tel13812345521",
        "mei.li＠example.com", "mei.li @ example.com", "6222—0200—0000—0000", "٠١٢٣٤٥٦٧٨٩",
    ],
)  # fmt: skip
def test_no_way_of_writing_lets_a_number_or_an_address_out(private: str) -> None:
    text = f"联系{private}，谢谢"
    sent, parts = masked(text)

    assert sent == "联系⟦1⟧，谢谢"
    assert unmasked(sent, parts) == text


@pytest.mark.parametrize("private", PRIVATE)
def test_phones_addresses_and_numbers_are_taken_out(private: str) -> None:
    for text in (f"我的单号{private}，请查", f"please call {private} today", private):
        sent, parts = masked(text)

        assert private not in sent
        assert not any(char.isdigit() for char in sent.replace("⟦1⟧", ""))
        assert unmasked(sent, parts) == text


def test_small_numbers_and_words_stay() -> None:
    text = "2 个杯子碎了，共 39.90 元，昨天 15:30 到的"

    assert masked(text) == (text, [])


def test_the_same_part_has_one_mark_and_what_lost_its_mark_stands_at_the_end() -> None:
    sent, parts = masked("13812345521 或 13812345521，邮箱 a@b.cn")

    assert sent == "⟦1⟧ 或 ⟦1⟧，邮箱 ⟦2⟧"
    assert unmasked("call [1] or 【 1 】", parts) == "call 13812345521 or 13812345521 (a@b.cn)"


@given(st.lists(st.sampled_from(PRIVATE) | st.text(max_size=12), max_size=8))
def test_nothing_private_is_lost_whatever_stands_around_it(pieces: list[str]) -> None:
    text = " ".join(pieces)
    sent, parts = masked(text)
    back = unmasked(sent, parts)

    assert all(piece in back for piece in pieces if piece in PRIVATE)
    assert not any(piece in sent for piece in pieces if piece in PRIVATE)
