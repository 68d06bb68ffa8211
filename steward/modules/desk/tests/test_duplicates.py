"""A matter that was told before is noticed: same customer, similar words, in Chinese and in English (DSK-1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.modules.desk.commands import moving
from steward.modules.desk.queries.duplicates import duplicates_of, likely_duplicates
from steward.modules.desk.rules import duplicates
from steward.modules.desk.tests import words
from steward.modules.desk.tests.agents import DESK
from tests import make

PARCEL = "包裹三天没动，什么时候能到？"
LATER = make.NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (PARCEL, "您好，我的包裹三天没有动静了", True),
        ("Where is my parcel? It has not moved for days", "My parcel has not moved", True),
        ("帐篷拉链坏了，要换货", "帳篷", False),
        (PARCEL, "发票抬头开错了，请重开", False),
        ("Where is my parcel?", "The invoice has the wrong name", False),
        ("您好，请问", "你好，请问一下", False),
    ],
)
def test_likeness_is_read_from_shared_pieces_of_words(one: str, other: str, alike: bool) -> None:
    assert (duplicates.alike_percent(one, other) >= 50) is alike


def test_what_is_about_the_same_order_needs_less_likeness_and_stands_first() -> None:
    others = [(1, "包裹三天没动", False), (2, "包裹签收了但少一件", True), (3, "发票", True)]
    found = duplicates.likely(PARCEL, others, least_percent=50, same_order_percent=10)
    assert [one.ticket_id for one in found] == [2, 1]


def a_ticket(text: str, customer_id: int) -> int:
    (heard,) = words.said(words.mail(text, subject="", customer_id=customer_id))
    return heard.ticket_id or 0


@pytest.mark.django_db
def test_a_new_matter_shows_what_it_looks_like() -> None:
    mei, other = words.customer(), words.customer("+8613800002222")
    first = a_ticket(PARCEL, mei)
    a_ticket("包裹三天没动了", other)
    found = likely_duplicates(text="包裹三天没动了", customer_id=mei, order_id=None, now=LATER)
    assert [one.ticket_id for one in found] == [first]
    assert likely_duplicates(text="开发票", customer_id=mei, order_id=None, now=LATER) == []
    assert likely_duplicates(text=PARCEL, customer_id=None, order_id=None, now=LATER) == []


@pytest.mark.django_db
def test_a_ticket_shows_active_ones_and_those_solved_not_long_ago() -> None:
    mei = words.customer()
    first = a_ticket(PARCEL, mei)
    moving.move_tickets(DESK, ticket_ids=[first], verb="solve", now=make.NOW)
    second = a_ticket("物流三天没动，包裹什么时候到", mei)
    assert [one.ticket_id for one in duplicates_of(second, now=LATER)] == [first]
    assert duplicates_of(second, now=LATER + timedelta(days=8)) == []
    assert duplicates_of(first, now=LATER) == []
