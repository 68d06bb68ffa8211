"""Try again for orders that found nothing, and find those nobody has tried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from steward.kernel.actor import Actor
from steward.modules.fulfilment.commands.allocating import allocate_orders
from steward.modules.fulfilment.models import Allocation
from steward.modules.fulfilment.queries.allocations import waiting_for_items
from steward.modules.fulfilment.queries.policies import policy_in_force
from steward.modules.orders.queries.allocating import orders_awaiting_allocation

AT_MOST = 1_000
TRIED_AGAIN_AFTER = timedelta(minutes=15)


def retry_items(actor: Actor, *, item_ids: Sequence[int], now: datetime) -> int:
    """Try again for orders that found nothing and want one of these items. Returns how many were placed."""
    waiting = waiting_for_items(item_ids, limit=AT_MOST)
    return len(allocate_orders(actor, order_ids=waiting, now=now).placed) if waiting else 0


def retry_waiting(actor: Actor, *, now: datetime) -> int:
    """Allocate approved orders that were missed, and try again those that found nothing a while ago.

    What waits for a wave by policy is left to it. Returns how many were placed.
    """
    if not policy_in_force().weights.at_once:
        return 0
    approved = orders_awaiting_allocation(limit=AT_MOST)
    lately = Allocation.objects.filter(
        order_id__in=approved, state="nothing", tried_at__gt=now - TRIED_AGAIN_AFTER
    ).values_list("order_id", flat=True)
    wanted = sorted(set(approved) - set(lately))
    return len(allocate_orders(actor, order_ids=wanted, now=now).placed) if wanted else 0
