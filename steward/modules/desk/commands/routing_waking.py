"""Bring snoozed tickets back when their time has come."""

from __future__ import annotations

from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.events import TicketSnoozed
from steward.modules.desk.models import Ticket
from steward.modules.desk.queries.tally import count_anew
from steward.modules.messaging.commands import notify_staff
from steward.modules.messaging.rules.outgoing import Notice

WOKEN_AT_ONCE = 200


@command(needs="desk.take_in")
def wake_snoozed(actor: Actor, *, now: datetime) -> int:
    """Bring back tickets whose snooze has ended, and tell their owners. Returns how many; more wait for the next run.

    Emits: TicketSnoozed. Locks: tickets by id, those another run has are left to it.
    """
    due = Ticket.objects.select_for_update(skip_locked=True).filter(snoozed_until__lte=now).order_by("id")
    rows = list(due[:WOKEN_AT_ONCE])
    count_anew()
    untils = {row.id: row.snoozed_until for row in rows}
    Ticket.objects.filter(id__in=untils).update(snoozed_until=None)
    events.record(actor, [TicketSnoozed(ticket_id=row.id, until=None, simulated=row.simulated) for row in rows])
    notices = [
        Notice(
            staff_ids=[row.owner_id],
            kind="system",
            template="ticket_back",
            params={"subject": row.number, "about": row.subject or "–"},
            subject_kind="ticket",
            subject_id=row.id,
            dedupe_key=f"ticket-back-{row.id}-{until:%Y%m%dT%H%M%S}",
            simulated=row.simulated,
        )
        for row in rows
        if row.owner_id is not None and (until := untils[row.id]) is not None
    ]
    notify_staff(actor, notices=notices, now=now)
    return len(rows)
