"""Service stations and their days: the directory, the nearest ones, what is booked, what is still free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import arrays, parameters, sql
from steward.kernel.calendar import Calendar
from steward.kernel.errors import NotFound
from steward.modules.people.models import Appointment, Station, StationService, StationSkill
from steward.modules.people.queries.calendars import active_calendars
from steward.modules.people.rules import calendars
from steward.modules.people.rules import stations as rules
from steward.modules.people.rules.calendars import Span

OWN_UNTIL_H = parameters.define(
    "people.appointment_own_until_h",
    2,
    unit="h",
    label=_("Customers move or call off their appointments themselves until so many hours before"),
    minimum=0,
    maximum=168,
)

PACKAGE = "steward.modules.people"


class StationView(Struct, frozen=True, kw_only=True):
    """One station. `services`: what can be booked and how long it takes, in minutes; `zone` is its calendar's."""

    id: int
    code: str
    name: str
    is_partner: bool
    partner_name: str
    contract_from: date | None
    contract_until: date | None
    district_code: str
    address: str
    latitude: float | None
    longitude: float | None
    phone: str
    calendar_code: str
    slot_min: int
    places: int
    note: str
    is_active: bool
    zone: str = "Asia/Shanghai"
    services: dict[str, int] = {}
    skills: list[str] = []

    def works_on(self, day: date) -> bool:
        """Tell whether it serves our customers on a day: it is open to us, and a partner's contract runs."""
        begun = self.contract_from is None or self.contract_from <= day
        return self.is_active and begun and (self.contract_until is None or day < self.contract_until)


class AppointmentView(Struct, frozen=True, kw_only=True):
    """One visit."""

    id: int
    code: str
    station_id: int
    station_code: str
    station_name: str
    service: str
    starts_at: datetime
    ends_at: datetime
    place: int
    state: str
    customer_id: int | None
    subject_kind: str
    subject_id: int | None
    note: str
    booked_at: datetime
    booked_by: str
    moved_at: datetime | None
    arrived_at: datetime | None
    settled_at: datetime | None
    outcome: str


class FreeSlot(Struct, frozen=True):
    """A time that can be booked at a station, and how many places are left in it."""

    station_id: int
    starts_at: datetime
    ends_at: datetime
    free: int


_PLAIN = StationView.__struct_fields__[:-3]
_FIELDS = tuple(
    {"station_code": "station__code", "station_name": "station__name"}.get(name, name)
    for name in AppointmentView.__struct_fields__
)


def stations(*, with_former: bool = False, codes: Collection[str] | None = None) -> list[StationView]:
    """List stations by name; a constant number of queries."""
    rows = Station.objects.all() if with_former else Station.objects.filter(is_active=True)
    if codes is not None:
        rows = rows.filter(code__in=codes)
    found = list(rows.order_by("name", "id").values(*_PLAIN))
    ids = [row["id"] for row in found]
    services: dict[int, dict[str, int]] = defaultdict(dict)
    listed = StationService.objects.filter(station_id__in=ids).order_by("id")
    for station_id, service, minutes in listed.values_list("station_id", "service", "duration_min"):
        services[station_id][service] = minutes
    skills: dict[int, list[str]] = defaultdict(list)
    held = StationSkill.objects.filter(station_id__in=ids).order_by("skill__code")
    for station_id, skill in held.values_list("station_id", "skill__code"):
        skills[station_id].append(skill)
    zones = {code: calendar.zone for code, calendar in active_calendars().items()}
    return [
        StationView(
            **row,
            zone=zones.get(row["calendar_code"], "UTC"),
            services={code: services[row["id"]][code] for code in rules.SERVICES if code in services[row["id"]]},
            skills=skills[row["id"]],
        )
        for row in found
    ]


def station(code: str) -> StationView:
    """Read one station. Raises: NotFound."""
    found = stations(with_former=True, codes=[code])
    if not found:
        raise NotFound(key=code)
    return found[0]


def nearest_stations(
    place: tuple[float, float], *, service: str = "", skill: str = "", on: date, limit: int = 5
) -> list[tuple[StationView, float]]:
    """List the stations nearest to a place that do something and work on a day, with how far they are.

    Units: (latitude, longitude) in degrees; kilometres.
    """
    fitting = [
        (one, rules.distance_km(place, (one.latitude, one.longitude)))
        for one in stations()
        if one.latitude is not None and one.longitude is not None and one.works_on(on)
        if (not service or service in one.services) and (not skill or skill in one.skills)
    ]
    return sorted(fitting, key=lambda pair: (pair[1], pair[0].id))[:limit]


def free_slots(places: Sequence[StationView], *, service: str, first: date, days: int, now: datetime) -> list[FreeSlot]:
    """List what can still be booked at stations on some days: one statement, however many stations and slots.

    What is past, closed, outside a partner's contract or full is left out.
    """
    known = active_calendars()
    wanted = [
        (one, span)
        for one in places
        if service in one.services and one.calendar_code in known
        for span in _offered(one, known[one.calendar_code], service, first, days)
        if span.starts_at > now
    ]
    if not wanted:
        return []
    asked: dict[str, Any] = {
        "stations": arrays.integers(one.id for one, _ in wanted),
        "places": arrays.integers(one.places for one, _ in wanted),
        "starts": arrays.instants(span.starts_at for _, span in wanted),
        "ends": arrays.instants(span.ends_at for _, span in wanted),
        "states": list(rules.HOLDING),
        "longest": timedelta(minutes=rules.LONGEST_MIN),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "free_slots"), asked)
        return [FreeSlot(*row) for row in cursor.fetchall()]


