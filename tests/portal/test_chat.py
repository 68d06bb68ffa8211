"""The chat's doors: who may come in, what is taken once, what each side sees of the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steward.interfaces.chat import door
from steward.interfaces.portal import throttle
from steward.kernel import moment, parameters
from steward.modules.desk.commands.answering import AnswerDraft, answer_ticket, take_back_answer
from steward.modules.desk.commands.attending import attend_ticket
from steward.modules.desk.commands.chatting import attend_chats
from steward.modules.desk.models import Conversation, Message, Ticket
from steward.modules.desk.queries.ticket import thread
from steward.modules.messaging.commands import sending
from steward.modules.messaging.commands.accounts import switch_account
from steward.modules.messaging.models import ChatVisit, Inbound, MessageKind, Template
from steward.modules.messaging.models import Message as Outbox
from steward.modules.messaging.queries.chats import visitors
from tests import make
from tests.portal.chatting import SHOP, Visitor, account

pytestmark = pytest.mark.django_db
LATER = timedelta(seconds=15)


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    throttle.tries.clear()


def talking(text: str = "帐篷少了一根杆") -> tuple[Visitor, Ticket]:
    account()
    visitor = Visitor()
    visitor.begin()
    assert visitor.says(text).status_code == 201
    make.settle()
    return visitor, Ticket.objects.get()


def answered(ticket: Ticket, text: str = "您好，今天补寄。") -> int:
    return answer_ticket(make.agent_wang(), ticket_id=ticket.id, draft=AnswerDraft(text=text), now=moment.now())


def leaves() -> None:
    with moment.frozen(moment.now() + LATER):
        sending.deliver_due(make.TESTER)
        make.settle()


def test_the_frame_may_be_shown_by_the_shop_s_pages_alone() -> None:
    account()
    shown = Client().get("/chat/site?lang=zh-TW", headers={"referer": f"{SHOP}/"})
    assert (shown.status_code, "X-Frame-Options" in shown) == (200, False)
    policy = shown["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {SHOP}" in policy
    assert "unsafe" not in policy
    assert 'lang="zh-hant"' in shown.content.decode()
    assert not shown.cookies
    assert Client().get("/chat/site", headers={"referer": "https://evil.example/"}).status_code == 403
    assert Visitor().post("session", {"page": "https://evil.example/x"}).status_code == 403
    assert not ChatVisit.objects.exists()


def test_a_script_of_another_page_cannot_call_the_doors() -> None:
    visitor, _ticket = talking()

    refused = visitor.post("messages", {"id": "message-9", "text": "x"}, headers={"origin": SHOP})

    assert (refused.status_code, refused.json()["code"]) == (403, "foreign_page")
    assert Inbound.objects.count() == 1


def test_a_token_is_not_guessed_does_not_open_another_s_chat_and_runs_out() -> None:
    visitor, _ticket = talking()
    other = Visitor()
    other.begin()
    forged = Visitor()
    forged.token = visitor.token[:-3] + "abc"

    assert forged.get("history").status_code == 401
    assert other.lines() == []
    with moment.frozen(moment.now()):
        switch_account(make.TESTER, code="site", active=False, now=moment.now())
    assert visitor.get("history").json()["code"] == "chat_closed"


def test_a_message_sent_twice_is_taken_once() -> None:
    visitor, ticket = talking("在吗")
    again = visitor.says("在吗")
    make.settle()

    assert again.status_code == 201
    assert visitor.lines() == [("visitor", "在吗")]
    assert (Inbound.objects.count(), Message.objects.count(), ticket.channel) == (1, 1, "chat")


def test_whoever_writes_too_fast_waits_and_too_much_is_refused() -> None:
    visitor, _ticket = talking()
    parameters.set_parameter(make.TESTER, name=door.MESSAGES.name, new=2, reason="test")

    assert visitor.says("x" * 4_001, "message-2").json()["findings"][0]["code"] == "too_long"
    assert visitor.says("again", "message-3").status_code == 429
    assert visitor.says("again", "no id!").status_code == 429
    assert Inbound.objects.count() == 1


def test_an_answer_is_shown_once_it_has_left_with_the_name_of_who_wrote_it() -> None:
    visitor, ticket = talking()
    answered(ticket)
    assert visitor.lines() == [("visitor", "帐篷少了一根杆"), ("system", "joined")]
    assert Conversation.objects.get().holder == "person"

    leaves()
    assert visitor.lines()[-1] == ("staff", "您好，今天补寄。")
    assert visitor.get("history").json()["lines"][-1]["who"] == "王丽"
    assert Outbox.objects.get().state == "sent"
    sending.deliver_due(make.TESTER)
    assert len(visitor.lines()) == 3


def test_an_answer_taken_back_is_never_shown() -> None:
    visitor, ticket = talking()
    take_back_answer(make.agent_wang(), message_id=answered(ticket), now=moment.now())
    leaves()

    assert [kind for kind, _words in visitor.lines()] == ["visitor", "system"]


def test_both_sides_see_what_the_other_got_and_read() -> None:
    visitor, ticket = talking()
    answered(ticket)
    leaves()
    visitor.post("seen", {"heard": 3, "read": 0})
    assert (thread(ticket.id).messages[-1].seen, Outbox.objects.get().state) == ("delivered", "delivered")
    visitor.post("seen", {"heard": 99, "read": 99})
    assert thread(ticket.id).messages[-1].seen == "read"
    assert ChatVisit.objects.get().read_seq == 3

    attend_ticket(make.agent_wang(), ticket_id=ticket.id, writes=True, now=moment.now())
    assert visitor.begin()["read"] == 3


def test_the_staff_see_the_page_and_that_the_visitor_writes() -> None:
    visitor, ticket = talking()
    visitor.post("typing", {"on": True})

    page = make.browser("wang").get(f"/desk/tickets/{ticket.number}").content.decode()
    assert f"{SHOP}/tents" in page
    assert "mail=a" not in page
    visit = ChatVisit.objects.get()
    assert visitors([visit.id], now=moment.now())[visit.id].types
    visitor.says("好的", "message-2")
    assert not visitors([visit.id], now=moment.now())[visit.id].types


def test_a_visitor_asks_for_a_person_before_and_after_the_first_word() -> None:
    account(start="bot")
    early, late = Visitor(), Visitor()
    assert early.begin()["holder"] == "bot"
    early.post("person")
    early.says("转人工")
    late.begin()
    late.says("订单在哪", "message-2")
    make.settle()
    assert set(Conversation.objects.values_list("holder", flat=True)) == {"waiting", "bot"}

    late.post("person")
    late.post("person")
    assert set(Conversation.objects.values_list("holder", flat=True)) == {"waiting"}
    assert late.lines() == [("visitor", "订单在哪"), ("system", "asked")]


def test_an_address_somebody_claims_opens_nobody_else_s_history() -> None:
    visitor, ticket = talking()
    visitor.post("contact", {"name": "梅子", "contact": "mei@example.com"})
    thief = Visitor()
    thief.begin()
    thief.post("contact", {"name": "梅子", "contact": "mei@example.com"})
    thief.says("我的订单呢", "message-2")
    make.settle()

    assert thief.lines() == [("system", "contact_kept"), ("visitor", "我的订单呢")]
    assert Ticket.objects.exclude(id=ticket.id).get().customer_id != ticket.customer_id


def test_a_file_goes_along_and_a_program_is_not_kept() -> None:
    visitor, _ticket = talking()
    files = [SimpleUploadedFile("a.txt", b"tent pole"), SimpleUploadedFile("b.exe", b"MZ" + b"\0" * 200)]
    visitor.post("messages", data={"id": "message-2", "text": "", "files": files})

    shown = visitor.get("history").json()["lines"][-1]["files"]
    assert [bool(one["url"]) for one in shown] == [True, False]


def test_while_nobody_is_there_a_form_is_left_and_acknowledged_once() -> None:
    account()
    visitor = Visitor()
    assert visitor.begin()["open"] is False
    form = {"id": "form-0001", "name": "梅子", "contact": "mei@example.com", "text": "杯子碎了", "consent": True}
    assert visitor.post("form", form | {"consent": False}).status_code == 422
    for _time in range(2):
        assert visitor.post("form", form).status_code == 201
    make.settle()

    assert (Ticket.objects.get().channel, Inbound.objects.get().body) == ("web_form", "杯子碎了")
    assert [row.template for row in Outbox.objects.all()] == ["form_received"]
    assert Ticket.objects.get().answered_at is None
    assert visitor.lines() == []


def test_a_form_is_taken_of_a_visit_alone_and_whoever_it_names_hears_of_it_once_a_day() -> None:
    account()
    form = {
        "id": "form-0001",
        "name": "访问 evil.example",
        "contact": "mei@example.com",
        "text": "杯子",
        "consent": True,
    }
    assert Visitor().post("form", form).json()["code"] == "chat_closed"
    assert not Inbound.objects.exists()

    for number in range(3):
        visitor = Visitor()
        visitor.begin()
        assert visitor.post("form", form | {"id": f"form-000{number}"}).status_code == 201
    make.settle()

    assert (Inbound.objects.count(), Outbox.objects.count()) == (3, 1)
    assert MessageKind.objects.get(code="form_received").waits_for_day
    newest = Template.objects.filter(code="form_received").order_by("channel", "locale", "-version")
    assert not [row for row in newest.distinct("channel", "locale") if "{{name}}" in row.body + row.subject]


def test_what_the_database_cannot_hold_is_left_out_and_the_chat_goes_on() -> None:
    account()
    visitor = Visitor()
    visitor.begin(title="Te\0nts")
    assert visitor.says("在\0吗").status_code == 201
    form = {"id": "message-2", "text": "还\0在吗"}
    assert visitor.post("messages", data=form).status_code == 201
    assert visitor.post("contact", {"name": "梅\0子", "contact": "mei@example.com"}).status_code == 204

    assert visitor.lines()[:2] == [("visitor", "在吗"), ("visitor", "还在吗")]
    assert ChatVisit.objects.get().facts["title"] == "Tents"


def test_who_may_only_look_at_a_ticket_is_not_seen_by_its_visitor() -> None:
    visitor, ticket = talking()
    looks = make.program("tickets.view")

    attend_chats(looks, ticket_id=ticket.id, writes=True)
    assert visitor.begin()["read"] == 0
    attend_chats(make.agent_wang(), ticket_id=ticket.id, writes=True)
    assert visitor.begin()["read"] == 1


def test_an_answer_does_not_wait_behind_letters_and_brings_none_along() -> None:
    visitor, ticket = talking()
    other = Visitor()
    other.begin()
    form = {"id": "form-0001", "name": "", "contact": "mei@example.com", "text": "杯子碎了", "consent": True}
    assert other.post("form", form).status_code == 201
    letter = Outbox.objects.get()
    answered(ticket, "第一句")
    answered(ticket, "第二句")

    with moment.frozen(moment.now() + LATER):
        assert sending.deliver_due(make.TESTER, limit=1) == 1
        assert visitor.lines()[-1] == ("staff", "第一句")
        assert sending.deliver_chats(make.TESTER) == 1
        assert visitor.lines()[-1] == ("staff", "第二句")
        letter.refresh_from_db()
        assert letter.attempts == 0
