"""Raise the limits of automatic approval while surges are on: the highest of them counts, and they never add up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.modules.incidents.models import Surge, SurgeChange
from steward.modules.incidents.rules import surges as rules
from steward.modules.orders.commands.progress import AUTO_LIMITS

# Surges of two queues begin and end in jobs of their own; what one puts in force the other has to see.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('incidents.limits', 0))"


def raise_limits(actor: Actor, surge: Surge, percent: int, now: datetime) -> None:
    """Put higher limits in force, in their own history and with the surge as the reason.

    A step of the caller's command. What is raised are the limits without any surge. Locks: the limits.
    """
    in_force = _locked_limits()
    others = _that_count(in_force)
    before = others[0].before or {} if others else in_force
    after = rules.raised(before, percent)
    if after == before:
        return
    _put_in_force(actor, in_force, rules.highest([after, *(one.after or {} for one in others)]), f"surge {surge.id}")
    SurgeChange.objects.create(surge=surge, kind="raise_limits", before=before, after=after, done_at=now)


def lower_limits(actor: Actor, change: SurgeChange, reason: str) -> bool:
    """Take one surge's part back: what the others need stays, and after the last the limits are as before all of them.

    A step of the caller's command. Returns False, and nothing is done, where somebody has set other limits since.
    Locks: the limits.
    """
    in_force = _locked_limits()
    counting = _that_count(in_force)
    if change.id not in {one.id for one in counting}:
        return False
    others = [one.after or {} for one in counting if one.id != change.id]
    _put_in_force(actor, in_force, rules.highest(others) if others else change.before or {}, reason)
    return True


def _locked_limits() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    parameters.forget()
    return dict(parameters.value(AUTO_LIMITS))


def _that_count(in_force: Mapping[str, int]) -> list[SurgeChange]:
    """List what surges raised that makes up the limits in force; none where somebody has set others since."""
    rows = SurgeChange.objects.filter(kind="raise_limits", undone_at=None, surge__state="active").order_by("-id")
    together = [one for one in rows if one.before == rows[0].before]
    return together if rules.highest([one.after or {} for one in together]) == in_force else []


def _put_in_force(actor: Actor, before: Mapping[str, int], after: Mapping[str, int], reason: str) -> None:
    if after != before:
        parameters.set_parameter(actor, name=AUTO_LIMITS.name, new=dict(after), reason=reason)
