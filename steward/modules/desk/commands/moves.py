"""Keep how tickets changed their states, where reports find it without reading the log of everything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.modules.desk.events import TicketMoved
from steward.modules.desk.models import Move


def keep_moves(actor: Actor, moved: Sequence[TicketMoved], at: datetime) -> None:
    """Keep moves as they are told of. A step of the caller's command; simulated ones are not counted."""
    Move.objects.bulk_create(
        Move(ticket_id=one.ticket_id, verb=one.verb, before=one.before, after=one.after, at=at, by=actor.id)
        for one in moved
        if not one.simulated
    )
