"""Complaints and asking afterwards in the console: registered from a ticket, worked on, analysed, called."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import moment, parameters
from steward.modules.desk.commands import complaint_settings, follow_ups, moving, owning
from steward.modules.desk.models import (
    Compensation,
    Complaint,
    ComplaintCallBack,
    ComplaintCause,
    ComplaintType,
    FollowUp,
    Ticket,
)
from steward.modules.desk.tests.words import customer, mail, said
from steward.modules.messaging.queries.readers import QUIET_END, QUIET_START
from steward.modules.orders.models import Order
from steward.modules.people.models import Staff
from tests import make
from tests.words import visible

pytestmark = pytest.mark.django_db
NEW = "/complaints/new"
GIVEN = {"type": "service_attitude", "words": "客服挂我电话", "source": "phone"}


def ticket() -> Ticket:
    (heard,) = said(mail("客服态度很差", customer_id=customer(), at=moment.now() - timedelta(hours=1)))
    return Ticket.objects.get(id=heard.ticket_id or 0)


def test_a_complaint_is_registered_from_a_ticket_and_worked_on_to_its_end() -> None:
    make.team()
    client, number = make.browser("wang"), ticket().number
    assert number in client.get(f"{NEW}?ticket={number}").content.decode()

    answer = client.post(NEW, GIVEN | {"ticket": number, "source": "ticket"})
    row = Complaint.objects.get()
    page = f"/complaints/{row.number}"
    assert answer["Location"] == page
    client.post(f"{page}/restate", {"team": "service", "cause": "staff_manner", "cause_words": "语气生硬"})
    client.post(f"{page}/compensation", {"kind": "coupon", "amount": "20.00", "words": "道歉券"})
    client.post(f"{page}/measures", {"words": "复训", "due_date": "2026-12-01"})
    client.post(f"{page}/calls", {"staff": str(make.agent_wang().staff_id)})
    assert row.number in client.get("/complaints/follow-ups").content.decode()
    call = ComplaintCallBack.objects.get()
    client.post(f"{page}/calls", {"call": str(call.id), "result": "content", "words": "客户满意"})
    for verb in ("investigate", "propose", "agree"):
        client.post(f"{page}/move", {"verb": verb, "words": "致歉并补偿"})
    wish = Compensation.objects.get()
    make.browser("zhao").post(f"{page}/compensation", {"verb": "hand_over", "wish": wish.id, "words": "已发券"})
    client.post(f"{page}/close", {"outcome": "satisfied"})

    shown = client.get(page).content.decode()
    assert "已结案" in shown
    assert "复训" in shown
    assert "语气生硬" in shown
    assert visible.english(shown, names=frozenset()) == []
    assert row.number in client.get(f"/desk/tickets/{number}").content.decode()
    assert row.number in client.get("/complaints/?queue=closed&type=service&cause=staff").content.decode()
    assert "人员 / 沟通方式" in client.get("/complaints/analysis").content.decode()
    table = client.get("/complaints/analysis.csv").content.decode()
    assert table.splitlines()[1].startswith(row.number)


def test_saving_facts_keeps_what_is_out_of_use_by_now() -> None:
    wang, client = make.agent_wang(), make.browser("zhao")
    client.post(NEW, GIVEN | {"owner": str(wang.staff_id)})
    page = f"/complaints/{Complaint.objects.get().number}"
    client.post(f"{page}/restate", {"cause": "staff_manner"})
    ComplaintType.objects.filter(code="service_attitude").update(active=False)
    ComplaintCause.objects.filter(code="staff_manner").update(active=False)
    Staff.objects.filter(id=wang.staff_id or 0).update(is_active=False)

    shown = client.get(page).content.decode()
    for offered in ("service_attitude", "staff_manner", str(wang.staff_id)):
        assert f'<option value="{offered}" selected>' in shown
    kept = {"type": "service_attitude", "cause": "staff_manner", "owner": str(wang.staff_id), "seriousness": "high"}
    client.post(f"{page}/restate", kept)

    row = Complaint.objects.get()
    assert (row.seriousness, row.type.code, row.cause and row.cause.code) == ("high", *list(kept.values())[:2])
    assert row.owner_id == wang.staff_id


def test_a_compensation_is_given_in_the_currency_of_the_order() -> None:
    make.item(stock=5)
    order = make.order("C-1")
    Order.objects.update(currency="USD")
    client = make.browser("wang")
    client.post(NEW, GIVEN | {"order": order.number})
    page = f"/complaints/{Complaint.objects.get().number}"
    offered = client.get(page).content.decode().partition('name="currency"')[2]
    assert offered.index("<option>USD") < offered.index("<option>CNY")

    client.post(f"{page}/compensation", {"kind": "coupon", "amount": "20.00", "words": "道歉券"})

    assert Compensation.objects.get().currency == "USD"


def test_whom_it_is_about_sees_that_somebody_else_deals_with_it() -> None:
    about = str(make.agent_wang().staff_id)
    make.browser("zhao").post(NEW, GIVEN | {"about": about})

    page = make.browser("wang").get(f"/complaints/{Complaint.objects.get().number}").content.decode()

    assert "须由他人处理" in page
    assert "/close" not in page


def test_a_customer_is_called_and_the_ticket_comes_back() -> None:
    parameters.set_parameter(make.TESTER, name=QUIET_START.name, new=QUIET_END.default, reason="no rest in this test")
    draft = complaint_settings.PolicyDraft(code="all", channel="phone", rank=1, after_h=0)
    complaint_settings.save_follow_up_policy(make.TESTER, draft=draft)
    ids, now = [ticket().id], moment.now()
    owning.take_tickets(make.agent_wang(), ticket_ids=ids, now=now)
    moving.move_tickets(make.agent_wang(), ticket_ids=ids, verb="solve", now=now)
    follow_ups.ask_customers(make.TESTER, now=now)
    client, row = make.browser("wang"), FollowUp.objects.get()
    assert "待致电回访的客户" in client.get("/").content.decode()

    client.post(f"/complaints/follow-ups/{row.id}", {"result": "not_satisfied", "score": "1", "words": "还是坏的"})

    assert Ticket.objects.get().priority == "high"
    page = client.get("/complaints/follow-ups?queue=not_satisfied").content.decode()
    assert "还是坏的" in page
    assert visible.english(page, names=frozenset({"My order"})) == []


def test_trees_and_policies_are_edited_by_who_sets_the_desk() -> None:
    client = make.browser("admin")
    branch = {"code": "delivery_rain", "zh-hans": "淋雨受潮", "parent": "delivery", "active": "1"}
    client.post("/complaints/types/type", branch)
    policy = {"code": "pay", "channel": "sms", "category": "payment", "after_h": "12", "sample_percent": "50"}
    client.post("/complaints/follow-ups/policies", policy | {"active": "1"})

    trees, policies = (client.get(f"/complaints/{path}").content.decode() for path in ("types", "follow-ups/policies"))
    assert "淋雨受潮" in trees
    assert "短信" in policies
    assert "50 %" in policies
    assert visible.english(trees) == []
    assert make.browser("wang").get("/complaints/types").status_code == 403


def test_pages_without_any_complaint_speak_chinese_too() -> None:
    client = make.browser("admin")

    for path in ("", "analysis", "new", "follow-ups", "follow-ups/policies"):
        address = f"/complaints/{path}"
        assert visible.english(client.get(address).content.decode()) == [], address
