"""Shipments as pages, programs and buyers see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import get_language
from msgspec import Struct

from steward.kernel import errors
from steward.modules.customers.queries.divisions import divisions
from steward.modules.logistics.models import Manifest, Parcel, Shipment, ShipmentLine, TrackingEvent
from steward.modules.logistics.rules import shipments as lives
from steward.modules.logistics.rules.tracking_states import plain_number


class ShipmentRow(Struct, frozen=True):
    """A shipment in a list. Units: minor currency units, grams, pieces."""

    id: int
    number: str
    order_id: int
    order_number: str
    direction: str
    state: str
    state_since: datetime
    warehouse_code: str
    warehouse_name: str
    service_code: str
    service_name: str
    carrier_code: str
    carrier_name: str
    district_code: str
    storage_class: str
    promised_date: date | None
    expected_date: date | None
    planned_at: datetime
    handed_over_at: datetime | None
    delivered_at: datetime | None
    manifest: str
    trouble: str
    price_minor: int
    currency: str
    labels_printed_at: datetime | None
    simulated: bool
    pieces: int = 0
    picked: int = 0
    tracking: tuple[str, ...] = ()

    @property
    def city(self) -> str:
        """Name the city it goes to."""
        return divisions().city_name(self.district_code) if self.district_code else ""

    @property
    def is_open(self) -> bool:
        """Tell whether it is still in the house or on its way."""
        return self.state in lives.LIVE


class LineView(Struct, frozen=True):
    """Goods of a shipment. Units: pieces."""

    id: int
    sku: str
    name: str
    lot_code: str
    quantity: int
    picked: int

    @property
    def left(self) -> int:
        """Return how many are still to be scanned."""
        return self.quantity - self.picked


class EventView(Struct, frozen=True):
    """One event of a parcel, as it was reported."""

    id: int
    state: str
    code: str
    text: str
    place: str
    district_code: str
    at: datetime
    flag: str
    source: str
    received_at: datetime


class ParcelView(Struct, frozen=True):
    """One parcel with all that was reported of it, newest first. Units: grams, millimetres."""

    id: int
    code: str
    position: int
    carrier: str
    carrier_name: str
    tracking_number: str
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    state: str
    state_since: datetime | None
    going_back: bool
    events: list[EventView]


class ShipmentDetail(Struct, frozen=True):
    """A shipment with its goods and parcels."""

    row: ShipmentRow
    lines: list[LineView]
    parcels: list[ParcelView]
    picked_by: str
    packed_at: datetime | None
    packed_by: str

    @property
    def left(self) -> int:
        """Return how many pieces are still to be scanned."""
        return sum(line.left for line in self.lines)

    @property
    def weight_g(self) -> int:
        """Add up what the parcels weigh."""
        return sum(parcel.weight_g for parcel in self.parcels)


class ShipmentFilters(Struct, frozen=True):
    """How a list of shipments is narrowed; `text` finds numbers of shipments, orders, parcels and manifests."""

    states: tuple[str, ...] = ()
    warehouse: str = ""
    carrier: str = ""
    direction: str = ""
    trouble: str = ""
    text: str = ""
    order_ids: frozenset[int] | None = None


_FIELDS = (
    "id", "number", "order_id", "order_number", "direction", "state", "state_since", "warehouse__code",
    "warehouse__name", "service__code", "service__name", "service__carrier__code", "service__carrier__name",
    "district_code", "storage_class", "promised_date", "expected_date", "planned_at", "handed_over_at",
    "delivered_at", "manifest__number", "trouble", "price_minor", "currency", "labels_printed_at", "simulated",
)  # fmt: skip


def shipments_page(filters: ShipmentFilters, *, before_id: int | None = None, limit: int = 50) -> list[ShipmentRow]:
    """List shipments, newest first, one page of them."""
    found = _narrowed(filters)
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    return _rows(found.order_by("-id")[:limit])


def shipments_by_id(ids: Collection[int]) -> list[ShipmentRow]:
    """Read some shipments, in the order of their ids."""
    return _rows(Shipment.objects.filter(id__in=list(ids)).order_by("id")) if ids else []


def _narrowed(filters: ShipmentFilters) -> QuerySet[Shipment]:
    found = Shipment.objects.all()
    if filters.states:
        found = found.filter(state__in=filters.states)
    if filters.warehouse:
        found = found.filter(warehouse__code=filters.warehouse)
    if filters.carrier:
        found = found.filter(service__carrier__code=filters.carrier)
    if filters.direction:
        found = found.filter(direction=filters.direction)
    if filters.trouble:
        found = found.exclude(trouble="") if filters.trouble == "any" else found.filter(trouble=filters.trouble)
    if filters.order_ids is not None:
        found = found.filter(order_id__in=filters.order_ids)
    text = filters.text.strip().upper()[:40]
    if text:
        parcels = Parcel.objects.filter(Q(tracking_number=plain_number(text)) | Q(code=text))
        named = Q(number=text) | Q(order_number=text) | Q(manifest__number=text)
        found = found.filter(named | Q(id__in=list(parcels.values_list("shipment_id", flat=True)[:50])))
    return found


def _rows(found: Iterable[Shipment]) -> list[ShipmentRow]:
    read: Any = found
    rows: list[Any] = [
        tuple("" if value is None and at in _TEXTS else value for at, value in enumerate(row))
        for row in read.values_list(*_FIELDS)
    ]
    ids = [row[0] for row in rows]
    pieces = {
        id_: (units, done)
        for id_, units, done in ShipmentLine.objects.filter(shipment_id__in=ids)
        .values_list("shipment_id")
        .annotate(units=Sum("quantity"), done=Sum("picked"))
    }
    tracking: dict[int, list[str]] = {}
    for id_, number in (
        Parcel.objects.filter(shipment_id__in=ids).order_by("position").values_list("shipment_id", "tracking_number")
    ):
        tracking.setdefault(id_, []).append(number)
    full: list[list[Any]] = [[*row, *pieces.get(row[0], (0, 0)), tuple(tracking.get(row[0], ()))] for row in rows]
    return [ShipmentRow(*facts) for facts in full]


_TEXTS = frozenset(_FIELDS.index(name) for name in _FIELDS if "service__" in name or name == "manifest__number")


def state_counts() -> Mapping[str, int]:
    """Count shipments that are in the house or on their way by state; `trouble` counts those that need somebody.

    What customers send back is not in the house before it is here.
    """
    live = Shipment.objects.filter(state__in=lives.LIVE).exclude(state__in=lives.IN_HOUSE, direction="return")
    counts = dict(live.values_list("state").annotate(n=Count("id")))
    return counts | {"trouble": Shipment.objects.exclude(trouble="").count()}


def find_shipment(text: str) -> str:
    """Find the one shipment a scan means: by its own number, a parcel's or the carrier's. Returns "" for none."""
    rows = shipments_page(ShipmentFilters(text=text), limit=2)
    return rows[0].number if len(rows) == 1 else ""


def shipment(number: str) -> ShipmentDetail:
    """Read one shipment with goods, parcels and events. Raises: NotFound."""
    found = Shipment.objects.filter(number=number.strip().upper())
    rows = _rows(found)
    if not rows:
        raise errors.NotFound(key=number)
    return _detail(rows)[0]


def shipments_of_order(order_id: int) -> list[ShipmentDetail]:
    """List the shipments of an order, oldest first, with all that was reported."""
    return _detail(_rows(Shipment.objects.filter(order_id=order_id).order_by("id")))


def _detail(rows: Sequence[ShipmentRow]) -> list[ShipmentDetail]:
    ids = [row.id for row in rows]
    lines: dict[int, list[LineView]] = {}
    title = "item__name_en" if (get_language() or "").startswith("en") else "item__name_zh"
    goods: Any = ShipmentLine.objects.filter(shipment_id__in=ids).order_by("item__sku", "lot_code", "id")
    for shipment_id, *facts in goods.values_list(
        "shipment_id", "id", "item__sku", title, "lot_code", "quantity", "picked"
    ):
        lines.setdefault(shipment_id, []).append(LineView(*facts))
    parcels = _parcels(ids)
    people: dict[int, list[Any]] = {
        id_: facts
        for id_, *facts in Shipment.objects.filter(id__in=ids).values_list("id", "picked_by", "packed_at", "packed_by")
    }
    return [ShipmentDetail(row, lines.get(row.id, []), parcels.get(row.id, []), *people[row.id]) for row in rows]


def _parcels(shipment_ids: Sequence[int]) -> dict[int, list[ParcelView]]:
    events: dict[int, list[EventView]] = {}
    reported: Any = TrackingEvent.objects.filter(parcel__shipment_id__in=shipment_ids).order_by("-at", "-id")
    for parcel_id, *facts in reported.values_list("parcel_id", *EventView.__struct_fields__):
        events.setdefault(parcel_id, []).append(EventView(*facts))
    found: dict[int, list[ParcelView]] = {}
    rows = Parcel.objects.filter(shipment_id__in=shipment_ids).select_related("carrier").order_by("position")
    for one in rows:
        found.setdefault(one.shipment_id, []).append(
            ParcelView(
                one.id,
                one.code,
                one.position,
                one.carrier.code if one.carrier else "",
                one.carrier.name if one.carrier else "",
                one.tracking_number,
                one.weight_g,
                one.length_mm,
                one.width_mm,
                one.height_mm,
                one.state,
                one.state_since,
                one.going_back,
                events.get(one.id, []),
            )
        )
    return found


class PickRow(Struct, frozen=True):
    """One stop of a walk through a warehouse: an item and lot, how many, for which shipments. Units: pieces."""

    sku: str
    name: str
    lot_code: str
    quantity: int
    shipments: list[str]


def pick_list(numbers: Sequence[str]) -> list[PickRow]:
    """Add up what is to be picked for some shipments, in the order of the shelves (SKU, then lot)."""
    title = "item__name_en" if (get_language() or "").startswith("en") else "item__name_zh"
    found: dict[tuple[str, str, str], list[Any]] = {}
    rows: Any = ShipmentLine.objects.filter(shipment__number__in=numbers).order_by("item__sku", "lot_code", "id")
    for sku, name, lot, units, number in rows.values_list(
        "item__sku", title, "lot_code", "quantity", "shipment__number"
    ):
        entry = found.setdefault((sku, name, lot), [0, []])
        entry[0] += units
        entry[1].append(number)
    return [PickRow(*key, units, shipments) for key, (units, shipments) in found.items()]


class ManifestRow(Struct, frozen=True):
    """A hand-over. Units: grams."""

    number: str
    carrier_name: str
    warehouse_name: str
    handed_over_at: datetime
    taken_by: str
    shipment_count: int
    parcel_count: int
    weight_g: int


def manifests(limit: int = 20) -> list[ManifestRow]:
    """List the latest hand-overs."""
    rows: Any = Manifest.objects.order_by("-id").values_list(
        "number",
        "carrier__name",
        "warehouse__name",
        "handed_over_at",
        "taken_by",
        "shipment_count",
        "parcel_count",
        "weight_g",
    )
    return [ManifestRow(*row) for row in rows[:limit]]
