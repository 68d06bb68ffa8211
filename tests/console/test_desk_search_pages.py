"""The search over tickets as people of the desk use it."""

from __future__ import annotations

import pytest
from django.db import connection

from steward.modules.desk.commands.indexing import read_texts
from steward.modules.desk.tests import words
from tests import make
from tests.console.test_pages_run_no_queries import Watch

pytestmark = pytest.mark.django_db


def said(text: str, phone: str = "+8613800001111") -> str:
    """Let a customer write, and what they wrote be read; return the ticket's number."""
    heard = words.said(words.word(text, customer_id=words.customer(phone)))
    read_texts(words.DESK, now=make.NOW)
    return words.ticket_of(heard[0]).number


def test_a_word_is_found_marked_and_narrowed() -> None:
    number = said("<b>我要</b>退款 & 换货")
    wang = make.browser("wang")

    found = wang.get("/desk/search?q=退款").content.decode()
    other = wang.get("/desk/search?q=退款&channel=email&days=7&owner=me&state=solved&author=staff").content.decode()

    assert f"/desk/tickets/{number}" in found
    assert "&lt;b&gt;我要&lt;/b&gt;<mark>退款</mark> &amp; 换货" in found
    assert number not in other


def test_a_phone_number_finds_the_tickets_of_whose_it_is() -> None:
    number = said("你好")
    assert number in make.browser("admin").get("/desk/search?q=13800001111").content.decode()
    assert number in make.browser("wang").get(f"/desk/search?q={number.lower()}").content.decode()


def test_the_palette_finds_what_was_said() -> None:
    number = said("帐篷漏水")
    found = make.browser("wang").get("/search/hits?q=漏水").json()["found"]
    assert [(hit["note"], hit["url"]) for hit in found] == [("帐篷漏水", f"/desk/tickets/{number}")]


def test_the_page_runs_no_query_while_it_renders_and_takes_any_address() -> None:
    said("退款")
    wang = make.browser("wang")
    wang.get("/desk/search?q=退款")
    watch = Watch()
    with connection.execute_wrapper(watch):
        assert wang.get("/desk/search?q=退款").status_code == 200
    assert watch.caught == []
    strange = "/desk/search?q=%27%20%7C&owner=99999999999999999999&days=x&sort=y&state=z&after=~~~&author=²&team=%27"
    assert wang.get(strange).status_code == 200
    assert make.browser("sam").get("/desk/search?q=退款").status_code == 403


def test_one_character_is_answered_with_what_to_do_instead() -> None:
    said("退款")
    page = make.browser("wang").get("/desk/search?q=退").content.decode()
    assert "<mark>" not in page
    assert "至少输入两个字" in page
