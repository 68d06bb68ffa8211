"""What nobody gets round in complaints: other hands, slices, refunds that are not paid, customers who wrote."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.kernel.errors import NotPossible
from steward.modules.desk.commands import (
    compensating,
    complaint_moving,
    complaint_rows,
    complaints,
    opening,
)
from steward.modules.desk.models import Compensation, Complaint
from steward.modules.desk.tests.test_complaints import LATER, ask, move, registered, whole
from steward.modules.desk.tests.words import customer, said, word
from steward.modules.payments import commands as payments
from steward.modules.payments.queries import refunds_of_order
from steward.modules.people import queries as people
from steward.modules.returns.models import Compensation as Given
from tests import make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CLOSE: dict[str, Any] = {"outcome": "withdrawn", "words": "客户撤诉"}


def own_program(username: str) -> Any:
    """Give somebody's program a key of their own."""
    found = people.actor_for_token(make.token("tickets.view", "tickets.work", owner=username))
    assert found is not None
    return found


def test_a_program_deals_with_no_complaint_about_who_owns_its_key() -> None:
    wang, program = make.agent_wang(), own_program("wang")
    number = registered(by="zhao", about_staff_id=wang.staff_id)
    whole_facts = complaint_moving.ComplaintFacts(about_staff_id=None)

    with pytest.raises(complaint_rows.OwnComplaint):
        complaint_moving.restate_complaint(program, number=number, facts=whole_facts, now=LATER)
    with pytest.raises(complaint_rows.OwnComplaint):
        complaint_moving.close_complaint(program, number=number, **CLOSE, now=LATER)

    assert Complaint.objects.get().about_staff_id == wang.staff_id


def test_nobody_registers_a_complaint_about_themselves() -> None:
    wang = make.agent_wang()
    draft = complaints.ComplaintDraft(type="service", words="x", source="phone", about_staff_id=wang.staff_id)

    for actor in (wang, own_program("wang")):
        with pytest.raises(complaint_rows.OwnComplaint):
            complaints.register_complaint(actor, draft=draft, now=LATER)

    assert not Complaint.objects.exists()


def test_ones_own_program_is_no_second_person_and_the_person_behind_it_is_written_down() -> None:
    number, wang = registered(), make.agent_wang()
    wish = ask(number, 2_000, "coupon")
    hand: dict[str, Any] = {"number": number, "compensation_id": wish.id, "note": "已发", "now": LATER}

    with pytest.raises(compensating.SecondPersonNeeded):
        compensating.hand_over_compensation(own_program("wang"), **hand)
    compensating.hand_over_compensation(own_program("zhao"), **hand)
    whole(number)
    complaint_moving.close_complaint(own_program("zhao"), number=number, **CLOSE, now=LATER)

    wish.refresh_from_db()
    zhao = make.manager_zhao()
    assert (wish.asked_by, wish.handed_over_by) == (wang.id, zhao.id)
    assert Complaint.objects.get().closed_by_id == zhao.staff_id


def refunded() -> tuple[str, Compensation, str]:
    """Let a compensation become a refund; return the complaint, the wish and the refund's number."""
    make.item(stock=5)
    order = make.order("C-1", payments=[make.payment()])
    make.settle()
    number = registered(order_id=order.order_id)
    wish = ask(number, 2_000)
    (refund,) = refunds_of_order(order.order_id)
    return number, wish, refund.number


def test_money_is_handed_over_once_it_is_paid_and_not_before() -> None:
    number, wish, refund = refunded()
    whole(number)

    assert (wish.state, wish.note) == ("granted", refund)
    with pytest.raises(complaint_moving.WishWaits):
        complaint_moving.close_complaint(make.agent_wang(), number=number, **CLOSE, now=LATER)
    with pytest.raises(NotPossible):
        compensating.hand_over_compensation(
            make.manager_zhao(), number=number, compensation_id=wish.id, note="现金", now=LATER
        )
    payments.settle_by_hand(make.administrator(), number=refund, transaction="B-1", note="已转账", now=LATER)
    make.settle()

    wish.refresh_from_db()
    assert wish.state == "handed_over"
    complaint_moving.close_complaint(make.agent_wang(), number=number, **CLOSE, now=LATER)


def test_a_refund_that_is_called_off_refuses_the_compensation() -> None:
    _number, wish, refund = refunded()

    payments.withdraw_refund(make.administrator(), number=refund, reason="订单另行处理", now=LATER)
    make.settle()

    wish.refresh_from_db()
    assert (wish.state, wish.note) == ("refused", f"{refund} 订单另行处理")


def test_slices_over_several_complaints_of_one_customer_count_together() -> None:
    mei = customer()
    first, second = (registered(customer_id=mei) for _time in range(2))

    assert ask(first, 3_000, "coupon").state == "granted"
    assert ask(second, 3_000, "coupon").state == "asked"


def test_slices_of_another_currency_make_the_strictest_limit_count() -> None:
    number = registered(customer_id=customer())
    ask(number, 1, "coupon")
    assert ask(number, 1, "coupon").state == "granted"
    Given.objects.update(currency="USD")

    third = ask(number, 1, "coupon")

    assert third.state == "asked"


def test_what_was_given_long_ago_counts_for_the_order_but_not_for_the_customer() -> None:
    mei = customer()
    old, other = registered(customer_id=mei, order_id=9), registered(customer_id=mei)
    same = registered(order_id=9)
    ask(old, 3_000, "coupon")
    Given.objects.update(proposed_at=LATER - 100 * DAY)

    assert ask(other, 3_000, "coupon").state == "granted"
    assert ask(same, 3_000, "coupon").state == "asked"


def test_a_complaint_goes_on_as_soon_as_the_customer_writes() -> None:
    mei = customer()
    (heard,) = said(word("我要投诉", customer_id=mei))
    number = registered(ticket_id=heard.ticket_id, source="ticket", told_at=None)
    with pytest.raises(complaint_rows.WordsNeeded):
        complaint_moving.wait_for_complainer(make.agent_wang(), number=number, waits=True, words=" ", now=LATER)
    complaint_moving.wait_for_complainer(make.agent_wang(), number=number, waits=True, words="等照片", now=LATER)
    assert Complaint.objects.get().due_at is None

    said(word("照片在这里", customer_id=mei, at=LATER + timedelta(hours=1)))
    make.settle()

    row = Complaint.objects.get()
    assert row.waits_since is None
    assert row.due_at is not None


def test_opening_again_beside_a_live_complaint_of_the_ticket_is_refused() -> None:
    (heard,) = said(word("我要投诉", customer_id=customer()))
    number = registered(ticket_id=heard.ticket_id, source="ticket")
    whole(number)
    complaint_moving.close_complaint(make.agent_wang(), number=number, **CLOSE, now=LATER)
    registered(ticket_id=heard.ticket_id, source="ticket")

    with pytest.raises(complaints.ComplaintAlready):
        move(number, "reopen")

    assert Complaint.objects.get(number=number).state == "closed"


def test_a_ticket_opened_as_a_complaint_is_noticed() -> None:
    facts: dict[str, Any] = {"category": "customer_service", "sub_reason": "complaint"}
    drafts = [opening.TicketDraft(channel="phone", box="", subject=f"投诉 {n}", **facts) for n in range(2)]
    opening.open_tickets(make.agent_wang(), drafts=drafts, now=LATER)
    make.settle()

    assert list(Complaint.objects.values_list("state", flat=True)) == ["noticed", "noticed"]
