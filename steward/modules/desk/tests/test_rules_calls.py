"""The story of a call is the same in whatever order and however often it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from steward.modules.desk.rules.calls import Happened, story

T0 = datetime(2026, 3, 2, 2, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return T0 + timedelta(seconds=seconds)


CALL = [
    Happened("ring", at(0), "801", 1),
    Happened("answer", at(12), "801", 1),
    Happened("hold", at(60)),
    Happened("resume", at(90)),
    Happened("transfer", at(100), "802", 2),
    Happened("hang_up", at(300)),
    Happened("record", at(301), url="https://pbx.example/1.mp3"),
]


def test_a_call_that_was_answered_held_and_handed_on_is_told_whole() -> None:
    told = story(CALL, direction="in")

    assert (told.state, told.rang_at, told.answered_at, told.ended_at) == ("ended", at(0), at(12), at(300))
    assert (told.held_s, told.transfers, told.extension, told.staff_id) == (30, 1, "802", 2)
    assert told.recording_url == "https://pbx.example/1.mp3"


@given(st.permutations(CALL), st.lists(st.sampled_from(CALL), max_size=5))
def test_order_and_repetition_change_nothing_but_the_count_of_transfers(
    told: list[Happened], more: list[Happened]
) -> None:
    once = story({(one.kind, one.at): one for one in [*told, *more]}.values(), direction="in")

    assert once == story(CALL, direction="in")


def test_it_is_missed_only_when_the_customer_called() -> None:
    unanswered = [CALL[0], CALL[5]]

    assert story(unanswered, direction="in").state == "missed"
    assert story(unanswered, direction="out").state == "ended"


def test_it_stands_where_the_last_word_left_it() -> None:
    states = [story(CALL[: count + 1], direction="in").state for count in range(6)]

    assert states == ["ringing", "answered", "held", "answered", "answered", "ended"]


def test_a_caller_on_hold_who_hangs_up_was_held_until_then() -> None:
    assert story([*CALL[:3], CALL[5]], direction="in").held_s == 240
