"""Work out anew where parcels and their shipments are, from everything that was ever reported of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, events, sql
from steward.kernel.actor import Actor
from steward.modules.logistics.events import ShipmentDelivered, ShipmentMoved
from steward.modules.logistics.models import Parcel, Shipment
from steward.modules.logistics.rules import shipments as lives
from steward.modules.logistics.rules.tracking_states import Scan, Whereabouts, whereabouts

PACKAGE = "steward.modules.logistics"


class Move(Struct, frozen=True):
    """A shipment that is somewhere else than before."""

    shipment: Shipment
    after: str
    at: datetime
    delivered_at: datetime | None


def place_parcels(actor: Actor, *, parcel_ids: Sequence[int], now: datetime) -> dict[int, str]:
    """Put parcels and their shipments where their events say; return the parcels' states.

    A step of commands that hold the shipments' locks. What is in the house stays in the house, whatever is reported.
    Emits: ShipmentMoved, ShipmentDelivered.
    """
    if not parcel_ids:
        return {}
    scans, expected = _events(parcel_ids)
    places = {id_: whereabouts(scans[id_]) for id_ in parcel_ids}
    _write_parcels({id_: place for id_, place in places.items() if place.last_at is not None})
    of_parcels = Parcel.objects.filter(id__in=parcel_ids).values_list("id", "shipment_id")
    arrival: dict[int, date] = {}
    for parcel_id, shipment_id in of_parcels:
        if parcel_id in expected:
            arrival[shipment_id] = max(arrival.get(shipment_id, date.min), expected[parcel_id])
    _move_shipments(actor, sorted({shipment_id for _id, shipment_id in of_parcels}), arrival, now)
    return {id_: place.state for id_, place in places.items()}


def _events(parcel_ids: Sequence[int]) -> tuple[dict[int, list[Scan]], dict[int, date]]:
    """Read all events of parcels, and the day the latest of them names for the arrival."""
    scans: dict[int, list[Scan]] = defaultdict(list)
    expected: dict[int, tuple[datetime, date]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "events_of_parcels"), {"ids": arrays.integers(parcel_ids)})
        for parcel_id, state, at, flag, day in cursor.fetchall():
            scans[parcel_id].append(Scan(state, at, flag))
            if day is not None and not flag:
                expected[parcel_id] = max(expected.get(parcel_id, (at, day)), (at, day))
    return scans, {id_: day for id_, (_at, day) in expected.items()}


def _write_parcels(places: Mapping[int, Whereabouts]) -> None:
    if not places:
        return
    found = sorted(places.items())
    columns = {
        "ids": arrays.integers([id_ for id_, _place in found]),
        "states": arrays.texts([place.state for _id, place in found]),
        "since": arrays.instants([place.since or place.last_at for _id, place in found]),
        "last": arrays.instants([place.last_at for _id, place in found]),
        "back": arrays.flags([place.going_back for _id, place in found]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "place_parcels"), columns)


def _move_shipments(actor: Actor, ids: Sequence[int], arrival: Mapping[int, date], now: datetime) -> None:
    """Let shipments follow their parcels, and say so."""
    parcels: dict[int, list[tuple[str, datetime | None]]] = defaultdict(list)
    for shipment_id, state, since in Parcel.objects.filter(shipment_id__in=ids).values_list(
        "shipment_id", "state", "state_since"
    ):
        parcels[shipment_id].append((state, since))
    shipments = Shipment.objects.filter(id__in=ids).order_by("id")
    moves = [move for one in shipments if (move := _moved(one, parcels[one.id], now)) is not None]
    late = [one for one in shipments if one.id in arrival and one.expected_date != arrival[one.id]]
    Shipment.objects.bulk_update(
        [Shipment(id=one.id, expected_date=arrival[one.id]) for one in late], ["expected_date"], batch_size=2_000
    )
    _write_shipments(moves)
    _announce(actor, moves)


def _moved(one: Shipment, parcels: Sequence[tuple[str, datetime | None]], now: datetime) -> Move | None:
    """Tell where a shipment is now, if it is elsewhere than before and has left the house."""
    seen = [state or "handed_over" for state, _since in parcels]
    moving = any(state for state, _since in parcels)
    returning = one.direction == "return" and one.state == "planned" and moving
    if one.state not in lives.TRACKED and not returning:
        return None
    after = lives.state_of_parcels(seen)
    if after == one.state:
        return None
    at = max((since for _state, since in parcels if since), default=now)
    return Move(one, after, at, at if after == "delivered" else None)


def _write_shipments(moves: Sequence[Move]) -> None:
    if not moves:
        return
    columns = {
        "ids": arrays.integers([move.shipment.id for move in moves]),
        "befores": arrays.texts([move.shipment.state for move in moves]),
        "states": arrays.texts([move.after for move in moves]),
        "since": arrays.instants([move.at for move in moves]),
        "delivered": arrays.instants([move.delivered_at for move in moves]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "place_shipments"), columns)


def _announce(actor: Actor, moves: Sequence[Move]) -> None:
    said: list[events.Event] = [
        ShipmentMoved(
            order_id=move.shipment.order_id,
            shipment_id=move.shipment.id,
            number=move.shipment.number,
            direction=move.shipment.direction,
            before=move.shipment.state,
            after=move.after,
            at=move.at,
            simulated=move.shipment.simulated,
        )
        for move in moves
    ]
    said += [
        ShipmentDelivered(
            order_id=move.shipment.order_id,
            shipment_id=move.shipment.id,
            number=move.shipment.number,
            direction=move.shipment.direction,
            at=move.at,
            simulated=move.shipment.simulated,
        )
        for move in moves
        if move.after == "delivered"
    ]
    events.record(actor, said)
