"""Announce parcels that customers send back, so that they are followed like those we sent. Source: LOG-5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, numbering
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory import queries as inventory
from steward.modules.logistics.commands.adopting import adopt_events
from steward.modules.logistics.commands.parcel_numbers import numbers_once, refuse_taken
from steward.modules.logistics.commands.shipment_moving import lock_shipments
from steward.modules.logistics.commands.shipments import PREFIX, SEQUENCE, call_off
from steward.modules.logistics.events import ReturnAnnounced
from steward.modules.logistics.models import Carrier, Parcel, Shipment, ShipmentLine
from steward.modules.logistics.queries.tracking import guess_carrier
from steward.modules.logistics.rules import returns as rules
from steward.modules.logistics.rules.shipments import TRACKED
from steward.modules.logistics.rules.tracking_states import plain_number


class NothingLeft(errors.Refusal):
    """Refuse a return of what never left the house."""

    code = "nothing_to_return"
    status = 409
    message = _("Nothing of %(number)s can come back: it has not left, or is a return itself.")


class TooMuchBack(errors.Refusal):
    """Refuse a return of goods that were not sent, or of more than is still out."""

    code = "more_than_was_sent"
    status = 422
    message = _("Of %(sku)s at most %(most)s can come back in this parcel.")


class ReturnDraft(Struct, frozen=True, kw_only=True):
    """A parcel that comes back of a shipment.

    `pieces` by SKU, all that the parcel brings; none: all that is still out. `carrier` "": whose the number looks
    like. `warehouse` "": where it came from. The number may follow later.
    """

    shipment: str
    tracking_number: str = ""
    carrier: str = ""
    warehouse: str = ""
    pieces: Mapping[str, int] = {}


@command(needs="logistics.ship")
def announce_return(actor: Actor, *, draft: ReturnDraft, now: datetime) -> str:
    """Write down a parcel a customer sends back; what is reported of its number moves it from now on. Returns "SH-…".

    The same number of the same order a second time is the same return; pieces it did not bring yet come on top. What
    was reported of it before is its own.
    Raises: NotFound, NothingLeft, TooMuchBack, NumberTaken. Emits: ReturnAnnounced, ShipmentMoved, ShipmentDelivered.
    Locks: the order's shipments in id order. Source: LOG-5.
    """
    sent, siblings = _locked(draft.shipment)
    number = plain_number(draft.tracking_number)
    carrier = _carrier(draft.carrier, number)
    known = _announced(siblings, number, carrier) if number else None
    wanted = _missing(known, draft.pieces) if known else draft.pieces
    if known and not wanted:
        return known.number
    if sent.direction != "outbound" or sent.state not in TRACKED:
        raise NothingLeft(number=sent.number)
    lines = _lines(sent, siblings, wanted)
    back = known or _written(sent, draft.warehouse, now)
    for line in lines:
        line.shipment = back
    ShipmentLine.objects.bulk_create(lines)
    parcels = [] if known else [_parcel(back, carrier, number)]
    announced = ReturnAnnounced(
        order_id=back.order_id,
        shipment_id=back.id,
        number=back.number,
        of=sent.number,
        carrier=carrier.code if carrier else "",
        tracking_number=number,
        pieces=sum(line.quantity for line in lines),
        simulated=back.simulated,
    )
    events.record(actor, [announced])
    adopt_events(actor, parcels, now)
    return back.number


@command(needs="logistics.ship")
def retract_returns(
    actor: Actor, *, order_id: int, pieces: Mapping[int, Mapping[int, int]], reason: str, now: datetime
) -> None:
    """Take pieces out of an order's returns that nobody has sent yet: shipment → item → pieces.

    A return that brings nothing any more is called off; one on its way stays as it is. Emits: ShipmentCancelled.
    Locks: the shipments in id order.
    """
    own = Shipment.objects.filter(id__in=list(pieces), order_id=order_id, direction="return")
    found = {
        id_: one for id_, one in lock_shipments(own.values_list("id", flat=True)).items() if one.state == "planned"
    }
    left: Counter[int] = Counter()
    gone: list[ShipmentLine] = []
    less: list[ShipmentLine] = []
    over = {id_: Counter(pieces[id_]) for id_ in found}
    for line in ShipmentLine.objects.filter(shipment__in=found).order_by("id"):
        taken = min(line.quantity, over[line.shipment_id][line.item_id])
        over[line.shipment_id][line.item_id] -= taken
        line.quantity -= taken
        left[line.shipment_id] += line.quantity
        (less if line.quantity else gone).append(line)
    ShipmentLine.objects.bulk_update(less, ["quantity"])
    empty = [one for id_, one in found.items() if not left[id_]]
    ShipmentLine.objects.filter(id__in=[one.id for one in gone if left[one.shipment_id]]).delete()
    call_off(actor, empty, reason, now)


def _locked(number: str) -> tuple[Shipment, list[Shipment]]:
    """Lock every shipment of the order one belongs to, so that two returns at once do not bring back the same piece."""
    order_id = Shipment.objects.filter(number=number.strip().upper()).values_list("order_id", flat=True).first()
    if order_id is None:
        raise errors.NotFound(key=number)
    ids = Shipment.objects.filter(order_id=order_id).values_list("id", flat=True)
    siblings = list(lock_shipments(ids).values())
    return next(one for one in siblings if one.number == number.strip().upper()), siblings


def _carrier(code: str, number: str) -> Carrier | None:
    """Find the carrier that was named, else the one the number is surest of; nobody where it fits none of ours."""
    if code:
        named = Carrier.objects.filter(code=code).first()
        if named is None:
            raise errors.NotFound(key=code)
        return named
    likely = guess_carrier(number)[:1] if number else []
    return Carrier.objects.filter(code=likely[0].carrier_code).first() if likely else None


def _announced(siblings: Sequence[Shipment], number: str, carrier: Carrier | None) -> Shipment | None:
    returns = {one.id: one for one in siblings if one.direction == "return" and one.state != "cancelled"}
    same = Parcel.objects.filter(shipment__in=returns, tracking_number=number, carrier=carrier)
    found = same.values_list("shipment_id", flat=True).first()
    return returns[found] if found is not None else None


def _missing(known: Shipment, pieces: Mapping[str, int]) -> dict[str, int]:
    """Tell what a return does not bring yet of the pieces it is to bring."""
    inside = _units([known.id])
    return {sku.strip(): units - inside[sku.strip()] for sku, units in pieces.items() if units > inside[sku.strip()]}


def _lines(sent: Shipment, siblings: Sequence[Shipment], pieces: Mapping[str, int]) -> list[ShipmentLine]:
    """Take what comes back from the shipment's lines: what was asked for, of what no other return brings back."""
    rows = list(ShipmentLine.objects.filter(shipment=sent).select_related("item").order_by("item__sku", "id"))
    inside = Counter[str]()
    for row in rows:
        inside[row.item.sku] += row.quantity
    out = _units([one.id for one in siblings if one.direction == "outbound" and one.state in TRACKED])
    back = _units([one.id for one in siblings if one.direction == "return" and one.state != "cancelled"])
    most = {sku: min(units, out[sku] - back[sku]) for sku, units in inside.items()}
    wanted = {sku.strip(): units for sku, units in pieces.items()} or {sku: n for sku, n in most.items() if n > 0}
    if not wanted:
        raise NothingLeft(number=sent.number)
    if (fault := rules.too_much(wanted, most)) is not None:
        raise TooMuchBack(sku=fault, most=max(most.get(fault, 0), 0))
    taken = rules.shared_out(wanted, [(row.id, row.item.sku, row.quantity) for row in rows])
    return [
        ShipmentLine(item_id=row.item_id, lot_code=row.lot_code, quantity=taken[row.id])
        for row in rows
        if row.id in taken
    ]


