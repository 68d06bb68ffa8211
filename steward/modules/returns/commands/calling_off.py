"""Take pieces out of parcels that will not come: so that another case, or another parcel, may bring them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.rules import units_on_shelf
from steward.modules.logistics.commands.returning import retract_returns
from steward.modules.logistics.queries.shipments import shipments_by_id
from steward.modules.logistics.rules.shipments import TRACKED
from steward.modules.returns.commands.moving import lock_cases
from steward.modules.returns.models import Case, Parcel, Piece


def are_under_way(pieces: Sequence[Piece]) -> bool:
    """Tell whether pieces are in a parcel that moves already, also where nobody has told their case yet."""
    parcels = Parcel.objects.filter(id__in={piece.parcel_id for piece in pieces}, cancelled_at=None)
    ids = parcels.exclude(shipment_id=None).values_list("shipment_id", flat=True)
    return any(one.state in TRACKED for one in shipments_by_id([id_ for id_ in ids if id_ is not None]))


def call_off_parcels(actor: Actor, row: Case, pieces: Sequence[Piece], now: datetime) -> None:
    """Take pieces of a locked case that were never sent out of their parcels, and out of the returns logistics expects.

    A parcel that brings none of the case any more is called off with it. Emits: ShipmentCancelled.
    """
    parcels = {one.id: one for one in Parcel.objects.filter(id__in={piece.parcel_id for piece in pieces})}
    units: dict[int, Counter[int]] = {}
    for piece in pieces:
        shipment_id = parcels[piece.parcel_id].shipment_id if piece.parcel_id else None
        if shipment_id is not None:
            units.setdefault(shipment_id, Counter())[piece.item_id] += 1
    if not parcels:
        return
    _free([piece.id for piece in pieces], parcels, now)
    for piece in pieces:
        piece.parcel = None
    components = catalog.components_of({item for inside in units.values() for item in inside})
    goods = {shipment: units_on_shelf(inside, components) for shipment, inside in units.items()}
    # Who may let a case go may thereby call off the parcels of it, and only thereby.
    shipper = dataclasses.replace(actor, permissions=actor.permissions | {"logistics.ship"})
    retract_returns(shipper, order_id=row.order_id, pieces=goods, reason=row.number, now=now)


@command(needs="returns.receive")
def free_pieces(actor: Actor, *, shipment_ids: Collection[int], now: datetime) -> int:
    """Let pieces be announced anew whose parcel's shipment was called off; a second run changes nothing.

    Returns how many parcels. Locks: the cases in id order.
    """
    gone = Parcel.objects.filter(shipment_id__in=list(shipment_ids), cancelled_at=None)
    cases = lock_cases(set(gone.values_list("case_id", flat=True)))
    parcels = list(gone.filter(case__in=cases).values_list("id", flat=True))
    waiting = Piece.objects.filter(parcel__in=parcels, reception="awaiting")
    _free(list(waiting.values_list("id", flat=True)), parcels, now)
    return len(parcels)


def _free(piece_ids: Collection[int], parcel_ids: Collection[int], now: datetime) -> None:
    Piece.objects.filter(id__in=list(piece_ids)).update(parcel=None)
    empty = Parcel.objects.filter(id__in=list(parcel_ids), cancelled_at=None, pieces=None)
    empty.update(cancelled_at=now)
