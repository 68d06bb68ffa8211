"""Find, for a batch of messages, the tickets and conversations that each may belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from msgspec import Struct

from steward.kernel import errors
from steward.modules.customers.queries.merged import families
from steward.modules.desk.models import Conversation, Message, Ticket
from steward.modules.desk.rules.threading import Candidate, Windows

# So many merges behind each other are followed to the ticket that is left.
LONGEST_CHAIN = 8


class Pool(Struct):
    """What a batch may touch, by what it may be found by. Tickets are locked.

    `persons` name who stands for customers that are one person; customers are compared as persons.
    """

    persons: dict[int, int]
    tickets: dict[int, Ticket]
    by_customer: dict[int, list[int]]
    by_number: dict[str, int]
    by_reference: dict[str, tuple[int, int]]
    conversations: dict[int, Conversation]
    by_thread: dict[tuple[int | None, str, str], int]

    def candidates(
        self,
        *,
        customer_id: int | None,
        thread_ticket: int | None,
        token: int | None,
        references: Iterable[str],
        numbers: Iterable[str],
    ) -> list[Candidate]:
        """List the tickets one message may belong to."""
        answered = self.conversations.get(token) if token is not None else None
        by_token = answered.ticket_id if answered else None
        by_reference = {self.by_reference[ref][0] for ref in references if ref in self.by_reference}
        named = {self.by_number[number] for number in numbers if number in self.by_number}
        own = self.by_customer.get(self.person(customer_id) or 0, [])
        ids = {id_ for id_ in (*own, *by_reference, *named, by_token, thread_ticket) if id_ in self.tickets}
        return [
            self._candidate(
                self.tickets[id_],
                by_token=id_ == by_token,
                by_reference=id_ in by_reference,
                by_thread=id_ == thread_ticket,
            )
            for id_ in sorted(ids)
        ]

    def add(self, ticket: Ticket) -> None:
        """Let what comes later in the batch find a ticket that is being opened."""
        self.tickets[ticket.id] = ticket
        self.by_number[ticket.number] = ticket.id
        if (person := self.person(ticket.customer_id)) is not None:
            self.by_customer.setdefault(person, []).append(ticket.id)

    def person(self, customer_id: int | None) -> int | None:
        """Name who stands for a customer."""
        return None if customer_id is None else self.persons.get(customer_id, customer_id)

    def _candidate(self, ticket: Ticket, *, by_token: bool, by_reference: bool, by_thread: bool) -> Candidate:
        return Candidate(
            ticket_id=ticket.id,
            customer_id=self.person(ticket.customer_id),
            state=ticket.state,
            heard_at=max(ticket.heard_at, ticket.said_at or ticket.heard_at),
            number=ticket.number,
            order_id=ticket.order_id,
            by_token=by_token,
            by_reference=by_reference,
            by_thread=by_thread,
        )


def load_pool(
    *,
    customer_ids: Sequence[int],
    numbers: Sequence[str],
    references: Sequence[str],
    conversation_ids: Sequence[int],
    channels: Sequence[str],
    windows: Windows,
    now: datetime,
) -> Pool:
    """Load and lock what a batch may touch, with a handful of statements.

    Raises: Stale when conversations moved to other tickets meanwhile; the same again finds them. Locks: tickets in id
    order.
    """
    persons = {member: person for person, members in families(customer_ids).items() for member in members}
    since = now - timedelta(hours=windows.reopen_h)
    spoken = Message.objects.filter(reference__in=references, conversation__isnull=False)
    said = {
        reference: (ticket_id, conversation_id or 0)
        for reference, ticket_id, conversation_id in spoken.values_list("reference", "ticket_id", "conversation_id")
    }
    wanted = {*conversation_ids, *(conversation_id for _ticket_id, conversation_id in said.values())}
    rows = Conversation.objects.filter(Q(id__in=wanted) | Q(customer_id__in=list(persons), channel__in=channels))
    conversations = {row.id: row for row in rows.order_by("heard_at", "id")}
    numbered = _survivors(numbers)
    own = Ticket.objects.filter(customer_id__in=list(persons)).filter(~Q(state="closed") | Q(heard_at__gte=since))
    ids = {
        *own.exclude(closed_as__in=("merged", "spam")).values_list("id", flat=True),
        *numbered.values(),
        *(pair[0] for pair in said.values()),
        *(row.ticket_id for row in conversations.values()),
    }
    tickets = {row.id: row for row in Ticket.objects.select_for_update().filter(id__in=ids).order_by("id")}
    moved = Conversation.objects.filter(id__in=list(conversations)).values_list("id", "ticket_id")
    if any(conversations[id_].ticket_id != ticket_id for id_, ticket_id in moved):
        raise errors.Stale
    pool = Pool(persons, tickets, {}, numbered, said, conversations, {})
    for ticket in tickets.values():
        if ticket.closed_as not in ("merged", "spam"):
            pool.add(ticket)
    for row in conversations.values():
        if row.thread == "":
            pool.by_thread[pool.person(row.customer_id), row.channel, row.box] = row.id
    return pool


def _survivors(numbers: Sequence[str]) -> dict[str, int]:
    """Follow numbers that are named to the tickets that are left after merges."""
    if not numbers:
        return {}
    found = {number: (id_, into) for number, id_, into in _named(number__in=numbers)}
    for _step in range(LONGEST_CHAIN):
        merged = {into for _id, into in found.values() if into is not None}
        if not merged:
            break
        behind = {id_: into for _number, id_, into in _named(id__in=merged)}
        found = {number: (into, behind.get(into)) if into else (id_, None) for number, (id_, into) in found.items()}
    return {number: id_ for number, (id_, _into) in found.items()}


def _named(**wanted: object) -> Iterable[tuple[str, int, int | None]]:
    return Ticket.objects.filter(**wanted).values_list("number", "id", "merged_into_id")
