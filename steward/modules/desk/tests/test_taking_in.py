"""What customers write finds its ticket, or opens one with its clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.kernel.actor import system
from steward.kernel.models import Event
from steward.modules.deadlines import queries as deadlines
from steward.modules.desk.commands import moving, owning, tokens
from steward.modules.desk.commands.erasing import forget_words
from steward.modules.desk.models import Conversation, Message, Ticket
from steward.modules.desk.tests.words import DESK, customer, mail, said, ticket_of, word
from steward.modules.messaging.commands.receiving import receive
from steward.modules.messaging.rules.channels import Incoming, Sender
from tests import make

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def running(ticket: Ticket) -> set[str]:
    return {one.kind for one in deadlines.clocks_of("ticket", ticket.id) if one.stopped_at is None}


def test_a_word_opens_a_ticket_whose_clocks_run_from_when_it_was_said() -> None:
    heard = said(word("气罐漏气怎么办", customer_id=customer()))[0]

    ticket = ticket_of(heard)
    assert (heard.outcome, ticket.state, ticket.subject, ticket.language) == ("opened", "new", "气罐漏气怎么办", "zh")
    assert running(ticket) == {"first_reply", "substantive_reply", "solution"}
    assert (ticket.due_at, ticket.due_kind) == (make.NOW + 15 * MINUTE, "first_reply")


def test_the_same_message_twice_is_one() -> None:
    first = word(customer_id=customer())
    said(first)

    again = said(first, first)

    assert {one.outcome for one in again} == {"known"}
    assert Message.objects.count() == Ticket.objects.count() == 1


def test_two_words_of_one_batch_are_one_ticket_and_one_conversation() -> None:
    buyer = customer()

    outcomes = said(word("还有", customer_id=buyer, at=make.NOW + MINUTE), word("第一句", customer_id=buyer))

    assert [one.outcome for one in outcomes] == ["heard", "opened"]
    assert Ticket.objects.get().subject == "第一句"
    assert Conversation.objects.get().messages.count() == 2


def test_strangers_in_one_batch_have_tickets_of_their_own() -> None:
    said(*(word(customer_id=customer(f"+861380000{n:04}")) for n in range(5)))

    assert Ticket.objects.values("customer_id").distinct().count() == Ticket.objects.count() == 5


def test_switching_the_channel_keeps_the_ticket_and_opens_a_second_conversation() -> None:
    buyer = customer()
    said(word(customer_id=buyer))

    heard = said(mail(customer_id=buyer, reference="<1@mail>", at=make.NOW + HOUR))[0]

    assert heard.outcome == "heard"
    assert set(ticket_of(heard).conversations.values_list("channel", flat=True)) == {"chat", "email"}


def test_an_e_mail_that_answers_another_one_goes_to_its_conversation() -> None:
    first = said(mail(customer_id=customer(), reference="<1@mail>"))[0]

    heard = said(mail(customer_id=customer("+8613800002222"), references=("<1@mail>",), at=make.NOW + 3 * DAY))[0]

    assert heard.ticket_id == first.ticket_id
    assert Conversation.objects.count() == 1


def test_an_automatic_message_moves_nothing_and_one_of_no_ticket_is_left() -> None:
    first = said(mail(customer_id=customer(), reference="<1@mail>"))[0]
    moving.move_tickets(make.TESTER, ticket_ids=[first.ticket_id or 0], verb="solve", now=make.NOW + MINUTE)

    away = said(mail("I am away", references=("<1@mail>",), automatic="auto_reply", at=make.NOW + HOUR))[0]
    news = said(mail("Newsletter", automatic="bulk"))[0]

    assert (away.outcome, ticket_of(first).state) == ("kept", "solved")
    assert (news.outcome, news.ticket_id) == ("left", None)


def test_a_customer_who_answers_ends_the_waiting_and_the_clocks_run_on() -> None:
    buyer = customer()
    first = said(word(customer_id=buyer))[0]
    moving.move_tickets(
        make.TESTER, ticket_ids=[first.ticket_id or 0], verb="wait_for_customer", now=make.NOW + 10 * MINUTE
    )
    assert ticket_of(first).due_kind == "first_reply"  # it never stands still

    said(word("照片发你了", customer_id=buyer, at=make.NOW + 70 * MINUTE))

    ticket = ticket_of(first)
    solution = next(one for one in deadlines.clocks_of("ticket", ticket.id) if one.kind == "solution")
    assert ticket.state == "open"
    assert solution.due_at == make.NOW + DAY + HOUR


def test_thanks_after_a_solution_open_nothing() -> None:
    buyer = customer()
    first = said(word(customer_id=buyer))[0]
    moving.move_tickets(make.TESTER, ticket_ids=[first.ticket_id or 0], verb="solve", now=make.NOW + MINUTE)

    heard = said(word("好的，谢谢", customer_id=buyer, at=make.NOW + HOUR))[0]

    assert heard.outcome == "thanked"
    assert (ticket_of(first).state, running(ticket_of(first))) == ("solved", set())


def test_a_question_after_a_solution_opens_the_ticket_again_with_new_limits() -> None:
    buyer = customer()
    first = said(word(customer_id=buyer))[0]
    moving.move_tickets(make.TESTER, ticket_ids=[first.ticket_id or 0], verb="solve", now=make.NOW + MINUTE)

    heard = said(word("还是没到啊？", customer_id=buyer, at=make.NOW + HOUR))[0]

    ticket = ticket_of(first)
    assert (heard.outcome, ticket.state, ticket.reopened) == ("reopened", "open", 1)
    assert running(ticket) == {"solution", "next_reply"}
    assert ticket.due_at == make.NOW + HOUR + 30 * MINUTE


def test_a_ticket_solved_without_a_word_is_closed_as_unanswered() -> None:
    first = said(word(customer_id=customer()))[0]
    moving.move_tickets(make.TESTER, ticket_ids=[first.ticket_id or 0], verb="solve", now=make.NOW + MINUTE)

    assert moving.close_solved(DESK, now=make.NOW + 71 * HOUR) == 0
    assert moving.close_solved(DESK, now=make.NOW + 73 * HOUR) == 1

    assert ticket_of(first).closed_as == "unanswered"


def test_who_takes_a_ticket_first_stays_its_first_owner() -> None:
    wang, zhao = make.agent_wang(), make.manager_zhao()
    first = said(word(customer_id=customer()))[0]
    ids = [first.ticket_id or 0]

    owning.take_tickets(wang, ticket_ids=ids, now=make.NOW + MINUTE)
    owning.hand_over_tickets(
        wang, ticket_ids=ids, to_staff_id=zhao.staff_id or 0, note="等物流回复", now=make.NOW + HOUR
    )

    ticket = ticket_of(first)
    assert (ticket.state, ticket.owner_id, ticket.first_owner_id) == ("open", zhao.staff_id, wang.staff_id)
    assert {one.owner_id for one in deadlines.clocks_of("ticket", ticket.id)} == {zhao.staff_id}


def test_nothing_is_handed_over_without_a_word_or_to_somebody_who_may_not() -> None:
    wang, sam = make.agent_wang(), make.outsider_sam()
    ids = [said(word(customer_id=customer()))[0].ticket_id or 0]

    with pytest.raises(owning.NoteNeeded):
        owning.hand_over_tickets(wang, ticket_ids=ids, to_staff_id=wang.staff_id or 0, note=" ", now=make.NOW)
    with pytest.raises(owning.NobodyToTakeIt):
        owning.hand_over_tickets(wang, ticket_ids=ids, to_staff_id=sam.staff_id or 0, note="x", now=make.NOW)
    assert Ticket.objects.get().owner_id is None


def test_what_is_heard_is_announced_once() -> None:
    buyer = customer()
    said(word(customer_id=buyer))
    said(word("在吗？", customer_id=buyer, at=make.NOW + MINUTE))

    kinds = list(Event.objects.filter(subject_kind="ticket").order_by("id").values_list("kind", flat=True))
    assert kinds == ["desk.ticket_opened", "desk.ticket_continued"]


def test_a_batch_costs_the_same_statements_whatever_its_size(django_assert_max_num_queries: Any) -> None:
    buyers = [customer(f"+861390000{n:04}") for n in range(60)]
    words = [word(customer_id=buyer) for buyer in buyers]
    said(word(customer_id=customer()))

    with django_assert_max_num_queries(22):
        said(*words)


def test_what_the_transport_took_is_in_a_ticket_once_the_worker_has_come_by() -> None:
    sender = Sender(name="梅女士", phone="13800001111")
    receive(
        system("doors"),
        incoming=[Incoming(channel="chat", box="site", external_id="1", sender=sender, at=make.NOW, text="在吗？")],
        now=make.NOW,
    )

    make.settle()

    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.messages.get().text) == ("在吗？", "在吗？")


def test_a_token_names_its_conversation_and_cannot_be_guessed() -> None:
    first = said(mail(customer_id=customer()))[0]
    conversation = Conversation.objects.get()
    token = tokens.token_of(conversation.id)

    heard = said(mail(customer_id=customer("+8613800009999"), conversation_id=tokens.conversation_of(token.upper())))[0]

    assert heard.ticket_id == first.ticket_id
    assert tokens.conversation_of(f"{conversation.id:x}-{'0' * tokens.SEAL_LENGTH}") is None


def test_what_an_erased_customer_wrote_is_gone() -> None:
    first = said(word("我叫梅兰，电话 13800001111", customer_id=customer()))[0]

    forget_words(DESK, customer_ids=[ticket_of(first).customer_id or 0])

    assert (ticket_of(first).subject, Message.objects.get().text) == ("", "")


def test_answers_of_many_cost_the_same_statements_whenever_each_was_written(
    django_assert_max_num_queries: Any,
) -> None:
    buyers = [customer(f"+861370000{n:04}") for n in range(40)]
    first = said(*(word(customer_id=buyer) for buyer in buyers))
    ids = [one.ticket_id or 0 for one in first]
    moving.move_tickets(make.TESTER, ticket_ids=ids, verb="wait_for_customer", now=make.NOW + MINUTE)
    answers = [word("照片发了", customer_id=buyer, at=make.NOW + HOUR + n * MINUTE) for n, buyer in enumerate(buyers)]

    with django_assert_max_num_queries(30):
        said(*answers)

    solutions = {
        id_: next(one.due_at for one in deadlines.clocks_of("ticket", id_) if one.kind == "solution") for id_ in ids
    }
    assert [solutions[id_] for id_ in ids] == [make.NOW + DAY + (59 + n) * MINUTE for n in range(40)]
