"""What fulfilment does on hearing of orders and stock. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.modules.fulfilment.commands.allocating import allocate_orders, end_allocations
from steward.modules.fulfilment.commands.placing import SYSTEM
from steward.modules.fulfilment.commands.retrying import retry_items
from steward.modules.fulfilment.queries.policies import policy_in_force
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.events import StockMoved
from steward.modules.logistics.commands.shipments import cancel_shipments
from steward.modules.orders.events import OrderApproved, OrderCancelled, OrderChanged, OrderPromised


def on_order_approved_allocate_orders(events: Sequence[OrderApproved]) -> None:
    """Allocate orders as soon as they are approved, unless the policy lets them wait for a wave."""
    if policy_in_force().weights.at_once:
        allocate_orders(SYSTEM, order_ids=[event.order_id for event in events], now=moment.now())


def on_order_promised_allocate_orders(events: Sequence[OrderPromised]) -> None:
    """Allocate orders that waited for goods and were approved already."""
    if policy_in_force().weights.at_once:
        allocate_orders(SYSTEM, order_ids=[event.order_id for event in events], now=moment.now())


def on_order_cancelled_end_allocations(events: Sequence[OrderCancelled]) -> None:
    """Note that the allocations of cancelled orders count no longer; their goods went back with the promise."""
    ids = [event.order_id for event in events]
    end_allocations(SYSTEM, order_ids=ids, because="order cancelled", now=moment.now())


def on_order_changed_plan_again(events: Sequence[OrderChanged]) -> None:
    """Call off what waits for changed orders whose goods were given back, and set them aside anew where they may leave.

    The part of a split is set aside for the first time. Orders that have goods set aside were planned anew already, so
    a second run leaves them alone. Source: ORD-9.
    """
    changed = {event.order_id: event for event in events}
    rows = inventory.reservations_of_orders(sorted(changed))
    ids = sorted(changed.keys() - {row.order_id for row in rows if row.state == "open"})
    given_back = [id_ for id_ in ids if changed[id_].set_aside]
    approved = [id_ for id_ in ids if changed[id_].approved]
    now = moment.now()
    if given_back:
        cancel_shipments(SYSTEM, order_ids=given_back, reason="", now=now)
        end_allocations(SYSTEM, order_ids=given_back, because="order changed", now=now)
    if approved and policy_in_force().weights.at_once:
        allocate_orders(SYSTEM, order_ids=approved, now=now)


def on_stock_moved_retry_orders(events: Sequence[StockMoved]) -> None:
    """Try again for orders that found nothing, when goods they want have moved."""
    retry_items(SYSTEM, item_ids=sorted({event.item_id for event in events}), now=moment.now())
