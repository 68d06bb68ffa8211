"""Pack what was picked into parcels: weighed, with a service that takes them, under numbers that can be scanned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.commands.adopting import adopt_events
from steward.modules.logistics.commands.parcel_numbers import numbers_once, refuse_taken
from steward.modules.logistics.commands.picking import wanted_lines
from steward.modules.logistics.commands.shipment_moving import lock_outbound, lock_shipments, move_shipment
from steward.modules.logistics.commands.shipment_services import price_anew
from steward.modules.logistics.events import ShipmentPacked
from steward.modules.logistics.models import Parcel, ParcelLine, Service, Shipment
from steward.modules.logistics.rules import packing as rules
from steward.modules.logistics.rules.packing import ParcelDraft
from steward.modules.logistics.rules.picking import all_picked
from steward.modules.logistics.rules.tracking_states import plain_number


class NotAllPicked(errors.Refusal):
    """Refuse to close parcels while goods are missing."""

    code = "not_all_picked"
    message = _("%(left)s pieces have not been scanned yet.")


class NotWeighed(errors.Refusal):
    """Refuse a parcel without a weight."""

    code = "not_weighed"
    status = 422
    message = _("Every parcel needs its weight, in grams.")


class ContentsDiffer(errors.Refusal):
    """Refuse parcels that do not hold exactly what was picked."""

    code = "contents_differ"
    status = 422
    message = _("The parcels have to hold every piece exactly once.")


class TooHeavy(errors.Refusal):
    """Refuse a parcel its service does not take."""

    code = "too_heavy"
    message = _(
        "%(service)s takes up to %(limit)s g; a parcel weighs %(weight)s g. Split it or choose another service."
    )


@command(needs="logistics.ship")
def pack_shipment(
    actor: Actor, *, number: str, parcels: Sequence[ParcelDraft], now: datetime, service_id: int | None = None
) -> list[str]:
    """Close a picked shipment into parcels and return their codes. `service_id` replaces the service that was planned.

    Raises: NotFound, NotPossible, NotAllPicked, NotWeighed, ContentsDiffer, TooHeavy, NumberTaken.
    Emits: ShipmentPacked. Locks: the shipment.
    """
    shipment = lock_outbound(number, "pack")
    lines = wanted_lines(shipment)
    if not all_picked(lines):
        raise NotAllPicked(left=sum(line.left for line in lines))
    if not parcels or rules.unweighed(parcels):
        raise NotWeighed
    contents = rules.shared_out(parcels, {line.line_id: line.quantity for line in lines})
    if contents is None:
        raise ContentsDiffer
    service = _service(shipment, service_id)
    if service and (weight_g := rules.too_heavy(parcels, service.max_weight_g)):
        raise TooHeavy(service=service.name, limit=service.max_weight_g, weight=weight_g)
    is_other = service is not None and service.id != shipment.service_id
    move_shipment(shipment, "pack", now, packed_at=now, packed_by=actor.id, service_id=service.id if service else None)
    rows = _write(shipment, service, parcels)
    if is_other:
        price_anew(shipment, now)
    ParcelLine.objects.bulk_create(
        ParcelLine(parcel=row, line_id=line_id, quantity=units)
        for row, inside in zip(rows, contents, strict=True)
        for line_id, units in inside.items()
    )
    adopt_events(actor, [row for row in rows if row.tracking_number], now)
    packed = ShipmentPacked(
        order_id=shipment.order_id,
        shipment_id=shipment.id,
        number=shipment.number,
        parcels=len(rows),
        weight_g=sum(row.weight_g for row in rows),
        service=service.code if service else "",
        simulated=shipment.simulated,
    )
    events.record(actor, [packed])
    return [row.code for row in rows]


def _service(shipment: Shipment, service_id: int | None) -> Service | None:
    if service_id is None or service_id == shipment.service_id:
        return shipment.service
    found = Service.objects.select_related("carrier").filter(id=service_id, active=True).first()
    if found is None:
        raise errors.NotFound(key=service_id)
    return found


def _write(shipment: Shipment, service: Service | None, parcels: Sequence[ParcelDraft]) -> list[Parcel]:
    rows = [
        Parcel(
            shipment=shipment,
            position=position,
            code=f"{shipment.number}-{position}",
            carrier=service.carrier if service else None,
            tracking_number=plain_number(draft.tracking_number),
            weight_g=draft.weight_g,
            length_mm=draft.length_mm,
            width_mm=draft.width_mm,
            height_mm=draft.height_mm,
        )
        for position, draft in enumerate(parcels, 1)
    ]
    refuse_taken(rows)
    with numbers_once(rows):
        return Parcel.objects.bulk_create(rows)


@command(needs="logistics.ship")
def assign_tracking(actor: Actor, *, parcel_code: str, tracking_number: str, now: datetime) -> None:
    """Write down the carrier's number of a parcel; what was reported under it before is the parcel's from now on.

    What was reported under a number that was written before by mistake is the parcel's no longer.

    Raises: NotFound, NumberTaken. Emits: ShipmentMoved, ShipmentDelivered. Locks: the shipment.
    """
    code = parcel_code.strip().upper()
    shipment_id = Parcel.objects.filter(code=code).values_list("shipment_id", flat=True).first()
    if shipment_id is None:
        raise errors.NotFound(key=parcel_code)
    lock_shipments([shipment_id])
    parcel = Parcel.objects.get(code=code)
    parcel.tracking_number = plain_number(tracking_number)
    refuse_taken([parcel])
    with numbers_once([parcel]):
        parcel.save(update_fields=["tracking_number"])
    adopt_events(actor, [parcel], now)
