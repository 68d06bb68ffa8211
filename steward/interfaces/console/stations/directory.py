"""The directory of stations, and one station's day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.stations import facts
from steward.kernel import moment
from steward.kernel.calendar import is_open
from steward.modules.people import queries as people
from steward.modules.people.queries import station_words as words
from steward.modules.people.queries import stations as queries
from steward.modules.people.queries.stations import AppointmentView, StationView
from steward.modules.people.rules.calendars import Span, open_spans
from steward.modules.people.rules.stations import HOLDING, starts_within

UNPLACED = _("This order or district has no place on the map.")


@require_GET
@needs("stations.view")
def stations(request: StaffRequest) -> HttpResponse:
    """List stations: where, whose, what they do, how full today is; nearest first where somebody's order is named."""
    now = moment.now()
    service = request.GET.get("service", "")
    service = service if service in words.SERVICES else ""
    near = " ".join(request.GET.get("near", "").split())[: facts.LONGEST_TEXT]
    found = queries.stations(with_former=request.actor.may("stations.manage"))
    if service:
        found = [one for one in found if service in one.services]
    place = facts.place_of(request.actor, near) if near else None
    far: dict[int, float] = {}
    if place:
        today = facts.local_day(now, "Asia/Shanghai")
        nearest = queries.nearest_stations(place, service=service, on=today, limit=len(found))
        far = {one.id: km for one, km in nearest}
        found = sorted(found, key=lambda one: far.get(one.id, float("inf")))
    given = {
        "rows": _rows(found, far, now),
        "services": [(code, label, code == service) for code, label in words.SERVICES.items()],
        "service": service,
        "near": near,
        "unplaced": UNPLACED if near and place is None else "",
    }
    return render(request, "console/stations/list.html", given)


def _rows(found: list[StationView], far: dict[int, float], now: datetime) -> list[dict[str, Any]]:
    bounds = {one.id: queries.day_bounds(facts.local_day(now, one.zone), one.zone) for one in found}
    counts = queries.day_counts([(id_, span.starts_at, span.ends_at) for id_, span in bounds.items()])
    calendars = people.active_calendars()
    return [
        {
            "station": one,
            "district": facts.district_name(one.district_code),
            "services": facts.services_of(one),
            "far": f"{far[one.id]:.0f}" if one.id in far else "",
            "open": one.calendar_code in calendars and is_open(calendars[one.calendar_code], now),
            "works": one.works_on(facts.local_day(now, one.zone)),
            "expected": sum(counts.get(one.id, {}).get(state, 0) for state in ("booked", "arrived")),
            "here": counts.get(one.id, {}).get("arrived", 0),
        }
        for one in found
    ]


@require_GET
@needs("stations.view")
def station(request: StaffRequest, station_code: str) -> HttpResponse:
    """Show one station: what it is, and a day of it with every place and who has it."""
    found, now = queries.station(station_code), moment.now()
    today = facts.local_day(now, found.zone)
    day = facts.day_of(request.GET.get("day", ""), today)
    rows = queries.appointments_of_day(found.id, day, found.zone)
    skills = people.skills()
    given = {
        "station": found,
        "district": facts.district_name(found.district_code),
        "services": facts.services_of(found),
        "skills": [skills.get(code, code) for code in found.skills],
        "calendar": people.calendar_view(found.calendar_code),
        "day": day,
        "today": today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "grid": _grid(found, rows, _opening(found, day), now),
        "place_numbers": range(1, found.places + 1),
        "gone": facts.visits(one for one in rows if one.state not in HOLDING),
        "works": found.works_on(day),
        "may_book": request.actor.may("stations.book"),
    }
    return render(request, "console/stations/station.html", given)


def _opening(found: StationView, day: Any) -> list[Span]:
    bounds = queries.day_bounds(day, found.zone)
    return open_spans(people.active_calendar(found.calendar_code), bounds.starts_at, bounds.ends_at)


def _grid(found: StationView, rows: list[AppointmentView], spans: list[Span], now: datetime) -> list[dict[str, Any]]:
    """Lay a day out: a line for each slot, a cell for each place; a visit reaches over the slots it takes."""
    slots = starts_within(spans, slot_min=found.slot_min, duration_min=found.slot_min)
    shown = {one["visit"].id: one for one in facts.visits(one for one in rows if one.state in HOLDING)}
    lines: list[dict[str, Any]] = [{"at": slot.starts_at, "cells": [], "past": slot.starts_at <= now} for slot in slots]
    for place in range(1, found.places + 1):
        mine = [one["visit"] for one in shown.values() if one["visit"].place == place]
        taken_until = datetime.min.replace(tzinfo=now.tzinfo)
        for line, slot in zip(lines, slots, strict=True):
            if slot.starts_at < taken_until:
                continue
            here = next((v for v in mine if v.starts_at < slot.ends_at and v.ends_at > slot.starts_at), None)
            if here is None:
                line["cells"].append({"place": place})
                continue
            taken_until = here.ends_at
            reach = sum(1 for other in slots if slot.starts_at <= other.starts_at < here.ends_at)
            line["cells"].append({"place": place, "visit": shown[here.id], "rows": max(1, reach)})
    return lines
