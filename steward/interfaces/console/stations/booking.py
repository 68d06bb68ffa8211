"""Book a visit at a free time, move it, call it off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.stations import facts
from steward.kernel import moment
from steward.modules.people import queries as people
from steward.modules.people.commands import appointments as commands
from steward.modules.people.commands.appointments import AppointmentDraft
from steward.modules.people.queries import stations as queries
from steward.modules.people.queries.stations import StationView
from steward.modules.people.rules.stations import TRANSITIONS

DAYS = 14


@needs("stations.book")
def book(request: StaffRequest, station_code: str) -> HttpResponse:
    """Choose what for, a day and a free time, say who comes."""
    station, now = queries.station(station_code), moment.now()
    if request.method == "POST":
        return _book(request, station, now)
    service = request.GET.get("service", "")
    service = service if service in station.services else next(iter(station.services), "")
    today = facts.local_day(now, station.zone)
    day = facts.day_of(request.GET.get("day", ""), today)
    given = {
        "station": station,
        "services": facts.services_of(station),
        "service": service,
        "about": request.GET.get("about", "")[: facts.LONGEST_TEXT],
        "wanted": request.GET.get("at", ""),
        **times_of(station, service, day, now),
    }
    return render(request, "console/stations/book.html", given)


def times_of(station: StationView, service: str, day: Any, now: datetime) -> dict[str, Any]:
    """Give the two weeks around a day with how many times are free on each, and the day's times."""
    first = max(facts.local_day(now, station.zone), day - timedelta(days=3))
    found = queries.free_slots([station], service=service, first=first, days=DAYS, now=now) if service else []
    by_day: dict[Any, int] = {first + timedelta(days=number): 0 for number in range(DAYS)}
    for slot in found:
        local = facts.local_day(slot.starts_at, station.zone)
        by_day[local] = by_day.get(local, 0) + 1
    return {
        "day": day,
        "days": list(by_day.items()),
        "slots": [slot for slot in found if facts.local_day(slot.starts_at, station.zone) == day],
    }


def _book(request: StaffRequest, station: StationView, now: datetime) -> HttpResponse:
    about = request.POST.get("about", "")
    customer_id, kind, subject_id = facts.whom(request.actor, about)
    again = reverse("appointment_book", args=[station.code])
    if about.strip() and customer_id is None and subject_id is None:
        told = _("Nobody, or more than one, answers to “%(text)s”. Give an order's number or a whole phone number.")
        return say(request, told % {"text": about.strip()[:40]}, tone="danger")
    draft = AppointmentDraft(
        station_code=station.code,
        service=request.POST.get("service", ""),
        starts_at=_instant(request.POST.get("at", "")),
        customer_id=customer_id,
        subject_kind=kind,
        subject_id=subject_id,
        note=request.POST.get("note", ""),
    )
    try:
        made = commands.book_appointment(request.actor, draft=draft, now=now)
    except commands.SlotTaken as refusal:
        return say(request, str(refusal), tone="danger", to=f"{again}?service={draft.service}")
    return say(request, _("Booked."), to=reverse("appointment", args=[made]))


def _instant(text: str) -> datetime:
    """Read a time of a form. Raises: Http404."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if found.tzinfo is None:
        raise Http404
    return found


@require_GET
@needs("stations.view")
def appointment(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """Show one visit, and the free times it can move to."""
    visit, now = queries.appointment(appointment_id), moment.now()
    station = queries.station(visit.station_code)
    day = facts.day_of(request.GET.get("day", ""), facts.local_day(max(visit.starts_at, now), station.zone))
    can_move = (visit.state, "cancel") in TRANSITIONS and request.actor.may("stations.book")
    names = people.actor_names({visit.booked_by})
    given = {
        **facts.visits([visit])[0],
        "station": station,
        "district": facts.district_name(station.district_code),
        "booked_by": names.get(visit.booked_by, visit.booked_by),
        "can_move": can_move,
        "can_arrive": (visit.state, "arrive") in TRANSITIONS
        and facts.local_day(now, station.zone) == facts.local_day(visit.starts_at, station.zone)
        and request.actor.may("stations.counter"),
        "can_finish": (visit.state, "finish") in TRANSITIONS and request.actor.may("stations.counter"),
        **(times_of(station, visit.service, day, now) if can_move and visit.service in station.services else {}),
    }
    return render(request, "console/stations/appointment.html", given)


@require_POST
@needs("stations.book")
def move(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """Move a visit to another time."""
    starts_at = _instant(request.POST.get("at", ""))
    commands.move_appointment(request.actor, appointment_id=appointment_id, starts_at=starts_at, now=moment.now())
    return say(request, _("Moved."), to=reverse("appointment", args=[appointment_id]))


@require_POST
@needs("stations.book")
def cancel(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """Call a visit off."""
    reason = request.POST.get("reason", "")
    commands.cancel_appointment(request.actor, appointment_id=appointment_id, reason=reason, now=moment.now())
    return say(request, _("Called off; the time is free again."), to=reverse("appointment", args=[appointment_id]))
