"""Stories of the service desk, through the doors customers and colleagues use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from steward.kernel import events, moment
from steward.modules.customers.commands.identities import add_identity
from steward.modules.deadlines.queries import ClockView, clocks_of
from steward.modules.desk.commands import flow_steps, routing_shifts
from steward.modules.desk.commands.answering import AnswerDraft, answer_ticket
from steward.modules.desk.commands.call_work import file_call, set_extensions
from steward.modules.desk.commands.owning import take_tickets
from steward.modules.desk.commands.restating import Facts, restate_tickets
from steward.modules.desk.models import Call, Conversation, Message, Ticket, TicketStep
from steward.modules.desk.queries.flows import checklists
from steward.modules.desk.queries.ticket import get_ticket
from steward.modules.desk.tests import agents
from steward.modules.desk.tests.words import DESK
from steward.modules.logistics.events import ShipmentHandedOver
from steward.modules.messaging.commands import mailboxes, receiving, sending
from steward.modules.messaging.commands.accounts import save_account
from steward.modules.messaging.models import Notice
from steward.modules.messaging.queries.attachments import attachments
from steward.modules.messaging.rules.channels import Incoming, Part, Sender
from steward.modules.messaging.rules.mailboxes import MailboxDraft
from steward.modules.messaging.tests import files
from tests import channel_calls, make
from tests.hook_peer import receiver
from tests.mail_peer import MailServer, mail_server
from tests.peers import wechat_server
from tests.peers.wechat_server import WechatServer

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LOST = Facts(category="logistics", sub_reason="lost", urgency="urgent")
PHONE = "+8613812345521"
MEI = Sender(name="梅子", email="mei@example.com", phone=PHONE)


@pytest.fixture
def post(settings: Settings) -> Iterator[MailServer]:
    settings.MAIL_FROM = "小店 <service@shop.example>"
    mailbox = MailboxDraft(code="service", address="service@shop.example", host="127.0.0.1", login="a", password="b")
    mailboxes.save_mailbox(make.administrator(), draft=mailbox)
    with mail_server() as found:
        settings.SMTP_HOST, settings.SMTP_PORT, settings.SMTP_SECURITY = "127.0.0.1", found.port, "none"
        yield found


def opened(kind: str, **changes: str) -> None:
    facts = channel_calls.FACTS[kind] | changes
    save_account(make.TESTER, kind=kind, code=kind, name=kind, facts=facts, now=moment.now())


def writes(text: str, *, channel: str = "email", **facts: Any) -> Ticket:
    """Let Mei write, and the desk hear of it."""
    given: dict[str, Any] = {"box": "service", "external_id": text, "sender": MEI, "subject": "关于订单"} | facts
    given["at"] = moment.now()
    receiving.receive(make.TESTER, incoming=[Incoming(channel=channel, text=text, **given)], now=moment.now())
    make.settle()
    return Ticket.objects.latest("id")


def says(ticket: Ticket, text: str, **facts: Any) -> None:
    """Let Wang answer, the answer leave, and its consequences follow."""
    draft = AnswerDraft(text=text, **facts)
    answer_ticket(make.agent_wang(), ticket_id=ticket.id, draft=draft, now=moment.now())
    with moment.frozen(moment.now() + 20 * timedelta(seconds=1)):
        sending.deliver_due(make.TESTER)
    make.settle()


def clock(ticket: Ticket, kind: str) -> ClockView:
    return next(one for one in clocks_of("ticket", ticket.id) if one.kind == kind)


def steps(ticket: Ticket) -> dict[str, str]:
    return {one.code: one.state for one in checklists([ticket.id])[ticket.id].steps}


def test_a_dispute_is_due_when_the_marketplace_says_and_ends_with_a_persons_words(settings: Settings) -> None:
    settings.WEBHOOKS_PRIVATE = True
    due_at = moment.now().replace(microsecond=0) + 8 * HOUR
    with receiver() as peer:
        opened("social", reply_address=peer.url)
        dispute = {"id": "d-1", "author": {"id": "u1"}, "text": "与描述不符", "kind": "dispute"}
        due = {"due_at": due_at.isoformat()}
        headers, body = channel_calls.signed({"data": [dispute | due]}, at=moment.now())
        Client().post("/webhooks/channels/social/social", body, content_type="application/json", headers=headers)
        make.settle()
        ticket = Ticket.objects.get()

        says(ticket, "已收到，请稍候。", automatic=True)
        acknowledged = clock(ticket, "first_reply")
        says(ticket, "我们为您换货。")

    assert (acknowledged.due_at, acknowledged.outcome) == (due_at, "running")
    assert clock(ticket, "first_reply").outcome == "met"
    assert len(peer.came) == 2


def test_an_urgent_lost_parcel_has_a_preliminary_solution_within_the_hour() -> None:
    ticket = writes("快递丢了，急用！", channel="chat")
    restate_tickets(make.TESTER, ticket_ids=[ticket.id], facts=LOST, now=moment.now())
    Ticket.objects.filter(id=ticket.id).update(order_id=77)
    make.settle()
    take_tickets(make.agent_wang(), ticket_ids=[ticket.id], now=moment.now())
    make.settle()
    promised = clock(ticket, "preliminary_solution")
    locate = TicketStep.objects.get(ticket=ticket, code="locate")
    flow_steps.do_step(make.TESTER, step_id=locate.id, note="在中转站遗失", now=moment.now())
    before = steps(ticket)

    says(ticket, "包裹在中转站遗失，今天为您补发。")
    halfway = steps(ticket)
    carrier = TicketStep.objects.get(ticket=ticket, code="carrier")
    flow_steps.skip_step(make.TESTER, step_id=carrier.id, reason="已认赔", now=moment.now())
    goods_leave(77)

    assert promised.due_at is not None
    assert promised.due_at - ticket.opened_at <= HOUR + MINUTE
    assert (before["accept"], before["tell"], halfway["tell"], halfway["mend"]) == ("done", "open", "done", "waiting")
    assert clock(ticket, "preliminary_solution").outcome == "met"
    assert (clock(ticket, "solution").outcome, steps(ticket)["mend"], steps(ticket)["confirm"]) == (
        "running", "done", "open",
    )  # fmt: skip


def goods_leave(order_id: int) -> None:
    """Let the warehouse hand a parcel of an order to its carrier."""
    left = ShipmentHandedOver(
        order_id=order_id, shipment_id=1, number="SH-1", carrier="sf", tracking_numbers=["SF1"], manifest="", whole=True
    )
    with transaction.atomic():
        events.record(make.TESTER, [left])
    make.settle()


def test_a_wrong_item_with_pictures_waits_for_the_parcel_to_come_back(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    ticket = writes("收到的颜色不对，见图", parts=(Part("错发.jpg", files.picture()),))
    restate_tickets(make.TESTER, ticket_ids=[ticket.id], facts=Facts(category="product_quality"), now=moment.now())
    make.settle()
    take_tickets(make.agent_wang(), ticket_ids=[ticket.id], now=moment.now())
    make.settle()
    says(ticket, "抱歉，请再拍一张吊牌的照片。")
    asked = steps(ticket)

    writes("吊牌照片", parts=(Part("吊牌.jpg", files.picture(size=(60, 40))),))
    judge = TicketStep.objects.get(ticket=ticket, code="judge")
    flow_steps.do_step(make.TESTER, step_id=judge.id, note="错发", now=moment.now())
    says(ticket, "请寄回，运费我们承担。")

    pictures = [id_ for one in Message.objects.filter(kind="inbound") for id_ in one.attachment_ids]
    back = next(one for one in checklists([ticket.id])[ticket.id].steps if one.code == "back")
    assert (asked["reply"], asked["evidence"]) == ("done", "open")
    assert {one.media_type for one in attachments(pictures)} == {"image/jpeg"}
    assert (len(pictures), Ticket.objects.count()) == (2, 1)
    assert (steps(ticket)["evidence"], steps(ticket)["propose"]) == ("done", "done")
    assert (back.state, back.role) == ("open", "warehouse")


def test_an_owner_goes_home_and_what_comes_back_finds_somebody_but_they_still_answer_for_it() -> None:
    with moment.frozen(make.NOW):
        make.team(usernames=("wang",))
        wang = make.agent_wang().staff_id or 0
        make.duty("wang", "early", date(2026, 3, 2))
        agents.comes(wang, at=make.NOW)
        ticket = writes("杯子碎了", channel="chat")
        take_tickets(make.agent_wang(), ticket_ids=[ticket.id], now=make.NOW)
        says(ticket, "今天补寄。", then="solve")
    evening = make.NOW + 9 * HOUR
    with moment.frozen(evening):
        late = agents.agent("late")
        agents.team(late, code="late")
        agents.comes(late, at=evening)
        routing_shifts.hand_over_absent(DESK, now=evening)
        writes("补寄的也碎了！", channel="chat")
        row = Ticket.objects.get()

    assert (row.state, row.reopened) == ("open", 1)
    assert (row.owner_id, row.first_owner_id) == (late, wang)
    assert get_ticket(row.id).first_owner == "王丽"
    told = Notice.objects.filter(staff_id=wang, template="ticket_first_owner", subject_id=row.id).get()
    assert told.params["colleague"] == "late"


def test_a_customer_goes_from_mail_to_wechat_to_the_telephone_with_one_ticket(post: MailServer) -> None:
    wang = make.agent_wang().staff_id or 0
    with WechatServer() as peer:
        opened("wechat", api_address=peer.address)
        opened("phone")
        set_extensions(make.TESTER, box="phone", owners={"801": wang})
        ticket = writes("帐篷少了一根杆")
        says(ticket, "正在查，请稍候。")
        is_mei(ticket.customer_id or 0)
        hears_on_wechat("还没有消息吗")
        says(ticket, "今天补寄。", conversation_id=Conversation.objects.get(channel="wechat").id)
        call = rings()
        file_call(make.agent_wang(), call_id=call.id, ticket_number=ticket.number, subject="", now=moment.now())

    assert Ticket.objects.count() == 1
    assert [one.channel for one in Conversation.objects.order_by("id")] == ["email", "wechat", "phone"]
    assert [letter["Subject"] for letter in post.letters] == [f"Re: 关于订单 [{ticket.number}]"]
    assert [one["text"]["content"] for one in peer.sent] == ["今天补寄。"]
    assert list(Message.objects.order_by("id").values_list("kind", flat=True)) == [
        "inbound", "reply", "inbound", "reply", "call",
    ]  # fmt: skip


def is_mei(customer_id: int) -> None:
    """Let it be known that a person on WeChat is the one who wrote the mail."""
    name = wechat_server.MEI
    add_identity(make.TESTER, customer_id=customer_id, kind="wechat:wechat", value=name, now=moment.now())


def hears_on_wechat(text: str) -> None:
    at = int(moment.now().timestamp())
    query, body = wechat_server.call(wechat_server.text_xml(text, at=at), at=at)
    Client().post(f"/webhooks/channels/wechat/wechat?{query}", body, content_type="text/xml")
    make.settle()


def rings() -> Call:
    """Let Mei call, and Wang lift the receiver."""
    number = PHONE.removeprefix("+86")
    told = [
        {"call_id": "c-1", "event": kind, "at": (moment.now() - timedelta(seconds=ago)).isoformat(), "number": number}
        | {"extension": "801"}
        for kind, ago in (("ring", 20), ("answer", 15), ("hang_up", 5))
    ]
    headers, body = channel_calls.signed({"data": told}, at=moment.now())
    Client().post("/webhooks/channels/phone/phone", body, content_type="application/json", headers=headers)
    make.settle()
    return Call.objects.get()
