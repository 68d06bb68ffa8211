"""Advise a colleague quietly while they work: only staff see it, and the owner hears of it at once (DSK-11)."""

from __future__ import annotations

from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.owning import NoteNeeded
from steward.modules.desk.events import TicketNoted
from steward.modules.desk.models import Message
from steward.modules.messaging.commands import notify_staff
from steward.modules.messaging.rules.outgoing import Notice
from steward.modules.people import queries as people

LONGEST = 2_000
LONGEST_TOLD = 300


@command(needs="tickets.supervise")
def whisper(actor: Actor, *, ticket_id: int, text: str, now: datetime) -> int:
    """Leave advice on a ticket for who works on it; the customer never sees it. Returns the note's id.

    Raises: NotFound, NoteNeeded. Emits: TicketNoted. Locks: the ticket.
    """
    if not text.strip():
        raise NoteNeeded
    ticket = lock_tickets([ticket_id])[ticket_id]
    said = text.strip()[:LONGEST]
    told = [id_ for id_ in [ticket.owner_id] if id_ is not None and id_ != actor.staff_id]
    note = Message.objects.create(
        ticket=ticket,
        kind="note",
        author="staff" if actor.staff_id is not None else "system",
        staff_id=actor.staff_id,
        at=now,
        text=said,
        state="shown",
        mentions=told,
        facts={"whisper": True},
        simulated=ticket.simulated,
    )
    # Whom a note mentions is told by another handler; this one says what was advised.
    events.record(actor, [TicketNoted(ticket_id=ticket.id, message_id=note.id, simulated=ticket.simulated)])
    notices = [
        Notice(
            staff_ids=told,
            kind="system",
            template="ticket_advice",
            params={
                "subject": ticket.number,
                "colleague": people.actor_names([actor.id]).get(actor.id, actor.name),
                "advice": said[:LONGEST_TOLD],
            },
            subject_kind="ticket",
            subject_id=ticket.id,
            dedupe_key=f"ticket-advice-{note.id}",
            urgent=True,
            simulated=ticket.simulated,
        )
    ]
    notify_staff(actor, notices=notices if told else [], now=now)
    return note.id
