"""Who goes home, or is on leave, leaves nothing lying: their tickets go to who is there, with a note (DSK-6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.kernel import events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.routing import lock_routing, route
from steward.modules.desk.events import TicketNoted
from steward.modules.desk.models import Message, Ticket
from steward.modules.desk.rules import tickets
from steward.modules.people import queries as people

HANDED_OVER = parameters.define(
    "desk.handed_over_at_shift_end",
    1,
    unit="",
    label=gettext_lazy("What goes to colleagues when a shift ends: 0 nothing, 1 what is urgent, 2 all open tickets"),
    minimum=0,
    maximum=2,
)
GRACE_MIN = parameters.define(
    "desk.shift_end_grace_min",
    10,
    unit="min",
    label=gettext_lazy("How long after the end of their shift somebody may still finish their tickets"),
    minimum=0,
    maximum=240,
)
LOOK_BACK = timedelta(hours=16)
BATCH = 100


@command(needs="desk.take_in")
def hand_over_absent(actor: Actor, *, now: datetime, limit: int = BATCH) -> int:
    """Give the tickets of people whose shift has ended, and of people on leave, to who is there. Returns how many.

    Of a leave everything is handed over, to the stand-in first; of a shift what the setting says, unless its owner is
    still at their console. A note says how things stand; the first owner stays. A second run finds nothing.
    Emits: TicketNoted, TicketOwned, TicketMoved. Locks: routing (advisory), tickets by id, their clocks.
    """
    away, home = people.on_leave(at=now), _gone_home(now)
    wanted = Q(owner_id__in=away) | (Q(owner_id__in=home - set(away)) & _at_shift_end())
    if not Ticket.objects.filter(wanted, state__in=tickets.ACTIVE).exists():
        return 0
    lock_routing()
    found = Ticket.objects.filter(wanted, state__in=tickets.ACTIVE).order_by("due_order", "id")
    rows = list(lock_tickets(found.values_list("id", flat=True)[:limit]).values())
    rows = [row for row in rows if row.owner_id in away or row.owner_id in home]
    stand_ins = people.stand_ins(away, at=now)
    first = {row.id: one for row in rows if (one := stand_ins.get(row.owner_id or 0)) is not None}
    _note(actor, rows, set(away), now)
    route(actor, rows, now, first=first)
    return len(rows)


def _gone_home(now: datetime) -> set[int]:
    """Find those whose duty ended a while ago, who have none now and whose console was not heard of."""
    until = now - timedelta(minutes=parameters.value(GRACE_MIN))
    ended = {one.staff_id for one in people.duties(start=now - LOOK_BACK, end=until) if one.ends_at <= until}
    there = {one.staff_id for one in people.staff_on_duty(at=now)}
    return ended - there - {id_ for id_, state in people.present_staff(at=now).items() if state == "online"}


def _at_shift_end() -> Q:
    match parameters.value(HANDED_OVER):
        case 0:
            return Q(pk__in=[])
        case 1:
            return Q(urgency="urgent") | Q(priority="urgent")
    return Q(state__in=("new", "open"))


def _note(actor: Actor, rows: Sequence[Ticket], away: set[int], now: datetime) -> None:
    """Write on each ticket how it stands, so that nobody has to ask the customer again."""
    names = people.actor_names([f"person:{row.owner_id}" for row in rows])
    with translation.override(settings.LANGUAGE_CODE):
        notes = [
            Message(
                ticket=row,
                kind="note",
                author="system",
                at=now,
                text=_text(row, names.get(f"person:{row.owner_id}", ""), row.owner_id in away),
                state="shown",
                facts={"handed_over": "leave" if row.owner_id in away else "shift"},
                simulated=row.simulated,
            )
            for row in rows
        ]
    Message.objects.bulk_create(notes)
    told = [TicketNoted(ticket_id=one.ticket_id, message_id=one.id, simulated=one.simulated) for one in notes]
    events.record(actor, told)


def _text(row: Ticket, name: str, on_leave: bool) -> str:
    lines = [
        _("%(name)s is on leave; handed over by itself.") % {"name": name}
        if on_leave
        else _("The shift of %(name)s has ended; handed over by itself.") % {"name": name}
    ]
    if row.awaits_since is not None:
        lines.append(_("The customer has waited for an answer since %(at)s.") % {"at": _local(row.awaits_since)})
    elif row.said_at is not None:
        lines.append(_("Last answered at %(at)s; it is the customer's turn.") % {"at": _local(row.said_at)})
    if row.due_at is not None:
        lines.append(_("Next due at %(at)s.") % {"at": _local(row.due_at)})
    return "\n".join(lines)


def _local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
