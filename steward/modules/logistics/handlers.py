"""What logistics does on hearing lower modules' events, and its own."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.logistics.commands import ending, following, shipments, telling, trouble_desk, watching
from steward.modules.logistics.events import (
    ShipmentCancelled,
    ShipmentDelivered,
    ShipmentEased,
    ShipmentHandedOver,
    ShipmentMoved,
    ShipmentTroubled,
)
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


def on_shipment_moved_watch_shipments(events: Sequence[ShipmentMoved]) -> None:
    """See at once whether what moved needs somebody, or no longer does."""
    ids = sorted({event.shipment_id for event in events})
    watching.watch_shipments(SYSTEM, shipment_ids=ids, now=moment.now())


def on_shipment_moved_record_ends(events: Sequence[ShipmentMoved]) -> None:
    """Keep for the scorecards what became of parcels."""
    ending.record_ends(SYSTEM, shipment_ids={event.shipment_id for event in events}, now=moment.now())


def on_shipment_moved_tell_buyers(events: Sequence[ShipmentMoved]) -> None:
    """Say that goods come today."""
    telling.tell_out_for_delivery(SYSTEM, moved=events, now=moment.now())


def on_shipment_cancelled_watch_shipments(events: Sequence[ShipmentCancelled]) -> None:
    """See that what was called off needs nobody any longer."""
    ids = sorted({event.shipment_id for event in events})
    watching.watch_shipments(SYSTEM, shipment_ids=ids, now=moment.now())


def on_shipment_handed_over_tell_buyers(events: Sequence[ShipmentHandedOver]) -> None:
    """Say that goods are on their way."""
    telling.tell_shipped(SYSTEM, handed=events, now=moment.now())


def on_shipment_delivered_tell_buyers(events: Sequence[ShipmentDelivered]) -> None:
    """Say that an order was delivered."""
    telling.tell_delivered(SYSTEM, delivered=events, now=moment.now())


def on_shipment_troubled_tell_buyers(events: Sequence[ShipmentTroubled]) -> None:
    """Say that goods come later, before the buyer asks."""
    telling.tell_delayed(SYSTEM, troubled=events, now=moment.now())


def on_shipment_troubled_open_exception(events: Sequence[ShipmentTroubled]) -> None:
    """Bring shipments that need somebody to the desk of exceptions."""
    trouble_desk.open_troubles(SYSTEM, heard=events, now=moment.now())


def on_shipment_eased_close_exception(events: Sequence[ShipmentEased]) -> None:
    """Close what is no longer wrong."""
    trouble_desk.close_troubles(SYSTEM, heard=events, now=moment.now())
