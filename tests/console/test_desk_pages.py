"""The inbox and the page of a ticket, as the people of the desk use them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from steward.modules.desk.commands.standard_answers import MacroDraft, save_macro
from steward.modules.desk.queries.standard_answers import get_macro
from steward.modules.desk.queries.ticket import TicketView, get_ticket, thread
from steward.modules.desk.tests import words
from steward.modules.messaging.queries.notices import notices
from tests import make
from tests.console.test_pages_run_no_queries import Watch

pytestmark = pytest.mark.django_db


def ticket(text: str = "我的包裹还没到，能查一下吗？", phone: str = "+8613800001111", **facts: object) -> TicketView:
    """Let a customer write."""
    heard = words.said(words.word(text, customer_id=words.customer(phone), **facts))
    return get_ticket(heard[0].ticket_id or 0)


def done(browser: Client, view: TicketView, what: str, **fields: object) -> TicketView:
    """Do something with a ticket and read it again."""
    answer = browser.post(f"/desk/tickets/{view.number}/{what}", fields, headers={"referer": "http://testserver/desk/"})
    assert answer.status_code in (302, 204), answer.content
    return get_ticket(view.id)


def test_the_inbox_lists_tickets_with_their_clock_and_opens_one_beside_the_list() -> None:
    view = ticket()
    wang = make.browser("wang")

    listed = wang.get("/desk/?queue=active").content.decode()
    opened = wang.get(f"/desk/?queue=active&ticket={view.number}").content.decode()

    assert "is-unread" in listed
    assert 'class="clock ' in listed
    assert "我的包裹还没到" in listed
    assert 'id="dk-composer"' in opened
    assert "is-unread" not in wang.get("/desk/?queue=active").content.decode()


def test_a_ticket_opened_from_the_list_comes_without_frame_and_list_and_asks_for_the_rest() -> None:
    view = ticket()
    wang = make.browser("wang")
    address = f"/desk/?queue=active&ticket={view.number}"

    pane = wang.get(address, headers={"x-parts": "dk-pane"})
    beside = wang.get(address, headers={"x-parts": "dk-context"}).content.decode()
    rows = wang.get(address, headers={"x-parts": "dk-rows"}).content.decode()

    page = pane.content.decode()
    assert 'id="dk-composer"' in page
    assert 'hx-headers=\'{"X-Parts": "dk-context"}\'' in page
    assert 'id="menu"' not in page
    assert 'id="dk-rows"' not in page
    assert "X-Parts" in pane.headers["Vary"]
    assert 'id="dk-tags"' in beside
    assert 'id="dk-composer"' not in beside
    assert "is-unread" not in rows
    assert view.number in rows
    assert 'id="menu"' in wang.get(address).content.decode()


def test_pages_of_the_desk_run_no_query_while_their_templates_render() -> None:
    view = ticket()
    ticket("还有一件", "+8613800002222", channel="email")
    admin = make.browser("admin")
    for address in ("/desk/?queue=active", f"/desk/?queue=active&ticket={view.number}", "/desk/standard-answers"):
        admin.get(address)
        watch = Watch()
        with connection.execute_wrapper(watch):
            assert admin.get(address).status_code == 200
            assert admin.get(address, headers={"x-parts": "dk-pane"}).status_code == 200
        assert watch.caught == []


def test_addresses_that_nobody_offers_show_the_inbox_all_the_same() -> None:
    assert make.browser("wang").get("/desk/?queue=x&after=~9&channel=²&priority=0").status_code == 200
    assert make.browser("wang").get("/desk/tickets/TK-2026-999999").status_code == 404
    assert make.browser("sam").get("/desk/").status_code == 403


def test_a_ticket_is_taken_moved_put_off_and_sorted() -> None:
    view, wang = ticket(), make.browser("wang")

    assert done(wang, view, "take").owner == "王丽"
    stated = done(wang, view, "restate", category="logistics", urgency="urgent", priority="high", tags="催，丢件")
    assert (stated.category, stated.urgency, stated.tags) == ("logistics", "urgent", ["催", "丢件"])
    assert done(wang, view, "snooze", until="4h").snoozed_until is not None
    assert done(wang, view, "move", verb="solve").state == "solved"
    assert done(wang, view, "move", verb="reopen").state == "solved"  # it takes a reason
    assert done(wang, view, "move", verb="reopen", reason="客户来电").state == "open"
    assert done(wang, view, "watch", watch="1").watchers != {}
    assert wang.post(f"/desk/tickets/{view.number}/reject", {"reason": "广告"}).status_code == 403
    assert get_ticket(view.id).state == "open"


def test_a_ticket_is_handed_over_with_a_note_only() -> None:
    view, wang = ticket(), make.browser("wang")
    zhao = make.manager_zhao()

    assert done(wang, view, "hand-over", to=zhao.staff_id, note=" ").owner_id is None
    assert done(wang, view, "hand-over", to=zhao.staff_id, note="已催，等回电").owner_id == zhao.staff_id


def test_an_answer_leaves_with_what_its_standard_answer_sets_and_a_refused_one_is_kept_as_a_draft() -> None:
    view, wang = ticket(), make.browser("wang")
    bodies = {"zh-hans": "您好，{{ticket_number}} 已催，{{tracking_number}}"}
    draft = MacroDraft(code="late", titles={"zh-hans": "催单"}, bodies=bodies, category="logistics")
    save_macro(make.manager_zhao(), draft=draft, now=make.NOW)

    offered = wang.get(f"/desk/tickets/{view.number}/macros").json()["macros"]
    done(wang, view, "say", kind="reply", text=offered[0]["text"], macro="late")
    page = wang.get(f"/desk/tickets/{view.number}").content.decode()
    answered = done(wang, view, "say", kind="reply", text="您好，已催快递。", macro="late", then="wait_for_customer")

    assert f"{view.number} 已催，{{{{tracking_number}}}}" in page  # the draft, with what is open
    assert (answered.state, answered.category, get_macro("late").uses) == ("waiting_customer", "logistics", 1)
    assert [one.kind for one in thread(view.id).messages] == ["inbound", "reply"]


def test_an_answer_written_before_the_customers_newer_word_is_refused_and_kept() -> None:
    view, wang = ticket(), make.browser("wang")
    seen = thread(view.id).last_inbound_id
    ticket("不用查了，收到了，但少了一件")

    done(wang, view, "say", kind="reply", text="正在查。", seen=seen)

    assert [one.kind for one in thread(view.id).messages] == ["inbound", "inbound"]
    assert "正在查。" in wang.get(f"/desk/tickets/{view.number}").content.decode()


def test_an_answer_is_taken_back_into_the_composer() -> None:
    view = ticket(channel="email", box="service", subject="包裹")
    wang = make.browser("wang")
    done(wang, view, "say", kind="reply", text="写错了的回复")
    [said] = [one for one in thread(view.id).messages if one.kind == "reply"]

    done(wang, view, f"take-back/{said.id}")

    assert thread(view.id).messages[-1].state == "withdrawn"
    page = wang.get(f"/desk/tickets/{view.number}").content.decode()
    assert page.count("写错了的回复") == 2  # struck through in the thread, and in the composer


def test_a_note_names_colleagues_and_stays_in_the_house() -> None:
    view, wang = ticket(), make.browser("wang")
    make.manager_zhao()

    done(wang, view, "say", kind="note", text="@zhao 请看一下，客户很急")

    note = thread(view.id).messages[-1]
    assert (note.kind, note.mentions) == ("note", ["赵敏"])


def test_tickets_are_linked_and_a_part_of_one_is_split_off() -> None:
    first, other, wang = ticket(), ticket("别人的", "+8613800009999"), make.browser("wang")
    ticket("另外发票也没收到")
    asked = thread(first.id).messages[-1]

    assert [one.number for one in done(wang, first, "link", other=other.number).links] == [other.number]
    assert done(wang, first, "unlink", other=other.number).links == []
    split = done(wang, first, "split", message=asked.id, subject="发票")

    assert [(one.kind, one.subject) for one in split.links] == [("split", "发票")]
    into = split.links[0]
    done(wang, get_ticket(into.ticket_id), "merge", into=first.number)
    assert [one.number for one in get_ticket(first.id).merged] == [into.number]


def test_several_tickets_are_taken_at_once() -> None:
    first, second = ticket(), ticket("别人的", "+8613800009999")
    make.browser("wang").post("/desk/bulk", {"ticket": [first.id, second.id], "verb": "take"})

    assert {get_ticket(first.id).owner, get_ticket(second.id).owner} == {"王丽"}


def test_tickets_show_at_home_on_the_page_of_the_customer_and_in_the_search() -> None:
    view, wang = ticket(), make.browser("wang")
    done(wang, view, "take")

    assert view.number in wang.get("/").content.decode()
    assert view.number in make.browser("admin").get(f"/customers/{view.customer_id}").content.decode()
    found = wang.get("/search/hits", {"q": view.number}).json()["found"]
    assert [hit["url"] for hit in found] == [f"/desk/tickets/{view.number}"]


def test_the_order_of_a_ticket_stands_beside_it_with_what_cannot_be_done_and_why() -> None:
    make.item(stock=5)
    order = make.order("A-1")
    view, admin = ticket(), make.browser("admin")

    done(admin, view, "restate", order=order.number)

    page = admin.get(f"/desk/tickets/{view.number}").content.decode()
    assert order.number in page
    assert "od-why-text" in page  # nothing was paid, so that nothing can be given back
    assert view.number in admin.get(f"/orders/{order.number}").content.decode()


def test_colleagues_hear_of_notes_that_name_them_and_of_tickets_handed_to_them() -> None:
    view, wang, zhao = ticket(), make.browser("wang"), make.manager_zhao()

    done(wang, view, "say", kind="note", text="@赵敏 客户很急")
    done(wang, view, "hand-over", to=zhao.staff_id, note="已催，等回电")

    told = notices(zhao.staff_id or 0, locale="zh-hans")
    assert [(one.template, one.subject) for one in told] == [
        ("ticket_given", view.number),
        ("ticket_named", view.number),
    ]
