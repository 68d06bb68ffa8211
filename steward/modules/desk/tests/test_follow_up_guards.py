"""What asking afterwards holds on to: customers' own answers, their rest, merged matters, calls in their order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from steward.modules.deadlines.queries import clocks_of
from steward.modules.desk.commands import complaint_moving, complaint_work, follow_ups, merging, moving
from steward.modules.desk.commands import follow_up_answers as answers
from steward.modules.desk.commands.erasing import forget_words
from steward.modules.desk.commands.follow_ups import TEMPLATE
from steward.modules.desk.models import (
    Coaching,
    Compensation,
    Complaint,
    ComplaintCallBack,
    FollowUp,
    Message,
    QualityReview,
    ReviewPoint,
    ReviewRemark,
    ScoreSheet,
    Ticket,
    Translation,
)
from steward.modules.desk.queries.follow_ups import calls_due, complaint_calls_due, follow_ups_page
from steward.modules.desk.tests.test_complaints import LATER, ask, registered, whole
from steward.modules.desk.tests.test_follow_ups import ASKED, DAY, SOLVED, policy, solved, sweep
from steward.modules.desk.tests.words import customer, mail, said, word
from steward.modules.messaging.commands.preferences import set_preferences
from steward.modules.messaging.models import Notice
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def answer(row: FollowUp, satisfied: bool, *, at: Any = ASKED, actor: Any = make.TESTER) -> None:
    answers.answer_follow_up(actor, follow_up_id=row.id, satisfied=satisfied, score=3, words="说的话", now=at)


def choose(customer_id: int, **facts: Any) -> None:
    given: dict[str, Any] = {"locale": "", "time_zone": "", "channels": [], "opted_out": []} | facts
    set_preferences(make.TESTER, customer_id=customer_id, now=make.NOW, **given)


def test_staff_do_not_answer_for_who_was_sent_a_link() -> None:
    policy("email")
    solved()
    (row,) = sweep()
    answer(row, False)

    with pytest.raises(answers.NotByPhone):
        answer(row, True, actor=make.agent_wang())

    row.refresh_from_db()
    assert row.satisfied is False


def test_a_matter_is_taken_up_again_once_however_often_they_change_their_mind() -> None:
    policy("email")
    id_ = solved()
    (row,) = sweep()

    for satisfied in (False, True, False):
        answer(row, satisfied)

    assert Ticket.objects.get(id=id_).priority == "high"
    assert Notice.objects.filter(template="ticket_back", staff_id=make.agent_wang().staff_id or 0).count() == 1


def test_a_no_takes_up_what_the_ticket_was_merged_into() -> None:
    policy("email")
    mei = customer()
    first, second, third = (solved(subject=f"第 {n} 件", customer_id=mei) for n in range(3))
    row = sweep()[0]
    for id_, into in ((first, second), (second, third)):
        merging.merge_tickets(make.agent_wang(), into_id=into, ticket_ids=[id_], now=ASKED)

    answer(row, False)

    assert Ticket.objects.get(id=third).state == "open"
    assert set(Ticket.objects.filter(id__in=[first, second]).values_list("state", flat=True)) == {"closed"}


def test_a_no_about_spam_opens_nothing() -> None:
    policy("email")
    id_ = solved()
    (row,) = sweep()
    moving.reject_tickets(make.administrator(), ticket_ids=[id_], reason="广告", now=ASKED)

    answer(row, False)

    assert Ticket.objects.get(id=id_).closed_as == "spam"


def test_who_does_not_want_to_be_asked_is_not_called() -> None:
    policy("phone")
    mei = customer()
    choose(mei, opted_out=[TEMPLATE])
    solved(customer_id=mei)

    assert [(row.state, row.why) for row in sweep()] == [("skipped", "not_wanted")]


def test_calls_wait_for_the_end_of_the_quiet_hours_at_first_and_again() -> None:
    policy("phone")
    mei = customer()
    solved(customer_id=mei)
    midnight = ASKED + 14 * HOUR  # 01:00 in Shanghai
    morning = ASKED + 21 * HOUR

    (row,) = sweep(midnight)
    answers.note_unreached(make.agent_wang(), follow_up_id=row.id, now=morning + 13 * HOUR)

    assert row.next_try_at == morning
    row.refresh_from_db()
    assert row.next_try_at == morning + DAY


def test_chats_are_asked_in_once_the_quiet_hours_are_over() -> None:
    policy("chat")
    (heard,) = said(word(customer_id=customer()))
    moving.move_tickets(make.agent_wang(), ticket_ids=[heard.ticket_id or 0], verb="solve", now=SOLVED)

    assert sweep(ASKED + 14 * HOUR) == []
    assert [row.state for row in sweep(ASKED + 21 * HOUR)] == ["asked"]


def test_calls_nobody_made_lapse_too() -> None:
    policy("phone")
    solved()
    sweep()

    assert follow_ups.lapse_questions(make.TESTER, now=ASKED + 8 * DAY) == 1
    row = FollowUp.objects.get()
    assert (row.state, row.why, row.next_try_at) == ("lapsed", "no_answer", None)


def test_a_complaint_closed_after_its_ticket_is_asked_about_still() -> None:
    policy("phone", complaint=True)
    id_ = solved()
    number = registered(ticket_id=id_, source="ticket")
    whole(number)
    Ticket.objects.filter(id=id_).update(answered_at=SOLVED)
    moving.close_solved(make.TESTER, now=SOLVED + 5 * DAY)
    ended = SOLVED + 6 * DAY
    complaint_moving.close_complaint(make.agent_wang(), number=number, outcome="withdrawn", words="撤诉", now=ended)

    assert sweep(ended + 23 * HOUR) == []
    assert [row.state for row in sweep(ended + 25 * HOUR)] == ["to_call"]
    assert len(sweep(ended + 26 * HOUR)) == 1


def test_the_call_list_goes_on_where_it_was_left() -> None:
    policy("phone")
    for number in range(3):
        solved(f"+861380000333{number}")
    rows = sweep()
    for row, minutes in zip(rows, (30, 10, 20), strict=True):
        FollowUp.objects.filter(id=row.id).update(next_try_at=ASKED + timedelta(minutes=minutes))

    first = follow_ups_page(queue="to_call", limit=1)
    answer(rows[1], True, actor=make.agent_wang())
    rest = follow_ups_page(queue="to_call", limit=5, after=first.after)

    assert [row.id for row in (*first.rows, *rest.rows)] == [rows[1].id, rows[2].id, rows[0].id]
    assert rest.after == ""


def test_a_planned_call_is_told_counted_and_made_before_the_complaint_is_closed() -> None:
    number, wang = registered(), make.agent_wang()
    whole(number)
    complaint_work.plan_complaint_call(
        make.manager_zhao(), number=number, staff_id=wang.staff_id or 0, call_at=LATER + HOUR, now=LATER
    )
    close: dict[str, Any] = {"number": number, "outcome": "withdrawn", "words": "撤诉", "now": LATER}

    assert Notice.objects.filter(template="complaint_call", staff_id=wang.staff_id or 0).count() == 1
    assert (calls_due(wang.staff_id, now=LATER), calls_due(wang.staff_id, now=LATER + HOUR)) == (0, 1)
    assert [one.number for one in complaint_calls_due(wang.staff_id, now=LATER + HOUR)] == [number]
    with pytest.raises(complaint_moving.CallWaits):
        complaint_moving.close_complaint(make.manager_zhao(), **close)
    call = ComplaintCallBack.objects.get()
    complaint_work.note_complaint_call(
        wang, number=number, call_back_id=call.id, result="content", words="客户满意", now=LATER + HOUR
    )
    complaint_moving.close_complaint(make.manager_zhao(), **close)

    assert calls_due(wang.staff_id, now=LATER + HOUR) == 0


def test_erased_customers_leave_no_words_and_are_asked_nothing() -> None:
    policy("email")
    mei = customer()
    id_ = solved(customer_id=mei)
    sweep()
    number = registered(customer_id=mei, wants="上门道歉")
    whole(number)
    ask(number, 2_000, "coupon")
    complaint_work.plan_complaint_call(
        make.manager_zhao(), number=number, staff_id=make.agent_wang().staff_id or 0, call_at=LATER, now=LATER
    )
    Complaint.objects.update(proposal="上门", outcome_words="")
    ComplaintCallBack.objects.update(words="梅女士说好")
    review = QualityReview.objects.create(
        ticket_id=id_, agent_id=1, sheet=ScoreSheet.objects.earliest("id"), origin="by_hand", opened_at=LATER,
        summary="梅女士", appeal="梅女士", decision="梅女士",
    )  # fmt: skip
    ReviewPoint.objects.create(review=review, criterion="tone", remark="梅女士")
    message = Message.objects.filter(ticket=id_).earliest("id")
    ReviewRemark.objects.create(review=review, message=message, tone="good", text="梅女士")
    Coaching.objects.create(
        review=review, agent_id=1, note="梅女士", task="梅女士", due_date=LATER.date(), given_at=LATER
    )
    moved = said(mail(customer_id=customer("+8613811112222"), subject="别人的"))[0].ticket_id or 0
    Message.objects.filter(id=message.id).update(ticket=moved)
    Translation.objects.create(
        ticket_id=moved, message=message, language="en", source="梅", text="Mei", asked_at=timezone.now()
    )

    forget_words(make.TESTER, customer_ids=[mei])

    row, wish = Complaint.objects.get(), Compensation.objects.get()
    assert (row.words, row.wants, row.proposal, row.cause_words, row.outcome_words) == ("", "", "", "", "")
    assert (wish.reason, wish.note, ComplaintCallBack.objects.get().words) == ("…", "", "")
    asked = FollowUp.objects.get()
    assert (asked.state, asked.words) == ("lapsed", "")
    review.refresh_from_db()
    assert (review.summary, review.appeal, review.decision) == ("", "", "")
    assert (ReviewPoint.objects.get().remark, ReviewRemark.objects.get().text) == ("", "")
    coaching = Coaching.objects.get()
    assert (coaching.note, coaching.task, coaching.done_note) == ("", "", "")
    assert not Translation.objects.exists()


def test_the_reason_an_erased_customers_complaint_was_refused_leaves_only_that_there_was_one() -> None:
    mei = customer()
    number = registered(customer_id=mei)
    whole(number)
    complaint_moving.close_complaint(
        make.agent_wang(), number=number, outcome="withdrawn", words="梅女士撤诉", now=LATER
    )

    forget_words(make.TESTER, customer_ids=[mei])

    assert Complaint.objects.get().outcome_words == "…"
    assert clocks_of("complaint", Complaint.objects.get().id)
