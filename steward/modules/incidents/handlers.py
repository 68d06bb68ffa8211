"""What a surge sets in motion once it is on. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.incidents.events import SurgeStarted
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.queries import work

AT_ONCE = 200


def on_surge_started_advance_waiting(events: Sequence[SurgeStarted]) -> None:
    """Ask again of everything that waits for its audit whether it passes by itself now, batch by batch."""
    if not any(event.queue == "audit" for event in events):
        return
    after = 0
    while ids := work.waiting_ids("audit", after=after, limit=AT_ONCE):
        advance_orders(system("incidents"), order_ids=ids, now=moment.now())
        after = ids[-1]
