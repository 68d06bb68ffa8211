"""Pick a shipment: take it, scan piece by piece, put it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.commands.shipment_moving import (
    lock_outbound,
    lock_shipments,
    move_shipment,
    move_shipments,
)
from steward.modules.logistics.events import ShipmentReopened
from steward.modules.logistics.models import Parcel, Shipment, ShipmentLine
from steward.modules.logistics.rules import picking as rules


class WrongItem(errors.Refusal):
    """Refuse an item that does not belong into the parcel."""

    code = "wrong_item"
    message = _("%(code)s does not belong into this parcel.")


class WrongLot(errors.Refusal):
    """Refuse the right item of a lot that was not set aside."""

    code = "wrong_lot"
    message = _("%(code)s is the right item of the wrong lot; take lot %(lots)s.")


class OneTooMany(errors.Refusal):
    """Refuse a piece of an item that is complete."""

    code = "one_too_many"
    message = _("%(code)s is complete already: one too many.")


class NothingRead(errors.Refusal):
    """Refuse a scan without content."""

    code = "nothing_read"
    status = 422
    message = _("Nothing was read. Scan again.")


REFUSALS: Mapping[str, type[errors.Refusal]] = {
    "wrong_item": WrongItem,
    "wrong_lot": WrongLot,
    "too_many": OneTooMany,
    "unreadable": NothingRead,
}


class Progress(Struct, frozen=True):
    """How far the picking of a shipment is. Units: pieces."""

    line_id: int
    picked: int
    quantity: int
    left: int


@command(needs="logistics.ship")
def start_picking(actor: Actor, *, numbers: Sequence[str], now: datetime) -> int:
    """Take shipments for picking; those that somebody took already stay theirs. Returns how many were taken.

    Locks: shipments in id order.
    """
    ids = Shipment.objects.filter(number__in=numbers, state="planned", direction="outbound").values_list(
        "id", flat=True
    )
    found = [one for one in lock_shipments(ids).values() if one.state == "planned"]
    move_shipments(found, "pick", now, picked_by=actor.id)
    return len(found)


@command(needs="logistics.ship")
def scan_piece(actor: Actor, *, number: str, code: str, now: datetime, units: int = 1) -> Progress:
    """Count what was scanned at the packing table for the line it belongs to; the first scan takes the shipment.

    Raises: NotFound, NotPossible, WrongItem, WrongLot, OneTooMany, NothingRead. Locks: the shipment.
    """
    shipment = lock_outbound(number, "scan")
    if shipment.state == "planned":
        move_shipment(shipment, "pick", now, picked_by=actor.id)
    if shipment.state != "picking":
        raise errors.NotPossible(state=shipment.state, verb="scan")
    lines = wanted_lines(shipment)
    found = rules.scanned(code, lines, units=units)
    if found.line_id is None:
        sku = rules.read_code(code)[0]
        lots = ", ".join(
            sorted(
                {line.lot_code for line in lines if sku in (line.sku.upper(), line.barcode.upper()) and line.lot_code}
            )
        )
        raise REFUSALS[found.refused](code=code.strip()[:60], lots=lots)
    line = next(line for line in lines if line.line_id == found.line_id)
    ShipmentLine.objects.filter(id=line.line_id).update(picked=line.picked + units)
    left = sum(one.left for one in lines) - units
    return Progress(line.line_id, line.picked + units, line.quantity, left)


@command(needs="logistics.ship")
def put_back(actor: Actor, *, number: str, reason: str, now: datetime) -> None:
    """Undo the last step of a shipment that has not left: packed is unpacked, picked is put back on the shelf.

    Raises: NotFound, NotPossible. Emits: ShipmentReopened. Locks: the shipment.
    """
    shipment = lock_outbound(number, "put_back")
    verb = "unpack" if shipment.state == "packed" else "put_back"
    move_shipment(shipment, verb, now)
    if verb == "unpack":
        Parcel.objects.filter(shipment=shipment).delete()
        Shipment.objects.filter(id=shipment.id).update(packed_at=None, packed_by="", labels_printed_at=None)
    else:
        ShipmentLine.objects.filter(shipment=shipment).update(picked=0)
        Shipment.objects.filter(id=shipment.id).update(picked_by="")
    reopened = ShipmentReopened(
        order_id=shipment.order_id,
        shipment_id=shipment.id,
        number=shipment.number,
        verb=verb,
        reason=reason[:200],
        simulated=shipment.simulated,
    )
    events.record(actor, [reopened])


def wanted_lines(shipment: Shipment) -> list[rules.Wanted]:
    """Read what is to be scanned, lots that expire first first."""
    rows = ShipmentLine.objects.filter(shipment=shipment).order_by("item__sku", "lot_code", "id")
    fields = ("id", "item__sku", "item__barcode", "lot_code", "quantity", "picked")
    return [rules.Wanted(*row) for row in rows.values_list(*fields)]
