"""Let answers that have left count: clocks stop, tickets move on; those that got lost are told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.rows import write_rows
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.moving import move
from steward.modules.desk.events import AnswerFailed, TicketAnswered
from steward.modules.desk.models import Message, Ticket


@command(needs="desk.take_in")
def follow_outbox(actor: Actor, *, sent: Sequence[int], failed: Mapping[int, str], now: datetime) -> int:
    """Hear from the transport what became of answers, by the ids of its rows. Returns how many were ours.

    Emits: TicketAnswered, AnswerFailed, TicketMoved. Locks: tickets by id, their clocks.
    """
    ids = Message.objects.filter(outbox_id__in=sent, state="held").values_list("id", flat=True)
    count = settle_answers(actor, message_ids=list(ids), now=now)
    lost = list(Message.objects.filter(outbox_id__in=failed).exclude(state__in=("failed", "withdrawn")).order_by("id"))
    lock_tickets({row.ticket_id for row in lost})
    for row in lost:
        row.state, row.error = "failed", failed[row.outbox_id or 0][:300]
    Message.objects.bulk_update(lost, ["state", "error"])
    told = [
        AnswerFailed(ticket_id=row.ticket_id, message_id=row.id, reason=row.error, simulated=row.simulated)
        for row in lost
    ]
    events.record(actor, told)
    return count + len(lost)


def settle_answers(actor: Actor, *, message_ids: Sequence[int], now: datetime) -> int:
    """Let answers count that have left, or that live channels show at once. A step of commands; once only.

    Returns how many. Emits: TicketAnswered, TicketMoved. Locks: tickets by id, their clocks.
    """
    ticket_ids = Message.objects.filter(id__in=message_ids).values_list("ticket_id", flat=True)
    locked = lock_tickets(set(ticket_ids))
    rows = list(
        Message.objects.select_for_update().filter(id__in=message_ids, state__in=("held", "shown")).order_by("at", "id")
    )
    for row in rows:
        row.state = "sent" if row.state == "held" else row.state
    write_rows(rows, ["state"])
    firsts = {row.id: _count(locked[row.ticket_id], row) for row in rows}
    write_rows(locked.values(), ["said_at", "answered_at", "awaits_since"])
    facts = [
        (row.ticket_id, row.at, {"automatic": row.automatic, "author": row.author, "characters": len(row.text)})
        for row in rows
    ]
    ticket_clocks.answer(actor, facts)
    events.record(actor, [_answered(row, firsts[row.id]) for row in rows])
    for row in rows:
        verb = row.then or "reply"
        move(actor, [locked[row.ticket_id]], verb, max(row.at, locked[row.ticket_id].heard_at), only_if_possible=True)
    ticket_clocks.keep_due(locked)
    return len(rows)


def _count(ticket: Ticket, row: Message) -> bool:
    """Note on a ticket that something was said; tell whether it is the first word of a person."""
    ticket.said_at = max(ticket.said_at or row.at, row.at)
    if row.automatic:
        return False
    first = ticket.answered_at is None
    ticket.answered_at = ticket.answered_at or row.at
    if ticket.awaits_since is not None and ticket.heard_at <= row.at:
        ticket.awaits_since = None
    return first


def _answered(row: Message, first: bool) -> TicketAnswered:
    return TicketAnswered(
        ticket_id=row.ticket_id,
        message_id=row.id,
        channel=row.conversation.channel if row.conversation else "",
        staff_id=row.staff_id,
        automatic=row.automatic,
        first=first,
        simulated=row.simulated,
    )