def _units(shipment_ids: Sequence[int]) -> Counter[str]:
    rows = ShipmentLine.objects.filter(shipment_id__in=shipment_ids).values_list("item__sku")
    return Counter(dict(rows.annotate(units=Sum("quantity"))))


def _parcel(back: Shipment, carrier: Carrier | None, number: str) -> Parcel:
    """Write the one parcel of a return. Raises: NumberTaken."""
    parcel = Parcel(shipment=back, code=f"{back.number}-1", carrier=carrier, tracking_number=number)
    refuse_taken([parcel])
    with numbers_once([parcel]):
        parcel.save(force_insert=True)
    return parcel


def _written(sent: Shipment, warehouse: str, now: datetime) -> Shipment:
    to = inventory.warehouse_id(warehouse) if warehouse else sent.warehouse_id
    id_ = numbering.next_ids(SEQUENCE, 1)[0]
    return Shipment.objects.create(
        id=id_,
        number=numbering.number(PREFIX, id_, now),
        order_id=sent.order_id,
        order_number=sent.order_number,
        direction="return",
        warehouse_id=to,
        state="planned",
        state_since=now,
        district_code=sent.district_code,
        storage_class=sent.storage_class,
        planned_at=now,
        currency=sent.currency,
        simulated=sent.simulated,
    )
