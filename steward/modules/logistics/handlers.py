"""What logistics does on hearing lower modules' events, and its own."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.logistics.commands import following, shipments
from steward.modules.logistics.events import ShipmentMoved
from steward.modules.orders.events import OrderCancelled

SYSTEM = system("logistics")


def on_order_cancelled_cancel_shipments(events: Sequence[OrderCancelled]) -> None:
    """Call off what has not left of orders that were cancelled."""
    ids = sorted({event.order_id for event in events})
    shipments.cancel_shipments(SYSTEM, order_ids=ids, reason="", now=moment.now())


def on_shipment_moved_follow_orders(events: Sequence[ShipmentMoved]) -> None:
    """Let orders follow where tracking says their goods are; delivered whole they are completed."""
    ids = sorted({event.order_id for event in events if event.direction == "outbound"})
    following.follow_shipments(SYSTEM, order_ids=ids, now=moment.now())
