"""Who looks at a ticket right now, who writes, and what somebody has begun to write themselves."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from steward.modules.desk.models import Draft, Viewing
from steward.modules.desk.queries.names import staff_names


class Present(Struct, frozen=True):
    """A colleague who has a ticket open."""

    staff_id: int
    name: str
    writes: bool


class DraftView(Struct, frozen=True):
    """What a person has written and not sent."""

    kind: str
    text: str
    macro: str
    saved_at: datetime


def present_at(ticket_id: int, *, but: int | None, now: datetime) -> list[Present]:
    """List who else has a ticket open now, who writes first."""
    rows = list(
        Viewing.objects.filter(ticket_id=ticket_id, until__gt=now)
        .exclude(staff_id=but or 0)
        .values_list("staff_id", "writing_until")
    )
    names = staff_names({staff_id for staff_id, _writing in rows})
    found = [Present(id_, names.get(id_, ""), bool(writing and writing > now)) for id_, writing in rows]
    return sorted(found, key=lambda one: (not one.writes, one.name))


def find_draft(ticket_id: int, staff_id: int | None) -> DraftView | None:
    """Find what a person began to write on a ticket."""
    row = Draft.objects.filter(ticket_id=ticket_id, staff_id=staff_id or 0).first()
    return DraftView(row.kind, row.text, row.macro, row.saved_at) if row else None
