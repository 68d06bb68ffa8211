"""How far an order's parcels are, as whoever holds its link may see it: cities, days and states; nobody's address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from steward.modules.customers.queries.divisions import divisions
from steward.modules.logistics.models import Shipment
from steward.modules.logistics.queries.shipments import EventView, ShipmentDetail, shipments_of_order
from steward.modules.logistics.rules.route_map import Place, projected, without_repeats

WIDTH, HEIGHT, MARGIN = 320, 180, 28
CITY = 4
_PARTS = re.compile(r"[\s,，、【】\[\]()（）/·-]+")


class Stop(Struct, frozen=True):
    """A city on the map. Units: points of the drawing."""

    x: float
    y: float
    name: str
    is_passed: bool


class Seen(Struct, frozen=True):
    """Where a parcel was seen: a state, a city where it is known, and when."""

    state: str
    city: str
    at: datetime


class Journey(Struct, frozen=True):
    """One shipment on its way to (or back from) a buyer."""

    number: str
    direction: str
    state: str
    carrier: str
    tracking_numbers: list[str]
    expected_date: date | None
    delivered_at: datetime | None
    handed_over_at: datetime | None
    trouble: str
    origin: str
    destination: str
    seen: list[Seen]
    stops: list[Stop]

    @property
    def passed(self) -> str:
        """Write the way that lies behind as points of a line."""
        return " ".join(f"{stop.x},{stop.y}" for stop in self.stops if stop.is_passed)

    @property
    def ahead(self) -> str:
        """Write the way that lies ahead as points of a line, from where the parcel is."""
        passed = [stop for stop in self.stops if stop.is_passed]
        rest = [stop for stop in self.stops if not stop.is_passed]
        return " ".join(f"{stop.x},{stop.y}" for stop in (*passed[-1:], *rest)) if rest else ""


def journeys(order_id: int) -> list[Journey]:
    """List how far the parcels of an order are, those that have left first. Source: LOG-5, CUS-2."""
    found = [one for one in shipments_of_order(order_id) if one.row.state != "cancelled"]
    origins = dict(
        Shipment.objects.filter(id__in=[one.row.id for one in found]).values_list("id", "warehouse__district_code")
    )
    told = [_journey(one, origins[one.row.id]) for one in found]
    return sorted(told, key=lambda one: (one.handed_over_at is None, one.number))


def _journey(one: ShipmentDetail, origin: str) -> Journey:
    row = one.row
    events = sorted(
        (event for parcel in one.parcels for event in parcel.events if event.state != "unknown" and not event.flag),
        key=lambda event: event.at,
    )
    seen = [Seen(event.state, city_of(event), event.at) for event in events]
    ends = (origin, row.district_code)
    start, end = ends if row.direction == "outbound" else ends[::-1]
    return Journey(
        number=row.number,
        direction=row.direction,
        state=row.state,
        carrier=row.carrier_name or next((parcel.carrier_name for parcel in one.parcels), ""),
        tracking_numbers=[number for number in row.tracking if number],
        expected_date=row.expected_date,
        delivered_at=row.delivered_at,
        handed_over_at=row.handed_over_at,
        trouble=row.trouble,
        origin=_city(start),
        destination=_city(end),
        seen=seen[::-1],
        stops=_stops(start, [_code_of(event) for event in events], end, is_there=row.state == "delivered"),
    )


def _stops(start: str, passed: Sequence[str], end: str, *, is_there: bool) -> list[Stop]:
    """Place the cities of a way on the map; fewer than two known ones make none."""
    behind = without_repeats([start[:CITY], *(code[:CITY] for code in passed)])
    codes = without_repeats([*behind, end[:CITY]])
    places = divisions()
    known = [(code, place) for code in codes if (place := places.coordinates_of(f"{code}00")) is not None]
    if len(known) < 2:
        return []
    points: list[Place] = projected([place for _code, place in known], width=WIDTH, height=HEIGHT, margin=MARGIN)
    reached = len(known) if is_there or codes == behind else len(known) - 1
    return [
        Stop(x, y, _city(code), at < reached)
        for at, ((code, _place), (x, y)) in enumerate(zip(known, points, strict=True))
    ]


def city_of(event: EventView) -> str:
    """Name the city of an event: by its district, else by a city's name in its place; streets and people never."""
    return _city(_code_of(event))


def _code_of(event: EventView) -> str:
    if event.district_code:
        return event.district_code
    places = divisions()
    for part in _PARTS.split(event.place):
        for name in (part, f"{part}市"):
            if codes := places.cities_named(name):
                return sorted(codes)[0]
        # 杭州转运中心, 上海分拨中心: the city is how it begins.
        for length in (2, 3, 4):
            if codes := places.cities_named(f"{part[:length]}市"):
                return sorted(codes)[0]
    return ""


def _city(code: str) -> str:
    return divisions().city_name(code if len(code) > CITY else f"{code}00") if len(code) >= CITY else ""
