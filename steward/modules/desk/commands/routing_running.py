"""Give out all that waits, batch by batch, each in its own transaction."""

from __future__ import annotations

from datetime import datetime

from steward.kernel.actor import Actor
from steward.modules.desk.commands.routing import Place, route_waiting
from steward.modules.desk.models import Ticket
from steward.modules.desk.rules import tickets

ROUNDS = 50


def route_all(actor: Actor, *, now: datetime) -> int:
    """Give out what nobody has, in bounded batches; with nothing to give it is one probe of an index.

    Returns how many were given. Emits: as route_waiting.
    """
    if not Ticket.objects.filter(state__in=tickets.ACTIVE, owner_id=None).exists():
        return 0
    given, after = 0, _START
    for _round in range(ROUNDS):
        done = route_waiting(actor, now=now, after=after)
        given, after = given + done.given, done.after
        if after is None:
            break
    return given


_START: Place | None = None
