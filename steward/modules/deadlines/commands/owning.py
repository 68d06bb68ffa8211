"""Keep who has the subject of a clock, and let it count by the hours of their team where its policy says so."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from msgspec.json import decode

from steward.kernel import arrays, sql
from steward.kernel.actor import Actor
from steward.modules.deadlines.commands.locking import PACKAGE, in_transaction, locked_of, write_changes
from steward.modules.deadlines.commands.realigning import realigned

REASON = "changed hands"


class Owner(NamedTuple):
    """Who has a subject now."""

    subject_kind: str
    subject_id: int
    kind: str
    owner_id: int | None


def set_owners(actor: Actor, *, owners: Sequence[Owner], at: datetime) -> None:
    """Keep in the open clocks of subjects who has them now, as their module says; some count by other hours then.

    A step of the caller's command. Emits: what they reached before, BreachWithdrawn. Locks: the clocks.
    """
    in_transaction()
    if not owners:
        return
    columns = {
        "subject_kinds": arrays.texts([one.subject_kind for one in owners]),
        "subject_ids": arrays.integers([one.subject_id for one in owners]),
        "kinds": arrays.texts([one.kind for one in owners]),
        "owners": arrays.integers([one.owner_id for one in owners]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "set_owners"), columns)
        moved = [id_ for (id_,) in cursor.fetchall()]
    follow_owners(actor, clock_ids=moved, at=at)


def follow_owners(actor: Actor, *, clock_ids: Collection[int], at: datetime) -> int:
    """Recompute clocks that changed hands, those that count by the hours of their owner's team. Returns how many.

    A step of the caller's command. Emits: what they reached before, BreachWithdrawn. Locks: the clocks, in id order.
    """
    in_transaction()
    if not clock_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "lock_by_team"), {"ids": arrays.integers(sorted(clock_ids))})
        rows = cursor.fetchall()
    made = [
        realigned(one, decode(row[-1]) if row[-1] else {}, at, REASON)
        for one, row in zip(locked_of(rows), rows, strict=True)
    ]
    changes = [change for change in made if change is not None]
    write_changes(actor, changes)
    return len(changes)
