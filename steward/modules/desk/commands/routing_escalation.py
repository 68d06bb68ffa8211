"""Give tickets that were not done in time to somebody else, and keep what they show of their clocks true (DSK-4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import reassign_clocks
from steward.modules.deadlines.events import ClockEscalated
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.owning import own
from steward.modules.desk.models import Ticket

SUBJECT = ticket_clocks.SUBJECT


@command(needs="desk.take_in")
def reassign_tickets(actor: Actor, *, steps: Sequence[ClockEscalated], now: datetime) -> int:
    """Give the tickets of these steps to the next person on duty, with all their clocks; a second run gives none.

    The first owner stays responsible. Returns how many changed hands. Emits: ClockReassigned, TicketOwned.
    Locks: tickets by id, then their clocks.
    """
    wanted = [step for step in steps if step.verb == "reassign" and step.about_kind == SUBJECT]
    if not wanted:
        return 0
    rows = lock_tickets({step.about_id for step in wanted})
    taken = {
        rows[one.step.about_id]: one.chosen.staff_id
        for one in reassign_clocks(actor, steps=wanted, now=now)
        if one.chosen.staff_id is not None
    }
    given = own(actor, taken, "escalated", now)
    ticket_clocks.keep_due(rows)
    return given


@command(needs="desk.take_in")
def follow_clocks(actor: Actor, *, ticket_ids: Collection[int]) -> int:
    """Keep which clock is due next true where it moved unasked: by a policy, a calendar, or somebody's hand.

    Returns how many tickets. Locks: tickets by id.
    """
    known = Ticket.objects.filter(id__in=ticket_ids).values_list("id", flat=True)
    rows = lock_tickets(known)
    ticket_clocks.keep_due(rows)
    return len(rows)
