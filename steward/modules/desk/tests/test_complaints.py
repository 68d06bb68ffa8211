"""Complaints: noticed and registered, worked on under their clocks, made good by four eyes, closed whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from steward.kernel.errors import NotPossible
from steward.modules.approvals import commands as approvals
from steward.modules.deadlines.queries import clocks_of
from steward.modules.desk.commands import compensating, complaint_moving, complaint_rows, complaints, restating
from steward.modules.desk.models import Compensation, Complaint
from steward.modules.desk.queries.complaint_figures import complaint_figures
from steward.modules.desk.queries.complaints import ComplaintFilters, complaint_counts, complaints_page
from steward.modules.desk.tests.words import customer, said, word
from steward.modules.payments.queries import refunds_of_order
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = make.NOW + HOUR


def registered(*, at: Any = LATER, by: str = "wang", **facts: Any) -> str:
    """Let Wang register what a customer said on the phone; return its number."""
    given: dict[str, Any] = {
        "type": "service_attitude",
        "words": "客服挂我电话",
        "source": "phone",
        "told_at": make.NOW,
    }
    draft = complaints.ComplaintDraft(**(given | facts))
    return complaints.register_complaint(make.staff(by), draft=draft, now=at)


def move(number: str, *verbs: str, at: Any = LATER, by: str = "wang") -> None:
    for verb in verbs:
        complaint_moving.move_complaint(make.staff(by), number=number, verb=verb, words="给您道歉并补偿", now=at)


def whole(number: str) -> None:
    """Say where it came from and who answers for it."""
    make.team()
    facts = complaint_moving.ComplaintFacts(team="service", cause="staff_manner", cause_words="语气生硬")
    complaint_moving.restate_complaint(make.agent_wang(), number=number, facts=facts, now=LATER)


def clocks(number: str) -> dict[str, str]:
    row = Complaint.objects.get(number=number)
    return {one.kind: one.outcome for one in clocks_of("complaint", row.id)}


def test_a_ticket_that_is_a_complaint_is_noticed_once_and_becomes_one_complaint() -> None:
    (heard,) = said(word("我要投诉你们", customer_id=customer()))
    facts = restating.Facts(category="customer_service", sub_reason="complaint", sorted_by="person")

    restating.restate_tickets(make.agent_wang(), ticket_ids=[heard.ticket_id or 0], facts=facts, now=LATER)
    make.settle()
    complaints.notice_complaints(make.TESTER, ticket_ids=[heard.ticket_id or 0], now=LATER)

    row = Complaint.objects.get()
    assert (row.state, row.type.code, row.told_at, row.ticket_id) == ("noticed", "service", make.NOW, heard.ticket_id)
    assert complaint_counts(None, now=LATER)["noticed"] == 1
    number = registered(ticket_id=heard.ticket_id, source="ticket", told_at=None)
    assert (number, Complaint.objects.get().state) == (row.number, "registered")
    assert clocks(number) == {"complaint_registered": "met", "complaint_solved": "running"}
    with pytest.raises(complaints.ComplaintAlready):
        registered(ticket_id=heard.ticket_id)


def test_registering_too_late_is_a_missed_limit() -> None:
    number = registered(at=make.NOW + 25 * HOUR)

    assert clocks(number)["complaint_registered"] == "breached"
    assert complaints_page(ComplaintFilters(queue="overdue"), now=make.NOW + 49 * HOUR)[0].number == number


def test_waiting_for_the_customer_stops_the_clock_and_their_agreement_ends_it() -> None:
    number = registered()
    move(number, "investigate", "propose")
    assert Complaint.objects.get().due_at is None

    move(number, "agree", at=make.NOW + 90 * HOUR)

    assert clocks(number)["complaint_solved"] == "met"


def test_it_is_closed_with_cause_department_and_outcome_or_not_at_all() -> None:
    number = registered()
    move(number, "investigate", "propose", "agree")
    close = {"number": number, "outcome": "satisfied", "words": "", "now": LATER}
    with pytest.raises(complaint_moving.NotWhole):
        complaint_moving.close_complaint(make.agent_wang(), **close)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.update(state="closed", closed_at=LATER, outcome="satisfied")

    whole(number)
    complaint_moving.close_complaint(make.agent_wang(), **close)  # type: ignore[arg-type]

    assert Complaint.objects.get().state == "closed"
    figures = complaint_figures(now=LATER, time_zone="Asia/Shanghai")
    assert (figures.total, figures.by_cause[0].code, figures.in_time["complaint_solved"]) == (1, "staff_manner", 1.0)


def test_whom_it_is_about_decides_nothing() -> None:
    wang = make.agent_wang()
    number = registered(by="zhao", about_staff_id=wang.staff_id)

    with pytest.raises(complaint_rows.OwnComplaint):
        move(number, "investigate")
    with pytest.raises(complaint_rows.UnfitOwner):
        facts = complaint_moving.ComplaintFacts(owner_id=wang.staff_id)
        complaint_moving.restate_complaint(make.manager_zhao(), number=number, facts=facts, now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.update(owner_id=wang.staff_id)
    assert Complaint.objects.get().state == "registered"


def test_reopening_starts_the_clock_anew_and_needs_a_reason() -> None:
    number = registered()
    whole(number)
    complaint_moving.close_complaint(make.agent_wang(), number=number, outcome="withdrawn", words="客户撤诉", now=LATER)

    move(number, "reopen", at=LATER + HOUR)

    row = Complaint.objects.get()
    assert (row.state, row.reopened, row.outcome) == ("reopened", 1, "")
    assert row.due_at == LATER + 49 * HOUR


def ask(number: str, amount_minor: int, kind: str = "money", *, by: str = "wang") -> Compensation:
    id_ = compensating.ask_compensation(
        make.staff(by),
        number=number,
        kind=kind,
        amount_minor=amount_minor,
        currency="CNY",
        reason="服务失误补偿",
        now=LATER,
    )
    return Compensation.objects.get(id=id_)


def test_a_small_compensation_is_granted_and_handed_over_by_somebody_else() -> None:
    number = registered()
    wish = ask(number, 2_000, "coupon")
    assert wish.state == "granted"
    hand = {"number": number, "compensation_id": wish.id, "note": "券码已发", "now": LATER}

    with pytest.raises(compensating.SecondPersonNeeded):
        compensating.hand_over_compensation(make.agent_wang(), **hand)  # type: ignore[arg-type]
    compensating.hand_over_compensation(make.manager_zhao(), **hand)  # type: ignore[arg-type]

    assert Compensation.objects.get().state == "handed_over"


def test_above_the_limit_somebody_else_decides_and_money_goes_back_by_the_order() -> None:
    make.item(stock=5)
    order = make.order("C-1", payments=[make.payment()])
    make.settle()
    number = registered(order_id=order.order_id)
    wish = ask(number, 6_000, by="zhao")
    assert (wish.state, wish.refund_request_id) == ("asked", None)
    with pytest.raises(approvals.OwnMatter):
        approvals.decide(make.manager_zhao(), approval_id=wish.approval_id or 0, verdict="grant", now=LATER)

    approvals.decide(make.administrator(), approval_id=wish.approval_id or 0, verdict="grant", now=LATER)
    make.settle()

    wish.refresh_from_db()
    (refund,) = refunds_of_order(order.order_id)
    assert (wish.state, wish.note, refund.amount_minor) == ("granted", refund.number, 6_000)


def test_slices_of_a_compensation_count_together_and_a_refusal_says_why() -> None:
    number = registered()
    ask(number, 3_000, "coupon")
    second = ask(number, 3_000, "coupon")
    assert second.state == "asked"
    with pytest.raises(complaint_moving.WishWaits):
        whole(number)
        complaint_moving.close_complaint(make.agent_wang(), number=number, outcome="withdrawn", words="撤诉", now=LATER)

    approvals.decide(
        make.manager_zhao(), approval_id=second.approval_id or 0, verdict="refuse", reason="已补偿过", now=LATER
    )
    make.settle()

    second.refresh_from_db()
    assert (second.state, second.note) == ("refused", "已补偿过")
    with pytest.raises(NotPossible):
        compensating.hand_over_compensation(
            make.manager_zhao(), number=number, compensation_id=second.id, note="x", now=LATER
        )
