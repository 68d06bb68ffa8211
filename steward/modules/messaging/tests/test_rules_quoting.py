"""What a letter quotes is folded away, and nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.modules.messaging.rules.quoting import folded

QUOTES = [
    "在 2026年3月2日，10:00，小店 <service@shop.example> 写道：\n\n> 您好\n> 请问",
    "在 2026-03-02 10:00:00，“小店” <service@shop.example> 写道：\n您好\n请问",
    "小店 <service@shop.example> 于2026年3月2日周一 10:00写道：\n\n您好",
    "小店 <service@shop.example> 於 2026年3月2日 週一 上午10:00寫道：\n\n您好",
    "On Mon, Mar 2, 2026 at 10:00 AM Shop <service@shop.example> wrote:\n\n> Hello",
    "On Mon, Mar 2, 2026 at 10:00 AM, A Shop With A Very Long Name\n<service@shop.example> wrote:\n> Hello",
    "At 2026-03-02 10:00:00, \"Shop\" <service@shop.example> wrote:\n>Hello",
    "------------------ 原始邮件 ------------------\n发件人: \"小店\" <service@shop.example>;\n发送时间: 2026年3月2日",
    "-----原始邮件-----\n您好",
    "-----Original Message-----\nFrom: Shop\nSent: Monday\nTo: Mei\nSubject: x\n\nHello",
    "________________________________\nFrom: Shop <s@shop.example>\nSent: Monday\nTo: Mei\nSubject: Re: x\n\nHello",
    "发件人: 小店 <service@shop.example>\n发送时间: 2026年3月2日 10:00\n收件人: 梅子\n主题: 回复: x\n\n您好",
    "> 您好\n> 请问\n>",
    "-- \n梅子\n电话 13812345521",
    "发自我的iPhone",
    "Sent from my iPhone\n\n> On 2 Mar 2026, at 10:00, Shop <service@shop.example> wrote:\n> Hello",
    "Get Outlook for iOS\n________________________________\nFrom: Shop\nSent: Monday\nTo: Mei\nSubject: x",
]  # fmt: skip


@pytest.mark.parametrize("quote", QUOTES)
def test_the_new_words_stay_and_the_quote_is_folded(quote: str) -> None:
    found = folded(f"谢谢，帐篷还是坏的。\n请换一个。\n\n{quote}\n")

    assert found.text == "谢谢，帐篷还是坏的。\n请换一个。"
    assert found.quoted.split() == quote.split()


def test_answers_between_the_lines_and_below_stay() -> None:
    found = folded(
        "On Mon, Mar 2, 2026, Shop <a@b.example> wrote:\n> which size?\nThe large one.\n> which colour?\nGreen."
    )

    assert found.text == "The large one.\nGreen."
    assert "> which colour?" in found.quoted


@pytest.mark.parametrize(
    "letter",
    [
        "From: my point of view it is broken.\nPlease help.",
        "在 2026年3月2日 收到帐篷，坏了。",
        "I wrote: please help\n- one\n-- two",
        "On Monday I got the tent.\nIt is broken.",
        "> 只有引用\n> 没有别的",
        "发自我的iPhone",
        "",
    ],
)
def test_what_is_no_quote_or_nothing_but_one_stays(letter: str) -> None:
    assert folded(letter).text == letter.strip()


@given(st.lists(st.sampled_from([*"\n".join(QUOTES).split("\n"), "words", "", "x" * 3_000, "在", "On "]), max_size=12))
def test_every_word_of_a_letter_is_kept_in_one_of_the_two(lines: list[str]) -> None:
    letter = "\n".join(lines)
    found = folded(letter)

    assert sorted((found.text + "\n" + found.quoted).split()) == sorted(letter.split())
