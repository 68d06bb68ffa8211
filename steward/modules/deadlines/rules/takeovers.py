"""Who takes a subject over when its owner did not manage in time. Source: DSK-4, the step “reassign”."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from msgspec import Struct

How = Literal["on_duty", "on_call", "manager", "nobody"]


class Taker(Struct, frozen=True):
    """Somebody who may work on a subject, with how many open ones they have already.

    `in_role` is whether they hold the role the step names: others may be called in, but are not the next in line.
    """

    staff_id: int
    has: int = 0
    on_duty: bool = False
    present: bool = False
    in_role: bool = True


class Chosen(Struct, frozen=True):
    """Who has it from now on (None: nobody could be found), and why that person."""

    staff_id: int | None
    how: How


def next_owner(takers: Iterable[Taker], *, owner_id: int | None, away: Collection[int]) -> int | None:
    """Choose who is on duty and has fewest open subjects; of equals the one with the lowest number.

    Never the same person again, never somebody on leave. Where nobody's duty is planned, those at their console count.
    """
    able = [one for one in takers if one.in_role and one.staff_id != owner_id and one.staff_id not in away]
    there = [one for one in able if one.on_duty] or [one for one in able if one.present]
    return min(there, key=lambda one: (one.has, one.staff_id)).staff_id if there else None


def choose(
    takers: Collection[Taker],
    *,
    owner_id: int | None,
    away: Collection[int],
    on_call_id: int | None = None,
    manager_id: int | None = None,
) -> Chosen:
    """Choose who takes a subject over: who is on duty, with nobody there who is on call, else the manager.

    Only somebody who may work on it, who does not have it already, and who is not on leave.
    """
    if (found := next_owner(takers, owner_id=owner_id, away=away)) is not None:
        return Chosen(found, "on_duty")
    able = {one.staff_id for one in takers} - {owner_id} - set(away)
    if on_call_id in able:
        return Chosen(on_call_id, "on_call")
    return Chosen(manager_id, "manager") if manager_id in able else Chosen(None, "nobody")
