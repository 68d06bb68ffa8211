"""To which ticket a message belongs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from steward.modules.desk.rules import words
from steward.modules.desk.rules.threading import Arrival, Candidate, Windows, belongs_to, numbers_in

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
WINDOWS = Windows(reopen_h=168, same_matter_h=24)


def ticket(id_: int, **facts: Any) -> Candidate:
    given: dict[str, Any] = {"customer_id": 1, "state": "open", "heard_at": NOW - timedelta(hours=1)} | facts
    return Candidate(ticket_id=id_, **given)


def arrival(**facts: Any) -> Arrival:
    given: dict[str, Any] = {"customer_id": 1, "channel": "email", "at": NOW} | facts
    return Arrival(**given)


def placed(arrived: Arrival, *candidates: Candidate) -> int | None:
    return belongs_to(arrived, candidates, WINDOWS)


def test_an_answer_goes_to_its_ticket_whoever_sends_it() -> None:
    assert placed(arrival(customer_id=9), ticket(1, by_token=True), ticket(2, by_reference=True)) == 1
    assert placed(arrival(customer_id=9), ticket(2, by_reference=True)) == 2


def test_a_named_number_counts_for_its_own_customer_alone() -> None:
    named = ticket(1, number="TK-2026-000001", heard_at=NOW - timedelta(days=3))

    assert placed(arrival(named=("TK-2026-000001",)), named) == 1
    assert placed(arrival(named=("TK-2026-000001",), customer_id=2), named) is None


def test_what_is_written_by_another_channel_soon_after_belongs_to_the_open_ticket() -> None:
    assert placed(arrival(channel="chat"), ticket(1)) == 1


def test_what_is_written_days_later_by_another_channel_is_a_new_matter() -> None:
    assert placed(arrival(channel="chat"), ticket(1, heard_at=NOW - timedelta(hours=25))) is None


def test_a_chat_goes_on_where_it_was_even_days_later() -> None:
    earlier = ticket(1, by_thread=True, heard_at=NOW - timedelta(days=3))

    assert placed(arrival(channel="chat"), earlier) == 1
    assert placed(arrival(channel="email"), earlier) is None


def test_another_order_is_another_matter() -> None:
    assert placed(arrival(order_id=7), ticket(1, order_id=8)) is None
    assert placed(arrival(order_id=7), ticket(1, order_id=8), ticket(2, order_id=7)) == 2


def test_a_ticket_closed_for_long_stays_closed() -> None:
    closed = ticket(1, state="closed", by_reference=True, heard_at=NOW - timedelta(hours=169))

    assert placed(arrival(), closed) is None


def test_an_open_ticket_is_preferred_to_a_solved_one() -> None:
    solved = ticket(1, state="solved", by_thread=True, heard_at=NOW)

    assert placed(arrival(channel="chat"), solved, ticket(2, by_thread=True)) == 2


def test_numbers_are_found_in_any_case_and_never_within_others() -> None:
    assert numbers_in("Re: tk-2026-000123 ", "XTK-2026-000009 TK-2026-000123") == ("TK-2026-000123",)


@pytest.mark.parametrize("text", ["谢谢！", "好的，谢谢亲", "收到", "Thanks a lot!", "ok thank you", "👍", "好的好的"])
def test_thanks_are_thanks(text: str) -> None:
    assert words.is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "谢谢，什么时候发货？",
        "好的，那退款呢",
        "不用谢谢，我要投诉",
        "ok but when?",
        "Thanks, still broken",
        "",
        "没收到",
    ],
)
def test_whoever_asks_or_denies_anything_does_not_merely_thank(text: str) -> None:
    assert not words.is_thanks(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [("我的包裹呢", "zh"), ("Where is it?", "en"), ("注文はどこですか", ""), ("Где заказ", ""), ("12345", "")],
)
def test_the_language_is_told_by_the_letters(text: str, language: str) -> None:
    assert words.language_of(text) == language


def test_a_subject_loses_its_answers_and_a_long_one_its_end() -> None:
    assert words.subject_of("Re: 回复：FW: 退货", "") == "退货"
    assert words.subject_of("", "\n第一行\n第二行") == "第一行"
    assert len(words.subject_of("", "长" * 500)) == words.SUBJECT_LENGTH
