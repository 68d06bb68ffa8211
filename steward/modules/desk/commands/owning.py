"""Who works on a ticket and who answers for it: first-owner responsibility (首问责任制, DSK-6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.rows import write_rows
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.moving import move
from steward.modules.desk.commands.telling import tell_given
from steward.modules.desk.events import TicketOwned
from steward.modules.desk.models import Ticket, Watcher
from steward.modules.people import queries as people

NEEDS = "tickets.work"
FIELDS = ("owner_id", "first_owner_id", "team")


class NobodyToTakeIt(errors.Refusal):
    """Refuse to hand a ticket to somebody who may not work on tickets."""

    code = "nobody_to_take_it"
    status = 422
    message = _("This person may not work on tickets. Choose somebody whose role allows it.")


class NoteNeeded(errors.Refusal):
    """Refuse to hand a ticket over without a word: whoever gets it would have to ask the customer again."""

    code = "note_needed"
    status = 422
    message = _("Write what was done and what is next, so that nobody has to ask the customer again.")


@command(needs=NEEDS)
def take_tickets(actor: Actor, *, ticket_ids: Sequence[int], now: datetime) -> int:
    """Take tickets on: who takes one first stays responsible until it is closed. Returns how many changed hands.

    Raises: NotFound, NobodyToTakeIt. Emits: TicketOwned, TicketMoved. Locks: tickets by id, their clocks.
    """
    if actor.staff_id is None:
        raise NobodyToTakeIt
    rows = lock_tickets(ticket_ids)
    given = own(actor, dict.fromkeys(rows.values(), actor.staff_id), "taken", now)
    move(actor, [row for row in rows.values() if row.state == "new"], "take", now)
    ticket_clocks.keep_due(rows)
    return given


@command(needs=NEEDS)
def hand_over_tickets(actor: Actor, *, ticket_ids: Sequence[int], to_staff_id: int, note: str, now: datetime) -> int:
    """Give tickets to a colleague with a note; the first owner stays responsible. Returns how many changed hands.

    Somebody else's ticket takes the right to manage. Raises: NotFound, NobodyToTakeIt, NoteNeeded, NotPermitted.
    Emits: TicketOwned. Locks: tickets by id, their clocks.
    """
    if to_staff_id not in people.staff_with_permission(NEEDS):
        raise NobodyToTakeIt
    if not note.strip():
        raise NoteNeeded
    rows = lock_tickets(ticket_ids)
    if any(row.owner_id not in (None, actor.staff_id) for row in rows.values()):
        actor.require("tickets.manage")
    fresh = [row for row in rows.values() if row.owner_id != to_staff_id]
    given = own(actor, dict.fromkeys(rows.values(), to_staff_id), "given", now, note=note)
    tell_given(actor, fresh, to=to_staff_id, note=note, now=now)
    ticket_clocks.keep_due(rows)
    return given


@command(needs=NEEDS)
def watch_ticket(actor: Actor, *, ticket_id: int, watch: bool) -> None:
    """Hear of a ticket from now on, or no more. Raises: NotFound, NobodyToTakeIt."""
    if actor.staff_id is None:
        raise NobodyToTakeIt
    lock_tickets([ticket_id])
    mine = Watcher.objects.filter(ticket_id=ticket_id, staff_id=actor.staff_id)
    if not watch:
        mine.delete()
    elif not mine.exists():
        Watcher.objects.create(ticket_id=ticket_id, staff_id=actor.staff_id)


def own(actor: Actor, owners: Mapping[Ticket, int | None], how: str, at: datetime, *, note: str = "") -> int:
    """Give locked tickets to people, with their clocks. A step of commands. Returns how many changed hands.

    Emits: TicketOwned.
    """
    befores = {row.id: row.owner_id for row in owners}
    changed = [row for row, owner in owners.items() if row.owner_id != owner]
    teams = people.team_of({owner for owner in owners.values() if owner is not None})
    for row in changed:
        row.owner_id = owners[row]
        row.first_owner_id = row.first_owner_id or row.owner_id
        row.team = teams.get(row.owner_id or 0, row.team)
    write_rows(changed, FIELDS)
    ticket_clocks.follow_owner(actor, changed, at)
    told = [
        TicketOwned(
            ticket_id=row.id,
            before_id=befores[row.id],
            after_id=row.owner_id,
            how=how,
            note=note.strip()[:400],
            simulated=row.simulated,
        )
        for row in changed
    ]
    events.record(actor, told)
    return len(changed)
