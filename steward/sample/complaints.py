"""Complaints of the sample in every state, and what customers said when they were asked afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from steward.kernel.actor import Actor, system
from steward.modules.approvals.commands import decide
from steward.modules.desk.commands import (
    compensating,
    complaint_moving,
    complaint_settings,
    complaint_work,
    complaints,
    follow_up_answers,
    follow_ups,
)
from steward.modules.desk.queries.complaint import complaint
from steward.modules.desk.queries.follow_ups import follow_ups_page
from steward.modules.desk.queries.inbox import TicketFilters, inbox_page
from steward.modules.people import queries as people
from steward.sample.people import Crew

DESK = system("desk")
STEPS = ("investigate", "propose", "agree")


class Told(Struct, frozen=True):
    """One complaint: when it was made, what it is, how far it has got and how it ended."""

    days_ago: int
    type: str
    words: str
    wants: str
    seriousness: str = "normal"
    source: str = "phone"
    cause: str = ""
    steps: int = 0
    outcome: str = ""
    kind: str = ""
    amount_minor: int = 0


TOLD = (
    Told(0, "service_attitude", "客服说话不耐烦，还挂断了电话", "当面道歉", "high"),
    Told(0, "delivery_late", "说好次日达，五天还没到", "尽快送达并补偿", cause="carrier_late", steps=1, kind="coupon",
         amount_minor=2_000),
    Told(1, "promise_broken", "答应周一退差价，到现在没退", "退差价 60 元", "high", cause="process_handover", steps=2,
         kind="money", amount_minor=6_000),
    Told(1, "outside_12315", "12315 转来：保温箱与页面不符", "退一赔三", "critical", "regulator", "information", 1),
    Told(6, "product_quality", "帐篷第二次用就断杆", "换新", cause="goods_batch", steps=3, outcome="satisfied"),
    Told(9, "refund_delay", "退款超过七天", "马上退款", cause="process_handover", steps=3, outcome="settled",
         kind="coupon", amount_minor=3_000),
    Told(13, "product_wrong", "少发一罐气", "补发", cause="warehouse_pick", steps=3, outcome="satisfied"),
    Told(20, "delivery_damage", "箱子压扁，里面碎了", "补发并赔偿", "high", cause="carrier_damage", steps=3,
         outcome="settled"),
    Told(27, "price", "刚买就降价", "退差价", cause="customer", steps=2, outcome="rejected_with_reason"),
    Told(34, "service_slow", "问了三天没人回", "有人负责", cause="staff_mistake", steps=3, outcome="satisfied"),
)  # fmt: skip
ANSWERS = ((True, 5, "处理得很快，谢谢"), (False, 2, "换来的还是坏的"), (True, 4, ""))


def hear(crew: Crew, now: datetime) -> None:
    """Register complaints, take them as far as they got, and ask after solutions."""
    clerk, manager = crew.first("customer_service"), crew.first("after_sales_manager")
    tickets = inbox_page(TicketFilters(queue="active"), now=now, limit=len(TOLD)).rows
    for place, told in enumerate(TOLD):
        row = tickets[place] if told.days_ago == 0 and place < len(tickets) else None
        _one(clerk, manager, told, row.id if row else None, now)
    _ask(clerk, now)


def _one(clerk: Actor, manager: Actor, told: Told, ticket_id: int | None, now: datetime) -> None:
    told_at = now - timedelta(days=told.days_ago, hours=3)
    at = min(told_at + timedelta(hours=2), now)
    draft = complaints.ComplaintDraft(
        type=told.type,
        words=told.words,
        wants=told.wants,
        source="ticket" if ticket_id else told.source,
        seriousness=told.seriousness,
        ticket_id=ticket_id,
        owner_id=clerk.staff_id,
        told_at=told_at,
    )
    number = complaints.register_complaint(clerk, draft=draft, now=at)
    if told.cause:
        _find_cause(clerk, number, told, at)
    for verb in STEPS[: told.steps]:
        at = min(at + timedelta(hours=4), now)
        complaint_moving.move_complaint(clerk, number=number, verb=verb, words=f"{told.wants}，并向您致歉", now=at)
    if told.kind:
        _make_good(clerk, manager, number, told, at)
    if told.outcome:
        complaint_moving.close_complaint(
            clerk, number=number, outcome=told.outcome, words="已向客户说明", now=min(at + timedelta(hours=1), now)
        )


def _find_cause(clerk: Actor, number: str, told: Told, at: datetime) -> None:
    """Say where it came from and who answers for it, and set a measure."""
    facts = complaint_moving.ComplaintFacts(cause=told.cause, team=people.teams()[0].code)
    complaint_moving.restate_complaint(clerk, number=number, facts=facts, now=at)
    due = (at + timedelta(days=7)).date()
    complaint_work.set_measure(
        clerk, number=number, words="每日晨会通报并复查同类订单", staff_id=clerk.staff_id, due_date=due, now=at
    )


def _make_good(clerk: Actor, manager: Actor, number: str, told: Told, at: datetime) -> None:
    """Ask for something to make good; what is closed was handed over by the manager."""
    wish_id = compensating.ask_compensation(
        clerk,
        number=number,
        kind=told.kind,
        amount_minor=told.amount_minor,
        currency="CNY",
        reason="服务失误补偿",
        now=at,
    )
    wish = next(one for one in complaint(number).compensations if one.id == wish_id)
    if told.outcome and wish.approval_id:
        decide(manager, approval_id=wish.approval_id, verdict="grant", now=at)
    if told.outcome:
        compensating.hand_over_compensation(
            manager, number=number, compensation_id=wish_id, note="券已发到账户", now=at
        )


def _ask(clerk: Actor, now: datetime) -> None:
    """Let some solutions be asked about by phone now, and note the first answers."""
    draft = complaint_settings.PolicyDraft(code="usual", channel="phone", after_h=0, sample_percent=100)
    complaint_settings.save_follow_up_policy(DESK, draft=draft)
    follow_ups.ask_customers(DESK, now=now)
    for row, (satisfied, score, words) in zip(follow_ups_page(queue="to_call").rows[1:], ANSWERS, strict=False):
        follow_up_answers.answer_follow_up(
            clerk, follow_up_id=row.id, satisfied=satisfied, score=score, words=words, now=now
        )
    back = complaint_settings.PolicyDraft(code="usual", channel="email", after_h=24, sample_percent=30)
    complaint_settings.save_follow_up_policy(DESK, draft=back)
