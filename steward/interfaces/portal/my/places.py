"""My appointments at stations: what is booked, one more, and calling one off."""

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
from steward.kernel.errors import Refusal
from steward.modules.people.commands import appointments as commands
from steward.modules.people.queries import stations
from steward.modules.people.queries.station_words import SERVICES, STATES, TONES
from steward.modules.people.queries.stations import AppointmentView, FreeSlot, StationView
from steward.modules.people.rules.stations import TRANSITIONS, written_code

DAYS = 7
MOST_SLOTS = 60
BOOKINGS = parameters.define(
    "portal.bookings_open",
    5,
    unit="",
    label=gettext_lazy("Appointments a customer may have booked at once"),
    minimum=1,
    maximum=50,
)


class TooManyVisits(Refusal):
    """Refuse one more appointment than somebody may have at once."""

    code = "too_many_visits"
    status = 409
    message = gettext_lazy("You have %(count)s appointments already. Call one off first.")


class Visit(Struct, frozen=True):
    """One appointment as its customer reads it."""

    row: AppointmentView
    service: str
    state: str
    tone: str
    code: str
    place: StationView | None
    may_cancel: bool


@require_safe
@mine
def my_appointments(request: MyRequest) -> HttpResponse:
    """List this person's appointments, those to come first."""
    rows = stations.appointments_of_customers(request.visit.members)
    places = {one.id: one for one in stations.stations(with_former=True)} if rows else {}
    shown = [_visit(row, places.get(row.station_id)) for row in rows]
    facts = {
        "coming": sorted((one for one in shown if one.may_cancel), key=lambda one: one.row.starts_at),
        "past": [one for one in shown if not one.may_cancel],
    }
    return render(request, "portal/my/appointments.html", facts)


def _visit(row: AppointmentView, place: StationView | None) -> Visit:
    return Visit(
        row,
        str(SERVICES.get(row.service, row.service)),
        str(STATES[row.state]),
        TONES[row.state],
        written_code(row.code),
        place,
        (row.state, "cancel") in TRANSITIONS,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def book(request: MyRequest) -> HttpResponse:
    """Choose a station, what for and when; book it. Raises: TooManyVisits, NotOffered, SlotTaken (as pages)."""
    if request.method == "POST":
        _book(request)
        return redirect("my_appointments")
    places = stations.stations()
    chosen = next((one for one in places if one.code == request.GET.get("station")), None)
    service = request.GET.get("service", "")
    facts: dict[str, Any] = {
        "places": places,
        "services": {code: label for code, label in SERVICES.items() if any(code in one.services for one in places)},
        "chosen": chosen,
        "service": service,
        "slots": _slots(chosen, service, request.now) if chosen and service in chosen.services else [],
    }
    return render(request, "portal/my/book.html", facts)


def _slots(place: StationView, service: str, now: datetime) -> Sequence[FreeSlot]:
    first = now.astimezone(ZoneInfo(place.zone)).date()
    return stations.free_slots([place], service=service, first=first, days=DAYS, now=now)[:MOST_SLOTS]


def _book(request: MyRequest) -> None:
    throttle.hold_back("my-book", f"{request.visit.visit_id}", most=10)
    most = parameters.value(BOOKINGS)
    held = [
        one for one in stations.appointments_of_customers(request.visit.members, limit=100) if one.state == "booked"
    ]
    if len(held) >= most:
        raise TooManyVisits(count=len(held))
    try:
        starts_at = datetime.fromisoformat(request.POST.get("starts_at", ""))
    except ValueError as error:
        raise commands.NotOffered(station="") from error
    if starts_at.tzinfo is None:
        raise commands.NotOffered(station="")
    draft = commands.AppointmentDraft(
        station_code=request.POST.get("station", "")[:40],
        service=request.POST.get("service", "")[:40],
        starts_at=starts_at,
        customer_id=request.visit.customer_id,
        note=request.POST.get("note", ""),
    )
    commands.book_appointment(CUSTOMER, draft=draft, now=request.now)


@require_POST
@mine
def cancel(request: MyRequest, appointment_id: int) -> HttpResponse:
    """Call one of this person's appointments off. Raises: NotFound, NotPossible (as pages)."""
    row = stations.appointment(appointment_id)
    only_own(request, row.customer_id, appointment_id)
    commands.cancel_appointment(
        CUSTOMER, appointment_id=appointment_id, reason=_("Called off by the customer"), now=request.now
    )
    return redirect("my_appointments")
