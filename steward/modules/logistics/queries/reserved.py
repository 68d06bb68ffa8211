"""Read which reservations shipments hold that are still in the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from steward.modules.logistics.models import ShipmentLine
from steward.modules.logistics.rules import shipments as rules


def reservations_in_house(order_ids: Iterable[int]) -> dict[int, set[int]]:
    """Tell which reservations the shipments of orders hold that have not left: order → reservations."""
    rows = ShipmentLine.objects.filter(
        shipment__order_id__in=sorted(set(order_ids)),
        shipment__state__in=rules.IN_HOUSE,
        shipment__direction="outbound",
        reservation_id__isnull=False,
    )
    found: dict[int, set[int]] = defaultdict(set)
    for order_id, reservation in rows.values_list("shipment__order_id", "reservation_id"):
        found[order_id].add(reservation or 0)
    return dict(found)
