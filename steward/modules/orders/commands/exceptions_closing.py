"""Close exceptions that were heard of, when what was told is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands.exceptions_detecting import close
from steward.modules.orders.commands.exceptions_opening import OPEN
from steward.modules.orders.models import ExceptionCase


@command(needs="orders.exceptions")
def close_heard(actor: Actor, *, code: str, order_ids: Sequence[int], now: datetime) -> int:
    """Close what a detector told of orders, because the fact is gone; a second run closes none. Returns how many.

    Emits: ExceptionClosed. Locks: exceptions in id order.
    """
    locked = ExceptionCase.objects.select_for_update(of=("self",)).select_related("detector", "order")
    waiting = locked.filter(detector__code=code, order_id__in=list(order_ids), state__in=("muted", *OPEN))
    cases = list(waiting.order_by("id"))
    close(actor, cases, now)
    return len(cases)
