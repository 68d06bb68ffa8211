"""Hand the key customers of one agent to another, all or some of them (DSK-6, CUS-5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.owning import NEEDS as WORK
from steward.modules.desk.commands.owning import NobodyToTakeIt, NoteNeeded
from steward.modules.desk.events import KeyAgentSet
from steward.modules.desk.models import KeyAgent, KeyAgentChange
from steward.modules.people import queries as people


@command(needs="tickets.manage")
def hand_over_key_customers(
    actor: Actor,
    *,
    from_staff_id: int,
    to_staff_id: int,
    note: str,
    now: datetime,
    customer_ids: Collection[int] | None = None,
) -> int:
    """Let somebody else look after an agent's key customers, those named or all. Returns how many changed hands.

    Raises: NobodyToTakeIt, NoteNeeded. Emits: KeyAgentSet. Locks: the rows, by customer.
    """
    if to_staff_id not in people.staff_with_permission(WORK):
        raise NobodyToTakeIt
    if not note.strip():
        raise NoteNeeded
    if from_staff_id == to_staff_id:
        return 0
    mine = KeyAgent.objects.select_for_update().filter(staff_id=from_staff_id)
    if customer_ids is not None:
        mine = mine.filter(customer_id__in=list(customer_ids))
    rows = list(mine.order_by("customer_id"))
    KeyAgent.objects.filter(id__in=[row.id for row in rows]).update(
        staff_id=to_staff_id, note=note.strip()[:200], set_by=actor.id, set_at=now
    )
    note_changes(actor, {row.customer_id: from_staff_id for row in rows}, to_staff_id, now)
    return len(rows)


def note_changes(actor: Actor, before: Mapping[int, int | None], after_id: int | None, now: datetime) -> None:
    """Keep and tell who looked after customers before, by their id, and who does now. A step. Emits: KeyAgentSet."""
    KeyAgentChange.objects.bulk_create(
        KeyAgentChange(customer_id=customer_id, before_id=before_id, after_id=after_id, at=now, by=actor.id)
        for customer_id, before_id in before.items()
    )
    told = [
        KeyAgentSet(customer_id=customer_id, before_id=before_id, after_id=after_id)
        for customer_id, before_id in before.items()
    ]
    events.record(actor, told)
