"""Tickets of one matter become one, and two again; a part becomes a ticket of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.kernel import errors
from steward.modules.deadlines import queries as deadlines
from steward.modules.desk.commands import merging, moving, opening
from steward.modules.desk.models import Link, Message, Ticket
from steward.modules.desk.tests.words import customer, mail, said, word
from tests import make

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FACTS = ("state", "closed_as", "awaits_since", "heard_at", "closed_at", "merged_into_id", "owner_id", "subject")


def two(*, same: bool = True) -> tuple[int, int]:
    """Return two tickets that began far enough apart to be two."""
    buyer = customer()
    first = said(mail("包裹没到", customer_id=buyer))[0]
    other = buyer if same else customer("+8613800007777")
    second = said(mail("包裹还没到", customer_id=other, at=make.NOW + 30 * HOUR))[0]
    assert first.ticket_id != second.ticket_id
    return first.ticket_id or 0, second.ticket_id or 0


def facts(ticket_id: int) -> Any:
    return Ticket.objects.filter(id=ticket_id).values_list(*FACTS)[0]


def running(ticket_id: int) -> set[str]:
    return {one.kind for one in deadlines.clocks_of("ticket", ticket_id) if one.stopped_at is None}


def test_what_was_said_is_read_in_the_ticket_that_is_left() -> None:
    first, second = two()

    merging.merge_tickets(make.TESTER, into_id=first, ticket_ids=[second], now=make.NOW + 31 * HOUR)

    assert list(Message.objects.values_list("ticket_id", flat=True).distinct()) == [first]
    gone = Ticket.objects.get(id=second)
    assert (gone.state, gone.closed_as, gone.merged_into_id, running(second)) == ("closed", "merged", first, set())


def test_a_merge_that_is_taken_back_leaves_no_trace() -> None:
    first, second = two()
    before = {
        id_: (facts(id_), running(id_), set(Message.objects.filter(ticket=id_).values_list("id", flat=True)))
        for id_ in (first, second)
    }
    merge = merging.merge_tickets(make.TESTER, into_id=first, ticket_ids=[second], now=make.NOW + 31 * HOUR)[0]

    merging.unmerge_tickets(make.TESTER, merge_id=merge, now=make.NOW + 32 * HOUR)

    messages = set(Message.objects.filter(ticket=second).values_list("id", flat=True))
    assert (facts(second), running(second), messages) == before[second]
    assert set(Message.objects.filter(ticket=first).values_list("id", flat=True)) == before[first][2]


def test_who_waits_for_an_answer_goes_on_waiting_since_then() -> None:
    first, second = two()
    moving.move_tickets(make.TESTER, ticket_ids=[first], verb="wait_for_customer", now=make.NOW + MINUTE)
    Ticket.objects.filter(id=first).update(awaits_since=None)

    merging.merge_tickets(make.TESTER, into_id=first, ticket_ids=[second], now=make.NOW + 31 * HOUR)

    ticket = Ticket.objects.get(id=first)
    clock = next(one for one in deadlines.clocks_of("ticket", first) if one.kind == "next_reply")
    assert (ticket.state, ticket.awaits_since) == ("open", make.NOW + 30 * HOUR)
    assert clock.started_at == make.NOW + 30 * HOUR


def test_tickets_of_two_customers_stay_two() -> None:
    first, second = two(same=False)

    with pytest.raises(merging.NotTheSameCustomer):
        merging.merge_tickets(make.TESTER, into_id=first, ticket_ids=[second], now=make.NOW + 31 * HOUR)

    assert Ticket.objects.filter(state="new").count() == 2


def test_a_merge_is_not_taken_back_under_a_later_one() -> None:
    first, second = two()
    third = opening.open_tickets(
        make.TESTER,
        drafts=[opening.TicketDraft(channel="phone", box="main", text="又来电", customer_id=customer())],
        now=make.NOW + 31 * HOUR,
    )[0]
    merge = merging.merge_tickets(make.TESTER, into_id=first, ticket_ids=[second], now=make.NOW + 31 * HOUR)[0]
    merging.merge_tickets(make.TESTER, into_id=third, ticket_ids=[first], now=make.NOW + 32 * HOUR)

    with pytest.raises(merging.MergedOn):
        merging.unmerge_tickets(make.TESTER, merge_id=merge, now=make.NOW + 33 * HOUR)


def test_an_answer_to_a_ticket_that_was_merged_finds_the_one_that_is_left() -> None:
    first, second = two()
    number = Ticket.objects.get(id=second).number
    merging.merge_tickets(make.TESTER, into_id=first, ticket_ids=[second], now=make.NOW + 31 * HOUR)

    heard = said(mail(f"关于 {number}", customer_id=customer(), at=make.NOW + 32 * HOUR))[0]

    assert heard.ticket_id == first


def test_a_part_becomes_a_ticket_of_its_own_whose_limits_run_since_it_was_said() -> None:
    buyer = customer()
    said(word("发票呢？", customer_id=buyer))
    heard = said(word("另外气罐漏气", customer_id=buyer, at=make.NOW + 10 * MINUTE))[0]

    new = opening.split_ticket(
        make.agent_wang(),
        ticket_id=heard.ticket_id or 0,
        message_ids=[heard.message_id or 0],
        subject="气罐漏气",
        now=make.NOW + HOUR,
    )

    ticket = Ticket.objects.get(id=new)
    assert (ticket.subject, ticket.due_at) == ("气罐漏气", make.NOW + 25 * MINUTE)
    assert Link.objects.get().kind == "split"
    again = said(word("在吗", customer_id=buyer, at=make.NOW + 2 * HOUR))[0]
    assert again.ticket_id == new


def test_nothing_and_everything_cannot_be_split_off() -> None:
    heard = said(word(customer_id=customer()))[0]

    for chosen in ([], [heard.message_id or 0]):
        with pytest.raises(opening.NothingToSplit):
            opening.split_ticket(
                make.agent_wang(), ticket_id=heard.ticket_id or 0, message_ids=chosen, subject="", now=make.NOW
            )
    assert Ticket.objects.count() == 1


def test_who_opens_a_ticket_for_somebody_has_it() -> None:
    wang = make.agent_wang()
    draft = opening.TicketDraft(channel="counter", box="hangzhou", text="帐篷拉链坏了", customer_id=customer())

    id_ = opening.open_tickets(wang, drafts=[draft], now=make.NOW)[0]

    ticket = Ticket.objects.get(id=id_)
    assert (ticket.owner_id, ticket.first_owner_id, ticket.messages.get().text) == (
        wang.staff_id, wang.staff_id, "帐篷拉链坏了",
    )  # fmt: skip


def test_a_ticket_is_not_linked_with_itself() -> None:
    first, second = two()

    with pytest.raises(errors.NotPossible):
        merging.link_tickets(make.TESTER, ticket_id=first, other_id=first, now=make.NOW)
    merging.link_tickets(make.TESTER, ticket_id=second, other_id=first, now=make.NOW)
    merging.link_tickets(make.TESTER, ticket_id=first, other_id=second, now=make.NOW)
    assert Link.objects.count() == 1
