"""The counter of a station today: who comes when, who stands here, who is served."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.stations import facts
from steward.kernel import moment
from steward.kernel.errors import Refusal
from steward.modules.customers.queries.merged import family
from steward.modules.people.commands import appointments as commands
from steward.modules.people.queries import stations as queries
from steward.modules.people.queries.stations import AppointmentView, StationView
from steward.modules.people.rules.stations import read_code


@needs("stations.counter")
def today(request: StaffRequest, station_code: str) -> HttpResponse:
    """Show who comes today, by time; a scanner or a person types a code, a phone or an order to check somebody in."""
    station, now = queries.station(station_code), moment.now()
    day = facts.local_day(now, station.zone)
    rows = queries.appointments_of_day(station.id, day, station.zone)
    given: dict[str, Any] = {"station": station, "day": day, "now": now, "q": "", "found": None}
    if request.method == "POST":
        text = " ".join(request.POST.get("q", "").split())[: facts.LONGEST_TEXT]
        matches = _expected(request, station, text)
        waiting = [one for one in matches if one.state in ("booked", "missed")]
        if len(waiting) == 1:
            return _check_in(request, station, waiting[0])
        given |= {"q": text, "found": facts.visits(matches)}
    visits = [one for one in facts.visits(rows) if one["visit"].state != "cancelled"]
    given |= {
        "coming": [one for one in visits if one["visit"].state == "booked"],
        "here": [one for one in visits if one["visit"].state == "arrived"],
        "over": [one for one in visits if one["visit"].state in ("done", "missed")],
        "may_book": request.actor.may("stations.book"),
    }
    return render(request, "console/stations/today.html", given)


def _expected(request: StaffRequest, station: StationView, text: str) -> list[AppointmentView]:
    """Find today's visits by what was typed or scanned."""
    if not text:
        return []
    day = facts.local_day(moment.now(), station.zone)
    if code := read_code(text):
        found = queries.expected_today(station.id, day=day, zone=station.zone, code=code)
        if found:
            return found
    return queries.expected_today(
        station.id,
        day=day,
        zone=station.zone,
        customer_ids=family(facts.people_named(request.actor, text)),
        subjects=[(kind, id_) for kind, id_, _customer_id in facts.subjects_named(request.actor, text)],
    )


def _check_in(request: StaffRequest, station: StationView, visit: AppointmentView) -> HttpResponse:
    to = reverse("station_today", args=[station.code])
    try:
        commands.check_in(request.actor, appointment_id=visit.id, now=moment.now())
    except Refusal as refusal:
        return say(request, str(refusal), tone="danger", to=to)
    row = facts.visits([visit])[0]
    who = row["who"].name if row["who"] else row["code"]
    return say(request, _("%(who)s is here: %(service)s.") % {"who": who, "service": row["service"]}, to=to)


@require_POST
@needs("stations.counter")
def arrive(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """Note that somebody is here."""
    commands.check_in(request.actor, appointment_id=appointment_id, now=moment.now())
    return say(request, _("Noted."))


@require_POST
@needs("stations.counter")
def finish(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """Note that a visit is over."""
    outcome = request.POST.get("outcome", "")
    commands.finish_appointment(request.actor, appointment_id=appointment_id, outcome=outcome, now=moment.now())
    return say(request, _("Done."))
