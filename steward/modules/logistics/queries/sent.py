"""What left the house for orders, and by which shipment: after-sales takes back nothing else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.modules.logistics.models import ShipmentLine
from steward.modules.logistics.rules import shipments as lives


class Sent(Struct, frozen=True):
    """Goods of one line of a shipment that left the house. Units: pieces."""

    order_id: int
    shipment_id: int
    shipment: str
    warehouse: str
    item_id: int
    sku: str
    lot_code: str
    quantity: int
    delivered_at: datetime | None


def goods_sent(order_ids: Collection[int]) -> list[Sent]:
    """List what left the house for orders, oldest shipment first; one statement, however many."""
    rows: Any = ShipmentLine.objects.filter(
        shipment__order_id__in=list(order_ids), shipment__direction="outbound", shipment__state__in=lives.TRACKED
    ).order_by("shipment_id", "id")
    fields = (
        "shipment__order_id",
        "shipment_id",
        "shipment__number",
        "shipment__warehouse__code",
        "item_id",
        "item__sku",
        "lot_code",
        "quantity",
        "shipment__delivered_at",
    )
    return [Sent(*row) for row in rows.values_list(*fields)]
