"""Take in what customers wrote: every message finds its ticket or opens one, with its clocks, in one batch (DSK-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, events, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.rows import write_rows
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.chatting import begin_anew, tell_heard
from steward.modules.desk.commands.hearing import hear
from steward.modules.desk.commands.parameters import windows
from steward.modules.desk.commands.placing import Placed, Placing, opened_event
from steward.modules.desk.models import Conversation, Message, Ticket
from steward.modules.desk.queries.orders import orders_by_number

PACKAGE = "steward.modules.desk"
LOCK_CLASS = 20_805


class Word(Struct, frozen=True, kw_only=True):
    """One message of a customer as the transport took it; `inbound_id` is its row there.

    `automatic`: no person wrote it (auto_reply, bounce, bulk). `due_at` is set by a marketplace for the first reply.
    `conversation_id` is what a token in the answer names.
    """

    inbound_id: int
    channel: str
    box: str
    at: datetime
    customer_id: int | None = None
    subject: str = ""
    text: str = ""
    quoted: str = ""
    html: str = ""
    reference: str = ""
    references: tuple[str, ...] = ()
    conversation_id: int | None = None
    automatic: str = ""
    language: str = ""
    order_number: str = ""
    due_at: datetime | None = None
    facts: dict[str, Any] = {}
    attachment_ids: tuple[int, ...] = ()
    simulated: bool = False


class Heard(Struct, frozen=True):
    """Where a message went: opened, heard, reopened, thanked, known; an automatic one is kept, or left alone."""

    outcome: str
    ticket_id: int | None = None
    message_id: int | None = None


@command(needs="desk.take_in")
def take_in(actor: Actor, *, received: Sequence[Word], now: datetime) -> list[Heard]:
    """Put every message into its ticket, opening tickets where there is none; one taken before stays where it is.

    Messages are placed in the order they were written, so that the second of a batch finds what the first opened.
    Returns where each went. Emits: TicketOpened, TicketContinued, TicketMoved, ChatPassed.
    Locks: customers by id (advisory), tickets by id, visits, clocks.
    """
    _lock_customers(received)
    known = Message.objects.filter(inbound_id__in=[word.inbound_id for word in received])
    outcomes = {
        inbound_id or 0: Heard("known", ticket_id, id_)
        for inbound_id, ticket_id, id_ in known.values_list("inbound_id", "ticket_id", "id")
    }
    fresh = sorted(
        {word.inbound_id: word for word in received if word.inbound_id not in outcomes}.values(),
        key=lambda word: (word.at, word.inbound_id),
    )
    if fresh:
        outcomes |= _take_in(actor, fresh, now)
    return [outcomes[word.inbound_id] for word in received]


def _take_in(actor: Actor, words: Sequence[Word], now: datetime) -> dict[int, Heard]:
    found = orders_by_number({word.order_number for word in words if word.order_number})
    placing = Placing(words, found, windows(), now)
    placed = [one for word in words if (one := placing.place(word)) is not None]
    opened = placing.opened
    Ticket.objects.bulk_create(opened)
    _write_conversations(placing)
    Message.objects.bulk_create(one.message for one in placed)
    begin_anew(actor, placing.anew, placing.start, now)
    ticket_clocks.begin(actor, opened, now, placing.due)
    events.record(actor, [opened_event(ticket) for ticket in opened])
    said = hear(actor, [one for one in placed if not one.opens], now)
    ticket_clocks.keep_due({one.ticket.id for one in placed})
    tell_heard({one.ticket.id for one in placed if one.word.channel == "chat"})
    by_inbound = {one.word.inbound_id: Heard(_outcome(one, said), one.ticket.id, one.message.id) for one in placed}
    return {word.inbound_id: by_inbound.get(word.inbound_id, Heard("left")) for word in words}


def _outcome(one: Placed, said: dict[int, str]) -> str:
    return "opened" if one.opens else said[one.message.id]


def _lock_customers(received: Sequence[Word]) -> None:
    """Let nobody else open a ticket for the same customer meanwhile."""
    ids = sorted({word.customer_id for word in received if word.customer_id is not None})
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "lock_customers"), {"class": LOCK_CLASS, "ids": arrays.integers(ids)})


def _write_conversations(placing: Placing) -> None:
    """Add the threads that are new (their messages hold them already), and move on those that go on."""
    Conversation.objects.bulk_create(placing.begun)
    gone_on = sorted(placing.gone_on.values(), key=lambda row: row.id)
    write_rows(gone_on, ["ticket_id", "heard_at", "visit_id", "holder"])
    for message in placing.messages:
        if message.conversation is not None:
            message.conversation_id = message.conversation.id
