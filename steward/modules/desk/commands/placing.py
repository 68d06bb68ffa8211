"""Place a batch of messages: which ticket, which conversation, what is opened anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from steward.kernel import numbering
from steward.modules.desk.commands.finding import Pool, load_pool
from steward.modules.desk.events import TicketOpened
from steward.modules.desk.models import Conversation, Message, Ticket
from steward.modules.desk.queries.orders import OrderKey
from steward.modules.desk.rules import threading, words

if TYPE_CHECKING:
    from steward.modules.desk.commands.taking_in import Word

TICKET_IDS = numbering.Pool("desk_ticket_id_seq", block=100)
PREFIX = "TK"


class Placed(Struct):
    """A message with its ticket; `opens`: the ticket is new with it."""

    word: Word
    ticket: Ticket
    message: Message
    opens: bool


class Placing:
    """The state of one batch: what was found in the database, and what is made."""

    def __init__(
        self, batch: Sequence[Word], orders: Mapping[str, OrderKey], windows: threading.Windows, now: datetime
    ) -> None:
        self._orders = orders
        self._windows = windows
        self._named = {word.inbound_id: threading.numbers_in(word.subject, word.text) for word in batch}
        self.pool: Pool = load_pool(
            customer_ids=sorted({word.customer_id for word in batch if word.customer_id is not None}),
            numbers=sorted({number for numbers in self._named.values() for number in numbers}),
            references=sorted({reference for word in batch for reference in word.references}),
            conversation_ids=sorted({word.conversation_id for word in batch if word.conversation_id is not None}),
            channels=sorted({word.channel for word in batch}),
            windows=windows,
            now=now,
        )
        self.opened: list[Ticket] = []
        self.begun: list[Conversation] = []
        self.gone_on: dict[int, Conversation] = {}
        # Chats that have a new ticket, and who answers first there, by visit.
        self.anew: list[Conversation] = []
        self.start: dict[int, str] = {}
        self.messages: list[Message] = []
        self.due: dict[int, datetime] = {}
        self._new_threads: dict[tuple[int | None, str, str], Conversation] = {}
        self._new_references: dict[str, tuple[Ticket, Conversation]] = {}

    def place(self, word: Word) -> Placed | None:
        """Give a message its ticket and its conversation; None for an automatic one that belongs to no ticket."""
        thread = self._thread(word)
        order = self._order(word)
        arrival = threading.Arrival(
            customer_id=self.pool.person(word.customer_id),
            channel=word.channel,
            at=word.at,
            named=self._named[word.inbound_id],
            order_id=order,
        )
        earlier = next((self._new_references[ref] for ref in word.references if ref in self._new_references), None)
        candidates = self.pool.candidates(
            customer_id=word.customer_id,
            thread_ticket=thread.ticket_id if thread else None,
            token=word.conversation_id,
            references=word.references,
            numbers=arrival.named,
        )
        ticket_id = earlier[0].id if earlier else threading.belongs_to(arrival, candidates, self._windows)
        if ticket_id is None and word.automatic:
            return None
        opens = ticket_id is None
        ticket = self._open(word, order) if ticket_id is None else self.pool.tickets[ticket_id]
        conversation = self._conversation(word, ticket, earlier[1] if earlier else thread)
        if opens:
            self._note_start(word, conversation)
        message = _message(word, ticket, conversation)
        self.messages.append(message)
        if word.reference:
            self._new_references[word.reference] = (ticket, conversation)
        return Placed(word, ticket, message, opens)

    def _order(self, word: Word) -> int | None:
        """Name the order a message is about: one of the same customer alone, so that a guessed number shows nothing."""
        order = self._orders.get(word.order_number)
        own = order is not None and self.pool.person(order.customer_id) == self.pool.person(word.customer_id)
        return order.id if order is not None and own else None

    def _thread(self, word: Word) -> Conversation | None:
        """Find the conversation a message goes on: what it answers, else the lasting one of its channel."""
        if word.conversation_id is not None and word.conversation_id in self.pool.conversations:
            return self.pool.conversations[word.conversation_id]
        for reference in word.references:
            if reference in self.pool.by_reference:
                return self.pool.conversations.get(self.pool.by_reference[reference][1])
        if word.channel not in threading.STEADY_CHANNELS:
            return None
        key = (self.pool.person(word.customer_id), word.channel, word.box)
        return self._new_threads.get(key) or self.pool.conversations.get(self.pool.by_thread.get(key, 0))

    def _open(self, word: Word, order_id: int | None) -> Ticket:
        id_ = TICKET_IDS.take()
        ticket = Ticket(
            id=id_,
            number=numbering.number(PREFIX, id_, word.at),
            subject=words.subject_of(word.subject, word.text),
            channel=word.channel,
            language=word.language or words.language_of(word.subject + word.text),
            customer_id=word.customer_id,
            order_id=order_id,
            opened_at=word.at,
            heard_at=word.at,
            awaits_since=word.at,
            simulated=word.simulated,
        )
        self.opened.append(ticket)
        self.pool.add(ticket)
        if word.due_at is not None:
            self.due[id_] = word.due_at
        return ticket

    def _conversation(self, word: Word, ticket: Ticket, thread: Conversation | None) -> Conversation:
        if thread is None or (thread.channel, thread.box) != (word.channel, word.box):
            steady = word.channel in threading.STEADY_CHANNELS
            thread = Conversation(
                ticket=ticket,
                channel=word.channel,
                box=word.box,
                thread="" if steady else word.reference,
                customer_id=word.customer_id,
                opened_at=word.at,
                heard_at=word.at,
                visit_id=_visit(word),
                holder=str(word.facts.get("holder", "")) if _visit(word) else "",
                simulated=word.simulated,
            )
            self.begun.append(thread)
            if steady:
                self._new_threads[self.pool.person(word.customer_id), word.channel, word.box] = thread
            return thread
        thread.ticket, thread.heard_at = ticket, max(thread.heard_at, word.at)
        if (visit_id := _visit(word)) is not None:
            thread.visit_id, thread.holder = visit_id, thread.holder or str(word.facts.get("holder", ""))
        if thread.id is not None:
            self.gone_on[thread.id] = thread
        return thread

    def _note_start(self, word: Word, conversation: Conversation) -> None:
        """Note who answers first in a chat: whoever held it for an earlier ticket does not hold it for this one."""
        visit_id = _visit(word)
        if visit_id is not None and "start" in word.facts and conversation not in self.anew:
            self.anew.append(conversation)
            self.start[visit_id] = str(word.facts["start"])


def _visit(word: Word) -> int | None:
    """Name the visitor's browser a word came from, where it came by a chat of ours."""
    found = word.facts.get("visit_id") if word.channel == "chat" else None
    return found if isinstance(found, int) else None


def _message(word: Word, ticket: Ticket, conversation: Conversation) -> Message:
    return Message(
        ticket=ticket,
        conversation=conversation,
        kind="inbound",
        author="customer",
        at=word.at,
        text=word.text,
        quoted=word.quoted,
        html=word.html,
        language=word.language or words.language_of(word.text),
        state="received",
        automatic=bool(word.automatic),
        inbound_id=word.inbound_id,
        reference=word.reference,
        attachment_ids=list(word.attachment_ids),
        facts={**word.facts, **({"automatic": word.automatic} if word.automatic else {})},
        simulated=word.simulated,
    )


def opened_event(ticket: Ticket) -> TicketOpened:
    """Tell of a ticket that was opened."""
    return TicketOpened(
        ticket_id=ticket.id,
        number=ticket.number,
        channel=ticket.channel,
        customer_id=ticket.customer_id,
        order_id=ticket.order_id or 0,
        simulated=ticket.simulated,
    )
