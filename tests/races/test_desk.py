"""What customers write at once, and while their tickets are merged: one ticket a matter, every word kept."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from steward.kernel.errors import Stale
from steward.modules.deadlines import queries as deadlines
from steward.modules.desk.commands import merging
from steward.modules.desk.commands.taking_in import Heard, Word, take_in
from steward.modules.desk.models import Message, Ticket
from steward.modules.desk.tests.words import DESK, customer, mail, said, word
from tests import make
from tests.races.crowd import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HOUR = timedelta(hours=1)


def take(*words: Word) -> list[Heard]:
    """Take in, again where tickets moved meanwhile, as the worker does."""
    for _again in range(5):
        try:
            return take_in(DESK, received=words, now=make.NOW)
        except Stale:
            continue
    raise AssertionError("never got through")


def test_words_of_one_customer_that_come_at_once_are_one_ticket() -> None:
    buyer = customer()
    words = [word(f"第 {n} 句", customer_id=buyer) for n in range(8)]

    at_once(*(partial(take, one) for one in words))

    ticket = Ticket.objects.get()
    assert ticket.messages.count() == 8
    assert len(deadlines.clocks_of("ticket", ticket.id)) == 3


def test_the_same_message_handed_over_twice_at_once_is_one() -> None:
    one = word(customer_id=customer())

    outcomes = [answer[0].outcome for answer in at_once(*[partial(take, one)] * 4)]

    assert sorted(outcomes) == ["known", "known", "known", "opened"]
    assert Message.objects.count() == 1


def test_what_is_written_while_tickets_are_merged_is_read_in_the_one_that_is_left() -> None:
    buyer = customer()
    first = said(mail(customer_id=buyer, reference="<1@mail>"))[0].ticket_id or 0
    second = said(mail(customer_id=buyer, reference="<2@mail>", at=make.NOW + 30 * HOUR))[0].ticket_id or 0
    later = make.NOW + 31 * HOUR
    answers = [mail(customer_id=buyer, references=(f"<{n}@mail>",), at=later) for n in (1, 2)]

    at_once(
        *(partial(take, one) for one in answers),
        partial(merging.merge_tickets, make.TESTER, into_id=first, ticket_ids=[second], now=later),
    )

    assert Ticket.objects.get(id=second).state == "closed"
    assert set(Message.objects.values_list("ticket_id", flat=True)) == {first}
    assert Message.objects.count() == 4