def offered_spans(one: StationView, calendar: Calendar, service: str, day: date) -> list[Span]:
    """List all times of a day at which something can be booked while nobody has booked anything."""
    return _offered(one, calendar, service, day, 1)


def _offered(one: StationView, calendar: Calendar, service: str, first: date, days: int) -> list[Span]:
    found = []
    for number in range(days):
        day = first + timedelta(days=number)
        if one.works_on(day):
            bounds = day_bounds(day, one.zone)
            spans = calendars.open_spans(calendar, bounds.starts_at, bounds.ends_at)
            found += rules.starts_within(spans, slot_min=one.slot_min, duration_min=one.services[service])
    return found


def day_bounds(day: date, zone: str) -> Span:
    """Return from when to when a local day lasts."""
    return Span(calendars.instant(day, 0, zone), calendars.instant(day, calendars.DAY_MIN, zone))


def appointments_of_day(station_id: int, day: date, zone: str) -> list[AppointmentView]:
    """List a station's day by time, what was cancelled too."""
    bounds = day_bounds(day, zone)
    rows = Appointment.objects.filter(
        station_id=station_id, starts_at__gte=bounds.starts_at, starts_at__lt=bounds.ends_at
    )
    return _views(rows.order_by("starts_at", "place", "id").values_list(*_FIELDS))


def appointments_of_customers(customer_ids: Collection[int], *, limit: int = 20) -> list[AppointmentView]:
    """List visits of some customers, newest first."""
    rows = Appointment.objects.filter(customer_id__in=customer_ids).order_by("-starts_at", "-id")
    return _views(rows.values_list(*_FIELDS)[:limit])


def appointments_about(subject_kind: str, subject_ids: Collection[int]) -> list[AppointmentView]:
    """List visits about something, newest first."""
    rows = Appointment.objects.filter(subject_kind=subject_kind, subject_id__in=subject_ids)
    return _views(rows.order_by("-starts_at", "-id").values_list(*_FIELDS))


def appointments(appointment_ids: Iterable[int]) -> list[AppointmentView]:
    """Read some visits, by id; those that do not exist are left out."""
    rows = Appointment.objects.filter(id__in=list(appointment_ids)).order_by("id")
    return _views(rows.values_list(*_FIELDS))


def appointment(appointment_id: int) -> AppointmentView:
    """Read one visit. Raises: NotFound."""
    found = _views(Appointment.objects.filter(id=appointment_id).values_list(*_FIELDS))
    if not found:
        raise NotFound(key=appointment_id)
    return found[0]


def changeable_until(starts_at: datetime) -> datetime:
    """Say until when a customer moves or calls off an appointment themselves. Source: CUS-6."""
    return starts_at - timedelta(hours=int(parameters.value(OWN_UNTIL_H)))


def expected_today(
    station_id: int,
    *,
    day: date,
    zone: str,
    code: str = "",
    customer_ids: Collection[int] = (),
    subjects: Iterable[tuple[str, int]] = (),
) -> list[AppointmentView]:
    """Find who stands at the counter: by the code of an appointment, by customer, by what it is about; today only."""
    wanted = Q(code=code) if code else Q()
    if customer_ids:
        wanted |= Q(customer_id__in=list(customer_ids))
    for kind, subject_id in subjects:
        wanted |= Q(subject_kind=kind, subject_id=subject_id)
    if not wanted:
        return []
    bounds = day_bounds(day, zone)
    rows = Appointment.objects.filter(
        wanted, station_id=station_id, starts_at__gte=bounds.starts_at, starts_at__lt=bounds.ends_at
    )
    return _views(rows.exclude(state="cancelled").order_by("starts_at").values_list(*_FIELDS))


def day_counts(days: Sequence[tuple[int, datetime, datetime]]) -> dict[int, dict[str, int]]:
    """Count each station's visits of a day by state: (station, from, until) each; one statement."""
    asked = {
        "stations": arrays.integers(one for one, _, _ in days),
        "starts": arrays.instants(start for _, start, _ in days),
        "ends": arrays.instants(end for _, _, end in days),
    }
    found: dict[int, dict[str, int]] = defaultdict(dict)
    if days:
        with connection.cursor() as cursor:
            cursor.execute(sql.load(PACKAGE, "station_day_counts"), asked)
            for station_id, state, count in cursor.fetchall():
                found[station_id][state] = count
    return dict(found)


def _views(rows: Iterable[tuple[object, ...]]) -> list[AppointmentView]:
    names = AppointmentView.__struct_fields__
    return [AppointmentView(**dict(zip(names, row, strict=True))) for row in rows]  # type: ignore[arg-type]
