"""Search over tickets and messages: found once, newest first, page by page, in step with what changes."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from steward.modules.desk.commands.answering import note_ticket
from steward.modules.desk.commands.erasing import forget_words
from steward.modules.desk.commands.indexing import read_texts
from steward.modules.desk.commands.merging import merge_tickets, unmerge_tickets
from steward.modules.desk.commands.moving import move_tickets
from steward.modules.desk.models import Message, SearchDue, SearchText
from steward.modules.desk.queries.search_pages import SearchPage, search_page
from steward.modules.desk.queries.searching import SearchFilters
from steward.modules.desk.tests import words
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW


def tickets(*texts: str, apart: timedelta = timedelta(minutes=1), first: int = 0, **facts: Any) -> list[int]:
    """Let a customer each write, apart, the last of them `apart` ago; what they wrote is read."""
    said = [
        words.word(
            text,
            customer_id=words.customer(f"+86138{first + n:08d}"),
            at=NOW - apart * (len(texts) - n),
            **facts,
        )
        for n, text in enumerate(texts)
    ]
    ids = [heard.ticket_id or 0 for heard in words.said(*said)]
    read_texts(words.DESK, now=NOW)
    return ids


def search(text: str, limit: int = 20, after: str = "", sort: str = "newest", **filters: Any) -> SearchPage:
    """Search as somebody of the desk."""
    return search_page(text, SearchFilters(**filters), now=NOW, sort=sort, after=after, limit=limit)


def ids(page: SearchPage) -> list[int]:
    """List the tickets of a page."""
    return [one.ticket.id for one in page.rows]


def test_a_word_of_two_characters_finds_the_newest_words_of_each_ticket_once() -> None:
    old, _other, new = tickets("我要退款", "查物流", "還沒收到退款", apart=timedelta(days=200))
    note_ticket(make.agent_wang(), ticket_id=old, text="退款已提交财务", now=NOW)
    read_texts(words.DESK, now=NOW)

    found = search("退款")

    assert ids(found) == [old, new]
    assert found.rows[0].author == "staff"
    assert found.rows[0].who == "王丽"
    assert found.after == ""


@pytest.mark.parametrize("sort", ["newest", "best"])
def test_pages_follow_each_other_and_none_comes_twice(sort: str) -> None:
    wanted = tickets(*(f"第{n}次催退款" for n in range(7)), apart=timedelta(hours=9))
    note_ticket(make.agent_wang(), ticket_id=wanted[1], text="退款已处理", now=NOW)
    read_texts(words.DESK, now=NOW)

    pages = [search("退款", limit=3, sort=sort)]
    while pages[-1].after:
        pages.append(search("退款", limit=3, after=pages[-1].after, sort=sort))

    listed = [id_ for page in pages for id_ in ids(page)]
    assert sorted(listed) == sorted(wanted)
    if sort == "newest":
        assert all(one.at >= other.at for one, other in pairwise(row for page in pages for row in page.rows))


def test_filters_narrow_what_is_found() -> None:
    chat = tickets("退款慢", "退款快")
    mail = tickets("退款呢", channel="email", subject="退款", first=9)
    move_tickets(make.agent_wang(), ticket_ids=chat[:1], verb="solve", now=NOW)

    assert ids(search("退款", channel="email")) == mail
    assert ids(search("退款", states=("solved",))) == chat[:1]
    assert ids(search("退款", owner_id=0, channel="chat", states=("new",))) == chat[1:]
    assert ids(search("退款", author="staff")) == []
    assert ids(search("退款", until=NOW - timedelta(minutes=1), since=NOW - timedelta(minutes=2))) == chat[:1]
    assert ids(search("退款", since=NOW + timedelta(days=1))) == []


def test_what_was_merged_is_found_where_it_went_and_back_when_it_is_parted() -> None:
    (first,) = tickets("帐篷破了", apart=timedelta(days=3))
    (second,) = tickets("气罐漏气", channel="email")
    zhao = make.manager_zhao()
    merge = merge_tickets(zhao, into_id=first, ticket_ids=[second], now=NOW)[0]
    assert ids(search("漏气")) == [first]

    unmerge_tickets(zhao, merge_id=merge, now=NOW)
    assert ids(search("漏气")) == [second]


def test_an_erased_customer_is_not_found_from_that_moment_on() -> None:
    ticket = tickets("我家在文三路 478 号")[0]
    customer = Message.objects.filter(ticket_id=ticket).values_list("ticket__customer_id", flat=True)[0]

    forget_words(words.DESK, customer_ids=[customer or 0])

    assert not SearchText.objects.exists()
    read_texts(words.DESK, now=NOW)
    assert (SearchText.objects.count(), SearchDue.objects.count()) == (0, 0)
    assert search("文三").rows == []


def test_personal_numbers_in_a_text_are_not_kept_in_the_clear() -> None:
    tickets("请打 13912345678 或写 mei@example.com 退款")

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(words::text, ' ') FROM desk_search WHERE message_id IS NOT NULL")
        kept = cursor.fetchone()[0]
    assert "退款" in kept
    assert "1391234" not in kept
    assert "mei" not in kept


def test_a_frequent_word_that_hardly_fits_says_how_far_back_was_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steward.modules.desk.queries.searching.BUDGET", 4)
    wanted = tickets("退款一", "退款二", "退款三", "退款四", "退款五", "退款六", apart=timedelta(hours=2))
    move_tickets(make.agent_wang(), ticket_ids=wanted[:1], verb="solve", now=NOW)

    first = search("退款", states=("solved",))
    last = first
    for _turn in range(4):
        last = search("退款", states=("solved",), after=last.after)
        if last.rows:
            break

    assert first.rows == []
    assert first.looked_until is not None
    assert ids(last) == wanted[:1]


@pytest.mark.parametrize("after", ["x", "~~~", "9999-12-31T23:59:59Z~0001-01-01T00:00:00Z~1~0", "2026-01-01~a~b~c"])
def test_a_key_that_nobody_made_begins_anew(after: str) -> None:
    wanted = tickets("退款")
    assert ids(search("退款", after=after)) == wanted
