"""Let orders follow what becomes of their goods: set aside, handed over in part or whole, delivered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands.moving import Move, Standing, lock_orders, move_orders
from steward.modules.orders.events import OrderFulfilmentChanged
from steward.modules.orders.models import Order
from steward.modules.orders.rules import fulfilment, transitions

FOLLOWING = ("approved", "completed")


@command(needs="orders.advance")
def follow_fulfilment(actor: Actor, *, states: Mapping[int, str], now: datetime) -> list[int]:
    """Bring the fulfilment axis of orders to what became of their goods: order id → state, from `allocated` on.

    Only approved orders follow, and only where the table has the step: one that is cancelled, past, or there already
    stays as it is, so a second or late run is harmless. Delivered whole, an approved order is completed.
    Returns the orders that changed. Emits: OrderFulfilmentChanged, OrderStateChanged. Locks: orders in id order.
    """
    changed = [one for one in lock_orders(states).values() if _follows(one, states[one.id])]
    if not changed:
        return []
    _write(changed, states)
    events.record(
        actor,
        [
            OrderFulfilmentChanged(
                order_id=one.id, before=one.fulfilment_state, after=states[one.id], simulated=one.simulated
            )
            for one in changed
        ],
    )
    done = [one for one in changed if states[one.id] == "delivered" and transitions.can(one.state, "complete")]
    move_orders(actor, [Move(one, "complete") for one in done], now)
    return [one.id for one in changed]


def _follows(one: Standing, after: str) -> bool:
    may_follow = one.state in FOLLOWING and not one.historic
    return may_follow and fulfilment.can_become(one.fulfilment_state, after)


def _write(changed: Iterable[Standing], states: Mapping[int, str]) -> None:
    """Compare and set, one statement for each kind of step; the orders are locked."""
    steps: dict[tuple[str, str], list[int]] = {}
    for one in changed:
        steps.setdefault((one.fulfilment_state, states[one.id]), []).append(one.id)
    for (before, after), ids in sorted(steps.items()):
        Order.objects.filter(id__in=ids, fulfilment_state=before).update(fulfilment_state=after)
