"""My appointments at stations: what is booked, one more, moving and calling one off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from msgspec import Struct

from steward.interfaces.portal import throttle
from steward.interfaces.portal.my.door import CUSTOMER, MyRequest, mine, only_own
from steward.kernel import parameters
from steward.modules.people.commands import appointments as commands
from steward.modules.people.commands import own_visits
from steward.modules.people.queries import stations
from steward.modules.people.queries.station_words import SERVICES, STATES, TONES
from steward.modules.people.queries.stations import AppointmentView, FreeSlot, StationView
from steward.modules.people.rules.stations import TRANSITIONS, written_code

DAYS = 7
MOST_SLOTS = 60
CHANGES_A_MINUTE = 10
BOOKINGS = parameters.define(
    "portal.bookings_open",
    5,
    unit="",
    label=gettext_lazy("Appointments a customer may have booked at once"),
    minimum=1,
    maximum=50,
)


class Visit(Struct, frozen=True):
    """One appointment as its customer reads it."""

    row: AppointmentView
    service: str
    state: str
    tone: str
    code: str
    place: StationView | None
    is_coming: bool
    until: datetime
    may_change: bool


@require_safe
@mine
def my_appointments(request: MyRequest) -> HttpResponse:
    """List this person's appointments, those to come first."""
    rows = stations.appointments_of_customers(request.visit.members)
    places = {one.id: one for one in stations.stations(with_former=True)} if rows else {}
    shown = [_visit(row, places.get(row.station_id), request.now) for row in rows]
    facts = {
        "coming": sorted((one for one in shown if one.is_coming), key=lambda one: one.row.starts_at),
        "past": [one for one in shown if not one.is_coming],
    }
    return render(request, "portal/my/appointments.html", facts)


def _visit(row: AppointmentView, place: StationView | None, now: datetime) -> Visit:
    is_coming, until = (row.state, "cancel") in TRANSITIONS, stations.changeable_until(row.starts_at)
    return Visit(
        row,
        str(SERVICES.get(row.service, row.service)),
        str(STATES[row.state]),
        TONES[row.state],
        written_code(row.code),
        place,
        is_coming,
        until,
        is_coming and now < until,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def book(request: MyRequest) -> HttpResponse:
    """Choose a station, what for and when; book it.

    Raises: TooManyVisits, NotOffered, BookedAlready, SlotTaken (as pages).
    """
    if request.method == "POST":
        _book(request)
        return redirect("my_appointments")
    return _choose(request, stations.stations(), request.GET.get("station", ""), request.GET.get("service", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def move(request: MyRequest, appointment_id: int) -> HttpResponse:
    """Choose another time for one of this person's appointments, here or at another station; move it there.

    Raises: NotFound, NotPossible, TooLateToChange, NotOffered, SlotTaken (as pages).
    """
    row = stations.appointment(appointment_id)
    only_own(request, row.customer_id, appointment_id)
    if request.method == "POST":
        throttle.hold_back("my-book", f"{request.visit.visit_id}", most=CHANGES_A_MINUTE)
        station_code, starts_at = _wanted(request)
        own_visits.move_own(
            CUSTOMER, appointment_id=row.id, starts_at=starts_at, station_code=station_code, now=request.now
        )
        return redirect("my_appointments")
    places = [one for one in stations.stations() if row.service in one.services]
    here = next((one.code for one in places if one.id == row.station_id), "")
    return _choose(request, places, request.GET.get("station", here), row.service, moving=row)


def _choose(
    request: MyRequest,
    places: Sequence[StationView],
    station_code: str,
    service: str,
    *,
    moving: AppointmentView | None = None,
) -> HttpResponse:
    """Show stations, what for, and the free times where both are chosen."""
    chosen = next((one for one in places if one.code == station_code), None)
    facts: dict[str, Any] = {
        "places": places,
        "services": {
            code: label
            for code, label in SERVICES.items()
            if any(code in one.services for one in places) and (moving is None or code == service)
        },
        "chosen": chosen,
        "service": service,
        "slots": _slots(chosen, service, request.now) if chosen and service in chosen.services else [],
        "moving": moving,
    }
    return render(request, "portal/my/book.html", facts)


def _slots(place: StationView, service: str, now: datetime) -> Sequence[FreeSlot]:
    first = now.astimezone(ZoneInfo(place.zone)).date()
    return stations.free_slots([place], service=service, first=first, days=DAYS, now=now)[:MOST_SLOTS]


def _book(request: MyRequest) -> None:
    throttle.hold_back("my-book", f"{request.visit.visit_id}", most=CHANGES_A_MINUTE)
    station_code, starts_at = _wanted(request)
    draft = commands.AppointmentDraft(
        station_code=station_code,
        service=request.POST.get("service", "")[:40],
        starts_at=starts_at,
        customer_id=request.visit.customer_id,
        note=request.POST.get("note", ""),
    )
    most = parameters.value(BOOKINGS)
    own_visits.book_own(CUSTOMER, draft=draft, family=request.visit.members, most=most, now=request.now)


def _wanted(request: MyRequest) -> tuple[str, datetime]:
    """Read which station and time were chosen. Raises: NotOffered."""
    try:
        starts_at = datetime.fromisoformat(request.POST.get("starts_at", ""))
    except ValueError as error:
        raise commands.NotOffered(station="") from error
    if starts_at.tzinfo is None:
        raise commands.NotOffered(station="")
    return request.POST.get("station", "")[:40], starts_at


@require_POST
@mine
def cancel(request: MyRequest, appointment_id: int) -> HttpResponse:
    """Call one of this person's appointments off. Raises: NotFound, NotPossible, TooLateToChange (as pages)."""
    row = stations.appointment(appointment_id)
    only_own(request, row.customer_id, appointment_id)
    own_visits.cancel_own(
        CUSTOMER, appointment_id=appointment_id, reason=_("Called off by the customer"), now=request.now
    )
    return redirect("my_appointments")
