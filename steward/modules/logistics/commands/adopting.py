"""Give parcels the events that were reported before anybody knew their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.modules.logistics.commands.placing import place_parcels
from steward.modules.logistics.models import Parcel, TrackingEvent


def adopt_events(actor: Actor, parcels: Sequence[Parcel], now: datetime) -> int:
    """Let events without a parcel belong to those whose number they name. Returns how many found their parcel.

    A step of commands that hold the shipments' locks. An event that names another carrier than the parcel's stays.
    Emits: ShipmentMoved, ShipmentDelivered.
    """
    found: list[int] = []
    adopted = 0
    for parcel in parcels:
        if not parcel.tracking_number or parcel.shipment.simulated:
            continue
        carrier = parcel.carrier.code if parcel.carrier else ""
        homeless = TrackingEvent.objects.filter(parcel=None, tracking_number=parcel.tracking_number)
        if carrier:
            homeless = homeless.filter(carrier_code__in=("", carrier))
        count = homeless.update(parcel=parcel)
        found += [parcel.id] if count else []
        adopted += count
    place_parcels(actor, parcel_ids=found, now=now)
    return adopted
