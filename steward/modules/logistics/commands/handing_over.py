"""Hand parcels to a carrier: one manifest per carrier and pick-up, and with it the goods leave the ledger."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from steward.kernel import events, numbering
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.reserving import lock_leaving, ship_reservations
from steward.modules.logistics.commands.following import follow_orders
from steward.modules.logistics.commands.placing import place_parcels
from steward.modules.logistics.commands.shipment_moving import lock_shipments, move_shipments
from steward.modules.logistics.events import ShipmentHandedOver
from steward.modules.logistics.models import Manifest, Parcel, Shipment, ShipmentLine
from steward.modules.orders.commands.moving import Standing, lock_orders

SEQUENCE, PREFIX = "logistics_manifest_id_seq", "MF"
REFUSALS = ("unknown", "not_packed", "no_service", "order_not_approved", "not_reserved")


class HandOver(Struct, frozen=True):
    """What became of a hand-over: manifests, and which shipments stayed in the house and why."""

    manifests: list[str]
    refused: dict[str, str]


@command(needs="logistics.ship")
def hand_over(actor: Actor, *, numbers: Sequence[str], now: datetime, taken_by: str = "") -> HandOver:
    """Hand packed shipments to their carriers; the goods leave the stock ledger in the same transaction.

    Refusals are results: what is not packed, has no service, or whose order was called off stays. A second run hands
    over nothing more. Emits: ShipmentHandedOver, StockMoved, OrderFulfilmentChanged, ShipmentMoved, ShipmentDelivered.
    Locks: orders, then shipments, each in id order, then what lock_leaving locks for all of them. Source: LOG-4, INV-1.
    """
    wanted = [number.strip().upper() for number in dict.fromkeys(numbers)]
    known = dict(Shipment.objects.filter(number__in=wanted, direction="outbound").values_list("id", "order_id"))
    orders = lock_orders(known.values())
    shipments = lock_shipments(known)
    refused = dict.fromkeys(set(wanted) - {one.number for one in shipments.values()}, "unknown")
    lines = _reservations(shipments)
    open_ = {one.id for one in inventory.reservations_of_orders(sorted(orders)) if one.state == "open"}
    leaving = []
    for one in shipments.values():
        if why := _why_not(one, orders[one.order_id], lines[one.id], open_):
            refused[one.number] = why
        else:
            leaving.append(one)
    lock_leaving(reservation_ids=[id_ for one in leaving for id_ in lines[one.id]])
    manifests = [_close(actor, group, lines, taken_by, now) for _key, group in sorted(_groups(leaving).items())]
    whole = follow_orders(actor, {one.order_id for one in leaving}, now)
    _announce(actor, leaving, whole)
    _place_seen(actor, leaving, now)
    return HandOver([one.number for one in manifests], refused)


def _reservations(shipments: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = ShipmentLine.objects.filter(shipment_id__in=list(shipments), reservation_id__isnull=False)
    for shipment_id, reservation in rows.order_by("id").values_list("shipment_id", "reservation_id"):
        found[shipment_id].append(reservation or 0)
    return found


def _why_not(one: Shipment, order: Standing, reservations: Sequence[int], open_: set[int]) -> str:
    """Name why a shipment may not leave, or return an empty text."""
    if one.state != "packed":
        return "not_packed"
    if one.service is None:
        return "no_service"
    if order.state != "approved":
        return "order_not_approved"
    return "" if set(reservations) <= open_ else "not_reserved"


def _groups(leaving: Sequence[Shipment]) -> dict[tuple[int, int, bool], list[Shipment]]:
    """Sort shipments by who picks up where; drills never stand on a real carrier's list."""
    groups: dict[tuple[int, int, bool], list[Shipment]] = defaultdict(list)
    for one in leaving:
        if one.service is not None:
            groups[one.service.carrier_id, one.warehouse_id, one.simulated].append(one)
    return groups


def _close(
    actor: Actor, group: Sequence[Shipment], lines: Mapping[int, list[int]], taken_by: str, now: datetime
) -> Manifest:
    """Write one manifest, let the goods on it leave, and move its shipments."""
    weights = list(Parcel.objects.filter(shipment__in=group).values_list("weight_g", flat=True))
    id_ = numbering.next_ids(SEQUENCE, 1)[0]
    first = group[0]
    assert first.service is not None
    manifest = Manifest.objects.create(
        id=id_,
        number=numbering.number(PREFIX, id_, now),
        carrier_id=first.service.carrier_id,
        warehouse_id=first.warehouse_id,
        handed_over_at=now,
        handed_over_by=actor.id,
        taken_by=taken_by[:80],
        shipment_count=len(group),
        parcel_count=len(weights),
        weight_g=sum(weights),
        simulated=first.simulated,
    )
    reservations = sorted(id_ for one in group for id_ in lines[one.id])
    # Who may hand over moves stock by it, and by it only: the right to ship stands for the right to move.
    shipper = dataclasses.replace(actor, permissions=actor.permissions | {"stock.move"})
    ship_reservations(shipper, reservation_ids=reservations, reference=manifest.number, now=now)
    move_shipments(group, "hand_over", now, handed_over_at=now, manifest_id=manifest.id)
    Parcel.objects.filter(shipment__in=group, state="").update(state="handed_over", state_since=now)
    return manifest


def _place_seen(actor: Actor, leaving: Sequence[Shipment], now: datetime) -> None:
    """Let those follow their parcels whose carrier reported of them while they stood in the house."""
    seen = Parcel.objects.filter(shipment__in=leaving, last_event_at__isnull=False).order_by("id")
    place_parcels(actor, parcel_ids=list(seen.values_list("id", flat=True)), now=now)


def _announce(actor: Actor, leaving: Sequence[Shipment], whole: set[int]) -> None:
    tracking: dict[int, list[str]] = defaultdict(list)
    for shipment_id, number in (
        Parcel.objects.filter(shipment__in=leaving).order_by("id").values_list("shipment_id", "tracking_number")
    ):
        tracking[shipment_id].append(number)
    numbers = dict(Manifest.objects.filter(shipments__in=leaving).values_list("id", "number"))
    events.record(
        actor,
        [
            ShipmentHandedOver(
                order_id=one.order_id,
                shipment_id=one.id,
                number=one.number,
                carrier=one.service.carrier.code if one.service else "",
                tracking_numbers=[number for number in tracking[one.id] if number],
                manifest=numbers[one.manifest_id or 0],
                whole=one.order_id in whole,
                simulated=one.simulated,
            )
            for one in leaving
        ],
    )
