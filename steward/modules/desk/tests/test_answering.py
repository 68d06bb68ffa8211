"""Answers leave by the channel the question came by, can be taken back, and stop clocks once they have left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import errors
from steward.kernel.actor import system
from steward.modules.deadlines import queries as deadlines
from steward.modules.desk.commands import answering
from steward.modules.desk.commands.answering import AnswerDraft
from steward.modules.desk.commands.settling import follow_outbox
from steward.modules.desk.models import Message, Ticket
from steward.modules.desk.tests.words import DESK, customer, mail, said, word
from steward.modules.messaging.commands.receiving import receive
from steward.modules.messaging.commands.triage import triage
from steward.modules.messaging.models import Message as Outbox
from steward.modules.messaging.rules.channels import Incoming, Sender
from tests import make

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LATER = make.NOW + 5 * MINUTE


def asked(channel: str = "email") -> Ticket:
    """Return a ticket that began with a message on a channel."""
    sender = Sender(name="Mei", email="mei@example.com", phone="+8613800001111")
    one = Incoming(channel=channel, box="service", external_id="1", sender=sender, at=make.NOW, text="包裹呢？")
    receive(system("doors"), incoming=[one], now=make.NOW)
    make.settle()
    return Ticket.objects.get()


def answer(ticket: Ticket, text: str = "正在查，请稍等", **facts: object) -> Message:
    draft = AnswerDraft(text=text, **facts)  # type: ignore[arg-type]
    return Message.objects.get(
        id=answering.answer_ticket(make.agent_wang(), ticket_id=ticket.id, draft=draft, now=LATER)
    )


def clock(ticket: Ticket, kind: str = "first_reply") -> deadlines.ClockView:
    return next(one for one in deadlines.clocks_of("ticket", ticket.id) if one.kind == kind)


def leave(message: Message) -> None:
    """Let the transport say that an answer has left."""
    follow_outbox(DESK, sent=[message.outbox_id or 0], failed={}, now=LATER + MINUTE)


def test_an_answer_goes_back_to_the_address_the_question_came_from_and_not_before_it_can_be_undone() -> None:
    ticket = asked()

    message = answer(ticket)

    assert triage(system("messaging"), now=LATER + 9 * SECOND, limit=9).ready == []
    ready = triage(system("messaging"), now=LATER + 10 * SECOND, limit=9).ready[0]
    assert (ready.channel, ready.address, ready.rendered.body) == ("email", "mei@example.com", "正在查，请稍等")
    assert ready.spoken is not None
    assert (ready.spoken.box, ready.spoken.answers_id) == ("service", Message.objects.get(kind="inbound").inbound_id)
    assert message.state == "held"


def test_the_first_reply_clock_stops_when_the_answer_has_left_at_the_time_it_was_said() -> None:
    ticket = asked()
    message = answer(ticket)
    assert clock(ticket).stopped_at is None

    leave(message)

    ticket.refresh_from_db()
    assert (clock(ticket).outcome, clock(ticket).stopped_at) == ("met", LATER)
    assert (ticket.state, ticket.answered_at, ticket.awaits_since) == ("open", LATER, None)


def test_an_automatic_answer_stops_no_clock() -> None:
    ticket = asked()

    leave(answer(ticket, automatic=True))

    ticket.refresh_from_db()
    assert clock(ticket).stopped_at is None
    assert ticket.answered_at is None


def test_what_was_taken_back_is_never_sent_and_answers_nobody() -> None:
    ticket = asked()
    message = answer(ticket, "打错了")

    text = answering.take_back_answer(make.agent_wang(), message_id=message.id, now=LATER + 5 * SECOND)

    assert text == "打错了"
    assert triage(system("messaging"), now=LATER + MINUTE, limit=9).ready == []
    assert (Message.objects.get(id=message.id).state, Outbox.objects.get().reason) == ("withdrawn", "withdrawn")
    assert clock(ticket).stopped_at is None


def test_nobody_takes_back_what_has_left_or_what_another_wrote() -> None:
    message = answer(asked())

    with pytest.raises(answering.TooLate):
        answering.take_back_answer(make.manager_zhao(), message_id=message.id, now=LATER)
    Outbox.objects.update(state="sending", attempts=1)
    with pytest.raises(answering.TooLate):
        answering.take_back_answer(make.agent_wang(), message_id=message.id, now=LATER)

    assert Message.objects.get(id=message.id).state == "held"


def test_an_answer_written_before_the_customer_wrote_again_is_held_back_from_its_writer() -> None:
    ticket = asked()
    seen = Message.objects.get().id
    said(mail("算了，我要退货", customer_id=ticket.customer_id, at=make.NOW + MINUTE))

    with pytest.raises(answering.NewerWord):
        answer(ticket, seen_message_id=seen)

    assert not Message.objects.filter(kind="reply").exists()


def test_sending_and_waiting_lets_the_clocks_stand_still_once_it_has_left() -> None:
    ticket = asked()

    leave(answer(ticket, then="wait_for_customer"))

    ticket.refresh_from_db()
    assert (ticket.state, clock(ticket, "solution").paused_reason) == ("waiting_customer", "waiting_for_customer")


def test_an_answer_that_fails_is_shown_and_the_clock_runs_on() -> None:
    ticket = asked()
    message = answer(ticket, then="solve")

    follow_outbox(DESK, sent=[], failed={message.outbox_id or 0: "no_address"}, now=LATER + MINUTE)

    ticket.refresh_from_db()
    assert (Message.objects.get(id=message.id).state, ticket.state) == ("failed", "new")
    assert clock(ticket).stopped_at is None


def test_in_a_chat_an_answer_is_there_at_once() -> None:
    ticket = Ticket.objects.get(id=said(word(customer_id=customer()))[0].ticket_id or 0)

    message = answer(ticket)

    assert (message.state, message.outbox_id, clock(ticket).outcome) == ("shown", None, "met")


def test_a_form_is_answered_by_the_address_that_was_given() -> None:
    answer(asked("web_form"))

    ready = triage(system("messaging"), now=LATER + MINUTE, limit=9).ready[0]
    assert (ready.channel, ready.address) == ("email", "mei@example.com")


def test_nothing_is_no_answer_and_notes_are_for_colleagues() -> None:
    ticket = asked()

    with pytest.raises(answering.NothingSaid):
        answer(ticket, "  ")
    note = answering.note_ticket(
        make.agent_wang(), ticket_id=ticket.id, text="客户很急", mentions=[make.outsider_sam().staff_id or 0], now=LATER
    )

    assert Message.objects.get(id=note).mentions == []
    assert triage(system("messaging"), now=LATER + MINUTE, limit=9).ready == []


def test_a_rejected_ticket_cannot_be_left_waiting_by_an_answer() -> None:
    ticket = asked()

    with pytest.raises(errors.NotPossible):
        answer(ticket, then="nonsense")

    assert not Outbox.objects.exists()
