"""Try again for orders that found nothing, and find those nobody has tried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.modules.fulfilment.commands.allocating import allocate_orders
from steward.modules.fulfilment.queries.allocations import waiting_for_items, waiting_longest
from steward.modules.fulfilment.queries.policies import policy_in_force
from steward.modules.orders.queries.allocating import OPEN, OPEN_IN_PART

AT_MOST = parameters.define(
    "fulfilment.retry_at_most",
    1_000,
    unit="",
    label=_("How many orders without goods are tried again at once"),
    minimum=1,
    maximum=10_000,
)
AFTER_MIN = parameters.define(
    "fulfilment.retry_after_min",
    15,
    unit="min",
    label=_("After how long an order without goods is tried again"),
    minimum=1,
    maximum=1_440,
)


def retry_items(actor: Actor, *, item_ids: Sequence[int], now: datetime) -> int:
    """Try again for orders that found nothing and want one of these items. Returns how many were placed.

    What waits for a wave by policy is left to it; the rest of an order that has left in part waits for none.
    """
    waiting = waiting_for_items(item_ids, states=_states(), limit=parameters.value(AT_MOST))
    return len(allocate_orders(actor, order_ids=waiting, now=now).placed) if waiting else 0


def retry_waiting(actor: Actor, *, now: datetime) -> int:
    """Allocate approved orders that were missed, then those that found nothing a while ago, the longest ago first.

    What waits for a wave by policy is left to it; the rest of an order that has left in part waits for none. Returns
    how many were placed.
    """
    before = now - timedelta(minutes=parameters.value(AFTER_MIN))
    wanted = waiting_longest(states=_states(), tried_before=before, limit=parameters.value(AT_MOST))
    return len(allocate_orders(actor, order_ids=wanted, now=now).placed) if wanted else 0


def _states() -> Sequence[str]:
    """Name where the goods of orders are that are tried again without a wave."""
    return OPEN if policy_in_force().weights.at_once else OPEN_IN_PART
