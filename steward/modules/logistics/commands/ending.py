"""Keep for the scorecards what became of parcels that ended."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.commands.deliveries import DeliveryDraft, record_deliveries
from steward.modules.logistics.models import Parcel
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules.deliveries import OUTCOMES


@command(needs="logistics.ship")
def record_ends(actor: Actor, *, shipment_ids: Collection[int], now: datetime) -> int:
    """Write down each outbound parcel that was delivered, lost, damaged or returned. Returns how many were new.

    A second run writes nothing new; what was delivered and turns out damaged takes the later word.
    """
    ended = Parcel.objects.filter(shipment_id__in=shipment_ids, state__in=OUTCOMES, shipment__direction="outbound")
    rows = list(ended.select_related("shipment__warehouse").order_by("id"))
    drafts = [draft for row in rows if (draft := _draft(row)) is not None]
    return record_deliveries(actor, deliveries=drafts) if drafts else 0


def _draft(row: Parcel) -> DeliveryDraft | None:
    one = row.shipment
    if one.service_id is None or one.handed_over_at is None:
        return None
    left = house_day(one.handed_over_at)
    arrived = max(house_day(row.state_since), left) if row.state == "delivered" and row.state_since else None
    return DeliveryDraft(
        reference=row.code,
        service_id=one.service_id,
        origin=one.warehouse.district_code,
        destination=one.district_code,
        handed_over_date=left,
        outcome=row.state,
        promised_date=one.promised_date,
        delivered_date=arrived,
        price_minor=one.price_minor,
        currency=one.currency,
        weight_g=row.weight_g,
        simulated=one.simulated,
    )
