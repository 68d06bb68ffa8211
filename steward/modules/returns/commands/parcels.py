"""Announce the parcels in which pieces of a case come back; logistics tracks them like any shipment."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.rules import units_on_shelf
from steward.modules.logistics.commands.returning import ReturnDraft, announce_return
from steward.modules.logistics.queries.sent import goods_sent
from steward.modules.logistics.queries.shipments import ShipmentFilters, shipments_page
from steward.modules.logistics.rules.tracking_states import plain_number
from steward.modules.returns.commands.following import Whereabouts, follow_parcel
from steward.modules.returns.commands.moving import locked_with_order, pieces_of
from steward.modules.returns.events import ParcelAnnounced
from steward.modules.returns.models import Case, Parcel, Piece
from steward.modules.returns.rules import states


class ParcelDraft(Struct, frozen=True, kw_only=True):
    """One parcel: how it comes (own, label, pick_up, station) and which pieces; none means all that still wait.

    `carrier` "": whose the number looks like; the number may be unknown yet. `station_id` where it is dropped off.
    """

    method: str = "own"
    piece_ids: tuple[int, ...] = ()
    carrier: str = ""
    tracking_number: str = ""
    warehouse: str = ""
    station_id: int | None = None
    pick_up_from: datetime | None = None
    pick_up_to: datetime | None = None


class NothingToSend(errors.Refusal):
    """Refuse a parcel without pieces, or with pieces that are on their way or here already."""

    code = "nothing_to_send"
    status = 422
    message = _("Choose pieces of this case that are still with the customer and in no other parcel.")


class UnfitParcel(errors.Refusal):
    """Refuse a way back that is none, or misses what it needs."""

    code = "unfit_parcel"
    status = 422
    message = _("Choose how it comes back; a pick-up needs from when to when, a drop-off its station.")


class SeveralShipments(errors.Refusal):
    """Refuse to announce in one parcel what had come in several shipments."""

    code = "several_shipments"
    status = 422
    message = _("These pieces had come in several shipments: announce a parcel for each.")


@command(needs="returns.request")
def announce_parcel(actor: Actor, *, case_id: int, draft: ParcelDraft, now: datetime) -> int:
    """Announce one of the parcels of an approved case; the same tracking number again is the same parcel.

    A box whose number another case of the same customer has brings pieces of both: one shipment, a parcel for each.
    Returns its id. What goes back of orders from before Steward is not tracked. Raises: NotFound, NotPossible,
    NothingToSend, UnfitParcel, SeveralShipments, and what logistics refuses. Emits: ParcelAnnounced, ReturnAnnounced.
    Locks: the order, the case, its pieces, the order's shipments. Source: RET-3.
    """
    row = locked_with_order(actor, case_id)
    if row.state != "approved":
        raise errors.NotPossible(state=row.state, verb="announce")
    _check(draft)
    if known := _known(row, draft):
        return known.id
    pieces = _chosen(pieces_of(row), draft.piece_ids)
    together = _together(row, draft)
    elsewhere = next((one.shipment_number for one in together if one.case.order_id != row.order_id), "")
    number = elsewhere or _tracked(actor, row, pieces, together, draft, now)
    parcel, where = _in_case(row, number) or _written(actor, row, draft, number, now)
    for piece in pieces:
        piece.parcel = parcel
    Piece.objects.filter(id__in=[piece.id for piece in pieces]).update(parcel=parcel)
    announced = ParcelAnnounced(
        case_id=row.id,
        number=row.number,
        order_id=row.order_id,
        ticket_id=row.ticket_id,
        parcel_id=parcel.id,
        method=parcel.method,
        shipment=number,
        pieces=len(pieces),
        simulated=row.simulated,
    )
    events.record(actor, [announced])
    if where is not None:
        follow_parcel(actor, row, parcel, pieces, where, now)
    return parcel.id


def _check(draft: ParcelDraft) -> None:
    start, end = draft.pick_up_from, draft.pick_up_to
    window = (start is None and end is None) if draft.method != "pick_up" else bool(start and end and start < end)
    station = draft.station_id is not None if draft.method == "station" else True
    if draft.method not in states.METHODS or not window or not station:
        raise UnfitParcel


def _known(row: Case, draft: ParcelDraft) -> Parcel | None:
    """Find the parcel of the case that has this tracking number already."""
    number = plain_number(draft.tracking_number)
    own = Parcel.objects.filter(case=row, tracking_number__iexact=number, cancelled_at=None)
    return own.first() if number else None


def _together(row: Case, draft: ParcelDraft) -> list[Parcel]:
    """Find the parcels other cases of the customer have of the box with this number."""
    number = plain_number(draft.tracking_number)
    if not number:
        return []
    theirs = Q(case__order_id=row.order_id)
    if row.customer_id is not None:
        theirs |= Q(case__customer_id=row.customer_id)
    found = Parcel.objects.filter(theirs, tracking_number__iexact=number, cancelled_at=None, case__state="approved")
    return list(found.exclude(shipment_id=None).select_related("case").order_by("id"))


def _chosen(pieces: Sequence[Piece], wanted: Collection[int]) -> list[Piece]:
    free = [piece for piece in pieces if piece.reception == "awaiting" and piece.parcel_id is None and piece.live]
    chosen = [piece for piece in free if piece.id in wanted] if wanted else free
    if not chosen or (wanted and len(chosen) != len(set(wanted))):
        raise NothingToSend
    return chosen


def _tracked(
    actor: Actor, row: Case, pieces: Sequence[Piece], together: Sequence[Parcel], draft: ParcelDraft, now: datetime
) -> str:
    """Announce to logistics what comes back, of the shipment it had come with; "" where there was none."""
    goods = _goods(pieces)
    beside = _goods(Piece.objects.filter(parcel__in=together))
    inside: dict[str, Counter[int]] = {}
    skus: dict[int, str] = {}
    for one in goods_sent([row.order_id]):
        inside.setdefault(one.shipment, Counter())[one.item_id] += one.quantity
        skus[one.item_id] = one.sku
    goods = {item: n for item, n in goods.items() if item in skus}
    if not goods:
        return ""
    fitting = [number for number, has in inside.items() if all(has[item] >= n for item, n in goods.items())]
    if not fitting:
        raise SeveralShipments
    wanted = ReturnDraft(
        shipment=fitting[0],
        tracking_number=draft.tracking_number,
        carrier=draft.carrier,
        warehouse=draft.warehouse,
        pieces={skus[item]: n + beside.get(item, 0) for item, n in goods.items()},
    )
    # Who may take cases may announce the parcels of one, and only thereby.
    shipper = dataclasses.replace(actor, permissions=actor.permissions | {"logistics.ship"})
    return announce_return(shipper, draft=wanted, now=now)


def _goods(pieces: Iterable[Piece]) -> Mapping[int, int]:
    """Count pieces as what lies on the shelf: a bundle as all it consists of."""
    units = Counter(piece.item_id for piece in pieces)
    return units_on_shelf(units, catalog.components_of(units))


def _in_case(row: Case, number: str) -> tuple[Parcel, None] | None:
    """Find the parcel the case has of a shipment already: announced by another number, or none yet."""
    found = Parcel.objects.filter(case=row, shipment_number=number, cancelled_at=None).first() if number else None
    return (found, None) if found else None


def _written(
    actor: Actor, row: Case, draft: ParcelDraft, number: str, now: datetime
) -> tuple[Parcel, Whereabouts | None]:
    """Write the parcel, and tell where its shipment is by now."""
    found = shipments_page(ShipmentFilters(text=number, direction="return"), limit=1) if number else []
    parcel = Parcel.objects.create(
        case=row,
        method=draft.method,
        shipment_id=found[0].id if found else None,
        shipment_number=number,
        carrier=draft.carrier,
        tracking_number=plain_number(draft.tracking_number)[:60],
        station_id=draft.station_id,
        pick_up_from=draft.pick_up_from,
        pick_up_to=draft.pick_up_to,
        announced_at=now,
        announced_by=actor.id,
    )
    shipment = found[0] if found else None
    return parcel, Whereabouts(shipment.id, shipment.state, shipment.delivered_at or now) if shipment else None
