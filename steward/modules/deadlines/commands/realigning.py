"""Let what runs count by the policies and calendars that are in force now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from msgspec.json import decode

from steward.kernel import arrays, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands.locking import (
    PACKAGE,
    Basis,
    Change,
    Entry,
    Locked,
    announce_redated,
    in_transaction,
    locked_of,
    write_changes,
)
from steward.modules.deadlines.queries import policies
from steward.modules.deadlines.rules import clocks

REALIGN_LIMIT = 1_000


class Realigned(NamedTuple):
    """How far a recomputation came: the last clock looked at (None: all were), and how many changed."""

    last_id: int | None
    changed: int


@command(needs="deadlines.sweep")
def realign_clocks(
    actor: Actor,
    *,
    kinds: Sequence[tuple[str, str]],
    reason: str,
    now: datetime,
    owners: Sequence[int] | None = None,
    after_id: int = 0,
    limit: int = REALIGN_LIMIT,
) -> Realigned:
    """Recompute the open clocks of these kinds (subject kind, clock kind), at most `limit` with an id over `after_id`.

    `owners` narrows it to what these people have.
    Which policy counts is asked anew by the facts each clock keeps; one for which none counts any more ends, cancelled.
    What is in force already stays untouched, so a second run changes nothing. Call again from `last_id` on.
    Emits: what the clocks reached before, BreachWithdrawn, ClocksRedated. Locks: the clocks, in id order.
    """
    in_transaction()
    wanted: dict[str, str | int | None] = {
        "subject_kinds": arrays.texts([kind[0] for kind in kinds]),
        "kinds": arrays.texts([kind[1] for kind in kinds]),
        "after": after_id,
        "limit": limit,
        "owners": None if owners is None else arrays.integers(owners),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "lock_open" if owners is None else "lock_open_of"), wanted)
        rows = cursor.fetchall()
    locked = locked_of(rows)
    made = [
        realigned(one, decode(row[-1]) if row[-1] else {}, now, reason) for one, row in zip(locked, rows, strict=True)
    ]
    changes = [change for change in made if change is not None]
    write_changes(actor, changes)
    announce_redated(actor, changes)
    return Realigned(rows[-1][0] if len(rows) == limit else None, len(changes))


def realign_all(
    actor: Actor, *, kinds: Sequence[tuple[str, str]], reason: str, now: datetime, owners: Sequence[int] | None = None
) -> int:
    """Recompute every open clock of these kinds, batch by batch, each in its own transaction. Returns how many changed.

    `owners` narrows it to what these people have. Emits: as realign_clocks.
    """
    policies.forget_policies()
    after_id: int | None = 0
    changed = 0
    while after_id is not None:
        step = realign_clocks(actor, kinds=kinds, reason=reason, now=now, owners=owners, after_id=after_id)
        after_id, changed = step.last_id, changed + step.changed
    return changed


def realigned(one: Locked, facts: Mapping[str, Any], at: datetime, reason: str) -> Change | None:
    """Put a locked clock under the policy and calendar that count now; None where they do already."""
    policy = policies.policy_for(one.subject_kind, one.kind, facts)
    if policy is None:
        after, done = clocks.ended(one.clock, one.terms, at, "cancelled")
        return Change(
            one, after, done, (Entry(one.id, "cancelled", at, one.clock.due_at, reason=reason),), reason=reason
        )
    in_force = policies.calendar_for(policy, one.owner_id)
    calendar = policies.calendar_key(in_force.code, in_force.version)
    if (policy.id, calendar) == (one.policy.id, one.calendar):
        return None
    target_s = one.clock.target_s if one.clock.external else policy.target_s
    basis = Basis(policy, calendar, policies.terms_of(policy, calendar, target_s))
    after, done = clocks.retermed(one.clock, one.terms, basis.terms, target_s=target_s, at=at)
    entry = Entry(one.id, "recomputed", at, after.due_at, reason=reason)
    return Change(one, after, done, (entry,), basis, reason=reason)
