"""Service stations: the directory, free times, appointments and the counter."""

from typing import Any

from ninja import Query, Router

from steward.interfaces.api import station_shapes as shapes
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.people_shapes import PathCode, PathId
from steward.interfaces.api.replies import replayable
from steward.kernel import moment
from steward.modules.customers.queries.divisions import divisions
from steward.modules.orders import queries as orders
from steward.modules.people.commands import appointments as commands
from steward.modules.people.commands.stations import StationDraft
from steward.modules.people.commands.stations import save_station as keep_station
from steward.modules.people.queries import stations as queries

router = Router(tags=["stations"])
LOOK = "stations.view"


@router.get("/stations", response=shapes.StationList, operation_id="list_stations", summary="List service stations")
def list_stations(request: ApiRequest, narrow: Query[shapes.StationQuery]) -> Any:
    """List stations, the nearest to a place or district first where one is named. Needs `stations.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require(LOOK)
    place = _place(narrow)
    service = narrow.service or ""
    if place is None:
        return {"rows": [one for one in queries.stations() if not service or service in one.services]}
    near = queries.nearest_stations(place, service=service, on=moment.now().date(), limit=50)
    rows = [shapes.StationOut.model_validate(one).model_copy(update={"distance_km": round(km, 1)}) for one, km in near]
    return {"rows": rows}


def _place(narrow: shapes.StationQuery) -> tuple[float, float] | None:
    if narrow.latitude is not None and narrow.longitude is not None:
        return narrow.latitude, narrow.longitude
    found = divisions().coordinates_of(narrow.district) if narrow.district else None
    return (found[1], found[0]) if found else None


@router.get("/stations/{code}", response=shapes.StationOut, operation_id="get_station", summary="Read a station")
def get_station(request: ApiRequest, code: PathCode) -> Any:
    """Give one station. Needs `stations.view`."""
    request.auth.require(LOOK)
    return queries.station(code)


@router.post("/stations/{code}", response=shapes.StationOut, operation_id="save_station", summary="Change a station")
@replayable
def save_station(request: ApiRequest, code: PathCode, payload: shapes.StationInput) -> shapes.StationOut:
    """Make a station, or change the one with this code. Needs `stations.manage`."""
    facts = payload.model_dump() | {"skills": tuple(payload.skills)}
    keep_station(request.auth, code=code, draft=StationDraft(**facts))
    return shapes.StationOut.model_validate(queries.station(code))


@router.get(
    "/stations/{code}/slots", response=shapes.SlotList, operation_id="list_free_slots", summary="List free times"
)
def list_free_slots(request: ApiRequest, code: PathCode, narrow: Query[shapes.SlotQuery]) -> Any:
    """List what can still be booked on some days. Needs `stations.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require(LOOK)
    station, now = queries.station(code), moment.now()
    rows = queries.free_slots([station], service=narrow.service, first=narrow.first, days=narrow.days, now=now)
    return {"rows": rows}


@router.get(
    "/stations/{code}/appointments",
    response=shapes.AppointmentList,
    operation_id="list_appointments",
    summary="Read a station's day",
)
def list_appointments(request: ApiRequest, code: PathCode, narrow: Query[shapes.DayQuery]) -> Any:
    """List the visits of a day. Needs `stations.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require(LOOK)
    station = queries.station(code)
    return {"rows": queries.appointments_of_day(station.id, narrow.day, station.zone)}


@router.post(
    "/stations/{code}/appointments",
    response=shapes.AppointmentOut,
    operation_id="book_appointment",
    summary="Book an appointment",
)
@replayable
def book_appointment(request: ApiRequest, code: PathCode, payload: shapes.AppointmentInput) -> shapes.AppointmentOut:
    """Book a visit at a free time. Needs `stations.book`, to name an order also `orders.view`."""
    customer_id, order_id = payload.customer_id, None
    if payload.order_number:
        request.auth.require("orders.view")
        order_id = orders.order_id(payload.order_number)
        customer_id = customer_id or orders.order_detail(order_id).customer_id
    draft = commands.AppointmentDraft(
        station_code=code,
        service=payload.service,
        starts_at=payload.starts_at,
        customer_id=customer_id,
        subject_kind="order" if order_id else "",
        subject_id=order_id,
        note=payload.note,
    )
    return _out(commands.book_appointment(request.auth, draft=draft, now=moment.now()))


@router.get(
    "/appointments/{id_}", response=shapes.AppointmentOut, operation_id="get_appointment", summary="Read an appointment"
)
def get_appointment(request: ApiRequest, id_: PathId) -> Any:
    """Give one visit. Needs `stations.view`."""
    request.auth.require(LOOK)
    return queries.appointment(id_)


@router.post(
    "/appointments/{id_}/move",
    response=shapes.AppointmentOut,
    operation_id="move_appointment",
    summary="Move an appointment",
)
@replayable
def move_appointment(request: ApiRequest, id_: PathId, payload: shapes.AppointmentMove) -> shapes.AppointmentOut:
    """Move a visit to another free time; its code stays. Needs `stations.book`."""
    commands.move_appointment(
        request.auth,
        appointment_id=id_,
        starts_at=payload.starts_at,
        station_code=payload.station_code or "",
        now=moment.now(),
    )
    return _out(id_)


@router.post(
    "/appointments/{id_}/cancel",
    response=shapes.AppointmentOut,
    operation_id="cancel_appointment",
    summary="Call an appointment off",
)
@replayable
def cancel_appointment(request: ApiRequest, id_: PathId, payload: shapes.AppointmentWords) -> shapes.AppointmentOut:
    """Call a visit off; its time is free again. Needs `stations.book`."""
    commands.cancel_appointment(request.auth, appointment_id=id_, reason=payload.note, now=moment.now())
    return _out(id_)


@router.post(
    "/appointments/{id_}/arrive",
    response=shapes.AppointmentOut,
    operation_id="check_in_appointment",
    summary="Check somebody in",
)
@replayable
def check_in_appointment(request: ApiRequest, id_: PathId) -> shapes.AppointmentOut:
    """Note that who was expected today is here. Needs `stations.counter`."""
    commands.check_in(request.auth, appointment_id=id_, now=moment.now())
    return _out(id_)


@router.post(
    "/appointments/{id_}/finish",
    response=shapes.AppointmentOut,
    operation_id="finish_appointment",
    summary="Finish a visit",
)
@replayable
def finish_appointment(request: ApiRequest, id_: PathId, payload: shapes.AppointmentWords) -> shapes.AppointmentOut:
    """Note that a visit is over and what came of it. Needs `stations.counter`."""
    commands.finish_appointment(request.auth, appointment_id=id_, outcome=payload.note, now=moment.now())
    return _out(id_)


def _out(appointment_id: int) -> shapes.AppointmentOut:
    return shapes.AppointmentOut.model_validate(queries.appointment(appointment_id))
