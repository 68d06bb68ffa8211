"""The shapes of service stations, free times and appointments."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import StringConstraints

from steward.interfaces.api.people_shapes import Day, Id
from steward.interfaces.api.schemas import Code, Filters, Input, Instant, Plain, Text
from steward.modules.people.rules.stations import LONGEST_MIN, MOST_PLACES, SERVICES

Service = Literal["repair", "return", "exchange", "installation", "pickup", "advice"]
assert set(Service.__args__) == set(SERVICES)  # type: ignore[attr-defined]
District = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Minutes = Annotated[int, Field(ge=5, le=LONGEST_MIN)]
Degrees = Annotated[float, Field(ge=-180, le=180, strict=False)]


class StationQuery(Filters):
    """Which stations to list: those that do something, the nearest to a place first. Units: degrees."""

    service: Service | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    district: District | None = None


class StationInput(Input):
    """How a station shall be. `services`: what can be booked and how long it takes. Units: minutes, degrees."""

    name: Code
    district_code: District
    address: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=Plain)]
    calendar_code: Code
    services: Annotated[dict[Service, Minutes], Field(min_length=1)]
    slot_min: Literal[10, 15, 20, 30, 45, 60, 90, 120] = 30
    places: int = Field(1, ge=1, le=MOST_PLACES)
    latitude: Degrees | None = None
    longitude: Degrees | None = None
    phone: Annotated[str, StringConstraints(max_length=40, pattern=Plain)] = ""
    skills: list[Code] = Field(default_factory=list, max_length=50)
    is_partner: bool = False
    partner_name: Annotated[str, StringConstraints(max_length=80, pattern=Plain)] = ""
    contract_from: Day | None = None
    contract_until: Day | None = None
    note: Text = ""
    is_active: bool = True


class StationOut(Schema):
    """One station; `distance_km` only where a place was named."""

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
    zone: str
    slot_min: int
    places: int
    services: dict[str, int]
    skills: list[str]
    note: str
    is_active: bool
    distance_km: float | None = None


class StationList(Schema):
    """Stations by name, or the nearest first."""

    rows: list[StationOut]


class SlotQuery(Filters):
    """Free times of which service, from which day on, for how many days."""

    service: Service
    first: Day
    days: Annotated[int, Field(ge=1, le=31)] = 7


class SlotOut(Schema):
    """A time that can be booked, and how many places are left in it."""

    starts_at: datetime
    ends_at: datetime
    free: int


class SlotList(Schema):
    """Free times, the earliest first."""

    rows: list[SlotOut]


class DayQuery(Filters):
    """Which day of the station to read."""

    day: Day


class AppointmentInput(Input):
    """A visit to book at one of the free times; customer and order are optional."""

    service: Service
    starts_at: Instant
    customer_id: Id | None = None
    order_number: Code | None = None
    note: Text = ""


class AppointmentMove(Input):
    """Where a visit goes: another free time, perhaps at another station."""

    starts_at: Instant
    station_code: Code | None = None


class AppointmentWords(Input):
    """What is noted when a visit ends or is called off."""

    note: Text = ""


class AppointmentOut(Schema):
    """One visit. `code` is said or scanned at the counter."""

    id: int
    code: str
    station_code: str
    service: str
    starts_at: datetime
    ends_at: datetime
    place: int
    state: Literal["booked", "arrived", "done", "missed", "cancelled"]
    customer_id: int | None
    subject_kind: str
    subject_id: int | None
    note: str
    booked_at: datetime
    moved_at: datetime | None
    arrived_at: datetime | None
    settled_at: datetime | None
    outcome: str


class AppointmentList(Schema):
    """Visits of one day, by time."""

    rows: list[AppointmentOut]
