"""Bring what waits in the house back in line with what orders hold, after others gave goods back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.fulfilment.commands.allocating import allocate_orders, deallocate_orders
from steward.modules.fulfilment.commands.placing import DETECTOR, SYSTEM, Placed, plan_reserved
from steward.modules.fulfilment.models import Allocation
from steward.modules.inventory import queries as inventory
from steward.modules.logistics.commands.following import follow_shipments
from steward.modules.logistics.commands.shipments import cancel_shipments
from steward.modules.logistics.queries.reserved import reservations_in_house
from steward.modules.orders.commands.exceptions_closing import close_heard
from steward.modules.orders.commands.moving import lock_orders
from steward.modules.orders.queries.allocating import goods_lost
from steward.modules.orders.rules.fulfilment import is_handed_over


def place_anew(actor: Actor, *, order_ids: Sequence[int], reason: str, now: datetime) -> Placed:
    """Call off what waits for orders and holds goods no longer, and set aside anew what they lack.

    Orders whose shipments hold just what is set aside for them are left alone, so a second run changes nothing.
    Raises: NotPermitted. Emits: what bring_in_line and allocate_orders emit.
    """
    lacking = bring_in_line(actor, order_ids=order_ids, reason=reason, now=now)
    return allocate_orders(actor, order_ids=lacking, now=now) if lacking else Placed()


@command(needs="fulfilment.allocate")
def bring_in_line(actor: Actor, *, order_ids: Sequence[int], reason: str, now: datetime) -> list[int]:
    """Make the shipments of orders hold what is set aside for them, and nothing else.

    An allocated order gives back what is left, to be placed whole. Of one that has left in part, what is still set
    aside is planned anew, and it follows its shipments: it may have nothing left to wait for. What waits for any other
    is called off. Returns the orders that lack goods now. Emits: OrderDeallocated and what logistics and orders
    announce. Locks: orders, shipments, holds, stock rows and reservations, each by id.
    """
    standing = lock_orders(order_ids)
    loose = _out_of_line(standing)
    idle = [id_ for id_, one in standing.items() if _holds_nothing(one.fulfilment_state)]
    cancel_shipments(SYSTEM, order_ids=idle, reason=reason, now=now)
    Allocation.objects.filter(order_id__in=idle, state="placed").update(
        state="ended", ended_at=now, ended_because=reason
    )
    whole = [id_ for id_ in loose if standing[id_].fulfilment_state == "allocated"]
    lacking = deallocate_orders(actor, order_ids=whole, reason=reason, now=now) if whole else []
    partly = [
        id_
        for id_, one in standing.items()
        if one.fulfilment_state == "partly_shipped" and one.state == "approved" and not one.historic
    ]
    _replan([id_ for id_ in partly if id_ in loose], reason, now)
    follow_shipments(SYSTEM, order_ids=partly, now=now)
    short = inventory.open_promises(partly)
    _lack_nothing([id_ for id_ in partly if id_ not in short], reason, now)
    return sorted({*lacking, *short})


def _out_of_line(order_ids: Iterable[int]) -> set[int]:
    """Find orders of which shipments in the house hold other reservations than those that are open."""
    wanted = sorted(order_ids)
    open_: dict[int, set[int]] = defaultdict(set)
    for one in inventory.reservations_of_orders(wanted):
        if one.state == "open":
            open_[one.order_id].add(one.id)
    held = reservations_in_house(wanted)
    return {id_ for id_ in wanted if open_.get(id_, set()) != held.get(id_, set())}


def _holds_nothing(fulfilment_state: str) -> bool:
    return fulfilment_state != "allocated" and not is_handed_over(fulfilment_state)


def _lack_nothing(order_ids: Sequence[int], reason: str, now: datetime) -> None:
    """Note of orders that nothing can be found for them any more; what one that lost its promise lacks stays known."""
    found_nothing = Allocation.objects.filter(order_id__in=order_ids, state="nothing")
    found_nothing.update(state="ended", ended_at=now, ended_because=reason)
    lacking = goods_lost(order_ids)
    close_heard(SYSTEM, code=DETECTOR, order_ids=[id_ for id_ in order_ids if id_ not in lacking], now=now)


def _replan(order_ids: Sequence[int], reason: str, now: datetime) -> None:
    """Plan what is still set aside for locked orders anew, in the place of what waited."""
    if order_ids:
        cancel_shipments(SYSTEM, order_ids=order_ids, reason=reason, now=now)
        plan_reserved(order_ids, {}, now)
