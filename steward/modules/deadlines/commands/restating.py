"""Hear from a subject's module that its facts changed, and let its clocks count by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from steward.kernel import arrays, sql
from steward.kernel.actor import Actor
from steward.modules.deadlines.commands.locking import (
    ANY_KIND,
    PACKAGE,
    Change,
    ClockStop,
    Locked,
    lock_named,
    once,
    write_changes,
)
from steward.modules.deadlines.commands.realigning import realigned


class Restatement(NamedTuple):
    """What is true of a subject now: all its facts, who owns it, which role answers for it (None: the policy's)."""

    subject_kind: str
    subject_id: int
    facts: Mapping[str, Any]
    owner_id: int | None = None
    responsible_role: str | None = None


def restate_facts(actor: Actor, *, restatements: Sequence[Restatement], at: datetime, reason: str) -> int:
    """Keep new facts, owner and role of subjects' open clocks, and recompute those for which another policy counts now.

    Returns how many were recomputed; each has the reason in its history.
    Emits: what they reached before, BreachWithdrawn. Locks: the clocks, in id order.
    """
    locked = lock_named([ClockStop(one.subject_kind, one.subject_id, ANY_KIND) for one in restatements])
    if not locked:
        return 0
    said = [restatements[one.number - 1] for one in locked]
    encode = msgspec.json.encode
    columns = {
        "ids": arrays.integers([one.id for one in locked]),
        "facts": arrays.texts([encode(one.facts).decode() if one.facts else None for one in said]),
        "owners": arrays.integers([one.owner_id for one in said]),
        "roles": arrays.texts([one.responsible_role for one in said]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "restate_facts"), columns)

    def realign(one: Locked) -> Change | None:
        one.owner_id = restatements[one.number - 1].owner_id
        return realigned(one, restatements[one.number - 1].facts, at, reason)

    changes = once(locked, realign)
    write_changes(actor, changes)
    return len(changes)
