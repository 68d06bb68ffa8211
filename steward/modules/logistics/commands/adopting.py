"""Give parcels the events that were reported before anybody knew their numbers, and take wrong ones away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Subquery

from steward.kernel import arrays, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.commands.placing import place_parcels
from steward.modules.logistics.commands.shipment_moving import lock_shipments
from steward.modules.logistics.models import Parcel, Shipment, TrackingEvent
from steward.modules.logistics.rules import shipments as lives
from steward.modules.logistics.rules.tracking_states import BEFORE_TOLERANCE

PACKAGE = "steward.modules.logistics"
AT_ONCE = 1_000


def adopt_events(actor: Actor, parcels: Sequence[Parcel], now: datetime) -> int:
    """Let events belong to the parcels whose number they name. Returns how many found their parcel.

    A step of commands that hold the shipments' locks and have written the numbers. Events of a number that is no
    longer a parcel's leave it, and it is where it was without them. An event that names another carrier than the
    parcel's stays homeless; one older than the shipment is of an earlier parcel with the number, and is flagged.
    Emits: ShipmentMoved, ShipmentDelivered.
    """
    ids = [one.id for one in parcels]
    return _adopt(actor, ids, _disown(ids), now)


@command(needs="logistics.track")
def adopt_late(actor: Actor, *, now: datetime) -> int:
    """Give parcels what was reported in the very moment their number was written down. Returns how many events.

    Who reported saw no parcel yet, and who wrote the number saw no event yet: only a later look sees both.
    A second run finds nothing. Emits: ShipmentMoved, ShipmentDelivered. Locks: shipments in id order.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "find_late_parcels"), {"most": AT_ONCE})
        found = cursor.fetchall()
    lock_shipments(shipment_id for _id, shipment_id in found)
    return _adopt(actor, [id_ for id_, _shipment_id in found], set(), now)


def _disown(parcel_ids: Sequence[int]) -> set[int]:
    """Take from parcels the events of numbers that are not theirs; return the parcels that had any."""
    wrong = TrackingEvent.objects.filter(parcel__in=parcel_ids).exclude(tracking_number=F("parcel__tracking_number"))
    rows = list(wrong.values_list("id", "parcel__id", "expected_date"))
    if not rows:
        return set()
    TrackingEvent.objects.filter(id__in=[id_ for id_, *_rest in rows]).update(parcel=None)
    touched = {parcel_id for _id, parcel_id, _day in rows}
    # The day they named for the arrival was another parcel's.
    named = [parcel_id for _id, parcel_id, day in rows if day is not None]
    Shipment.objects.filter(parcels__in=named).update(expected_date=F("promised_date"))
    parcels = Parcel.objects.filter(id__in=touched)
    left = parcels.filter(shipment__state__in=lives.TRACKED)
    since = Shipment.objects.filter(id=OuterRef("shipment_id")).values("handed_over_at")[:1]
    parcels.update(state="", state_since=None, last_event_at=None, going_back=False)
    left.update(state="handed_over", state_since=Subquery(since))
    return touched


def _adopt(actor: Actor, parcel_ids: Sequence[int], touched: Collection[int], now: datetime) -> int:
    """Let parcels have the homeless events of their number, and place them and those touched before."""
    if not parcel_ids:
        return 0
    columns: dict[str, Any] = {"ids": arrays.integers(parcel_ids), "tolerance": BEFORE_TOLERANCE}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "adopt_events"), columns)
        adopted = [row[0] for row in cursor.fetchall()]
    place_parcels(actor, parcel_ids=sorted({*adopted, *touched}), now=now)
    return len(adopted)
