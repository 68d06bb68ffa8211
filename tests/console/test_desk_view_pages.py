"""Saved views in the inbox: made of filters, shared, put in order, opened with."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from steward.kernel import memory
from steward.modules.desk.queries.views import views_of
from steward.modules.desk.tests import words
from tests import make
from tests.console.test_pages_run_no_queries import Watch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    memory.forget_everything()


def said(text: str, phone: str, **facts: object) -> str:
    """Let a customer write; return the number of the ticket."""
    heard = words.said(words.word(text, customer_id=words.customer(phone), **facts))
    return words.ticket_of(heard[0]).number


def test_filters_of_the_inbox_become_a_view_that_others_open() -> None:
    chat, mail = said("包裹", "+8613800001111"), said("发票", "+8613800002222", channel="email")
    zhao, wang = make.browser("zhao"), make.browser("wang")

    narrowed = zhao.get("/desk/?queue=active&channels=email&awaiting=1").content.decode()
    link = re.search(r'href="(/desk/views/\?new=1[^"]+)"', narrowed)
    assert link is not None
    editor = zhao.get(link[1].replace("&amp;", "&")).content.decode()
    form = {
        "name": "邮件待回",
        "channels": "email",
        "awaiting": "1",
        "sort": "due",
        "shared": "all",
        "columns": "number",
    }
    saved = zhao.post("/desk/views/save", form)
    shown = wang.get(saved.headers["Location"]).content.decode()

    assert mail in narrowed
    assert chat not in narrowed
    assert '<option value="email" selected>' in editor
    assert mail in shown
    assert chat not in shown
    assert "邮件待回" in shown


def test_a_view_is_put_in_order_opened_with_and_removed() -> None:
    actor, wang = make.agent_wang(), make.browser("wang")
    for name in ("甲", "乙"):
        wang.post("/desk/views/save", {"name": name, "sort": "due"})
    first, second = (view.id for view in views_of(actor.staff_id))

    wang.post(f"/desk/views/{second}/move", {"to": "up"})
    wang.post(f"/desk/views/{second}/default", {"on": "1"})
    assert [view.id for view in views_of(actor.staff_id)] == [second, first]
    opened = wang.get("/desk/").content.decode()
    assert re.search(rf'href="/desk/\?view={second}" aria-current="page"', opened)

    wang.post(f"/desk/views/{second}/remove")
    assert [view.id for view in views_of(actor.staff_id)] == [first]


def test_pages_with_views_run_no_query_while_they_render_and_take_any_address() -> None:
    said("包裹", "+8613800001111")
    wang = make.browser("wang")
    wang.post("/desk/views/save", {"name": "全部", "sort": "opened", "columns": ["category", "tags", "opened"]})
    view = views_of(make.agent_wang().staff_id)[0]
    for address in (f"/desk/?view={view.id}", "/desk/views/", f"/desk/views/?id={view.id}"):
        wang.get(address)
        watch = Watch()
        with connection.execute_wrapper(watch):
            assert wang.get(address).status_code == 200
        assert watch.caught == []
    assert (
        wang.get("/desk/?view=99&owners=x&owners=9&opened_days=x&tags=%27,&text=%27&sub_reasons=%27").status_code == 200
    )
    assert wang.get("/desk/views/?id=999999").status_code == 404
    assert make.browser("sam").get("/desk/views/").status_code == 403


def test_an_address_does_not_turn_a_queue_or_a_view_to_other_states() -> None:
    number, wang = said("包裹", "+8613800001111"), make.browser("wang")
    wang.post("/desk/views/save", {"name": "全部", "sort": "due"})
    view = views_of(make.agent_wang().staff_id)[0]

    pages = [wang.get(f"/desk/?{base}&states=closed").content.decode() for base in ("queue=active", f"view={view.id}")]
    assert all(number in page for page in pages)
    assert "heard_days=92" in wang.get("/desk/?queue=closed&channels=email").content.decode()
