"""Let orders follow what became of their shipments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.inventory import queries as inventory
from steward.modules.logistics.models import Shipment
from steward.modules.logistics.rules import shipments as rules
from steward.modules.orders.commands.fulfilment import follow_fulfilment
from steward.modules.orders.commands.moving import lock_orders
from steward.modules.orders.queries.allocating import goods_lost

SYSTEM = system("logistics")
WHOLE = ("shipped", "delivered")


@command(needs="logistics.ship")
def follow_shipments(actor: Actor, *, order_ids: Collection[int], now: datetime) -> int:
    """Bring orders to where their shipments are; a second or late run is harmless. Returns how many are whole."""
    return len(follow_orders(actor, order_ids, now))


def follow_orders(actor: Actor, order_ids: Collection[int], now: datetime) -> set[int]:
    """Bring orders to where their shipments are, as a step of the caller's command.

    Returns the orders of which nothing is left in the house. One that lost goods it still wants has not shipped whole:
    somebody has to decide. Emits: what follow_fulfilment emits.
    Locks: orders in id order.
    """
    states: dict[int, list[str]] = defaultdict(list)
    lock_orders(order_ids)
    live = Shipment.objects.filter(order_id__in=order_ids, direction="outbound").exclude(state="cancelled")
    for order_id, state in live.values_list("order_id", "state"):
        states[order_id].append(state)
    more = inventory.orders_with_promises(sorted(states))
    more |= goods_lost(states.keys() - more).keys()
    wanted = {id_: rules.fulfilment_state(shipments=found, holds_more=id_ in more) for id_, found in states.items()}
    shipped = {id_: "shipped" for id_, state in wanted.items() if state in WHOLE}
    partly = {id_: state for id_, state in wanted.items() if state == "partly_shipped"}
    follow_fulfilment(SYSTEM, states=partly | shipped, now=now)
    delivered = {id_: state for id_, state in wanted.items() if state == "delivered"}
    follow_fulfilment(SYSTEM, states=delivered, now=now)
    return set(shipped)
