"""Make and change a station."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.people.staff import errors_by_field
from steward.kernel.errors import BadInput
from steward.modules.customers.queries.divisions import divisions
from steward.modules.people import queries as people
from steward.modules.people.commands.stations import StationDraft, save_station
from steward.modules.people.queries import station_words as words
from steward.modules.people.queries import stations as queries
from steward.modules.people.queries.stations import StationView
from steward.modules.people.rules.stations import SERVICES, SLOTS_MIN

USUAL_MIN = {"repair": 60, "return": 20, "exchange": 30, "installation": 90, "pickup": 15, "advice": 30}


@needs("stations.manage")
def station_new(request: StaffRequest) -> HttpResponse:
    """Make a station."""
    return _form(request, None)


@needs("stations.manage")
def station_edit(request: StaffRequest, station_code: str) -> HttpResponse:
    """Change a station."""
    return _form(request, queries.station(station_code))


def _form(request: StaffRequest, found: StationView | None) -> HttpResponse:
    typed, errors = request.POST if request.method == "POST" else _as_typed(found), {}
    if request.method == "POST":
        code = found.code if found else typed.get("code", "").strip()
        try:
            if found is None and queries.stations(with_former=True, codes=[code]):
                raise BadInput([{"field": "code", "message": _("There is a station with this code already.")}])
            save_station(request.actor, code=code, draft=_draft(typed, is_new=found is None))
        except BadInput as refusal:
            errors = errors_by_field(refusal.findings)
        else:
            return say(request, _("Saved."), to=reverse("station", args=[code]))
    chosen = typed.getlist("services")
    given: dict[str, Any] = {
        "station": found,
        "typed": typed,
        "errors": errors,
        "calendars": people.calendar_list(),
        "slots": SLOTS_MIN,
        "services": [
            (code, words.SERVICES[code], code in chosen, typed.get(f"minutes-{code}") or USUAL_MIN[code])
            for code in SERVICES
        ],
        "skills": [(code, name, code in typed.getlist("skills")) for code, name in people.skills().items()],
    }
    return render(request, "console/stations/form.html", given, status=422 if errors else 200)


def _as_typed(found: StationView | None) -> QueryDict:
    typed = QueryDict(mutable=True)
    if found is None:
        typed.update({"calendar": "cn-office", "slot": "30", "places": "1", "active": "on"})
        return typed
    plain = ("name", "address", "phone", "note", "partner_name")
    typed.update({name: getattr(found, name) for name in plain})
    typed.update(
        {
            "district": found.district_code,
            "calendar": found.calendar_code,
            "slot": str(found.slot_min),
            "places": str(found.places),
            "latitude": "" if found.latitude is None else str(found.latitude),
            "longitude": "" if found.longitude is None else str(found.longitude),
            "contract_from": found.contract_from.isoformat() if found.contract_from else "",
            "contract_until": found.contract_until.isoformat() if found.contract_until else "",
            "partner": "on" if found.is_partner else "",
            "active": "on" if found.is_active else "",
        }
    )
    typed.setlist("services", list(found.services))
    typed.setlist("skills", found.skills)
    for service, minutes in found.services.items():
        typed[f"minutes-{service}"] = str(minutes)
    return typed


def _draft(typed: QueryDict, *, is_new: bool) -> StationDraft:
    """Read the form; where nothing is said of the place on the map, the district's middle is taken."""
    district = typed.get("district", "").strip()
    latitude, longitude = _degrees(typed.get("latitude", "")), _degrees(typed.get("longitude", ""))
    if latitude is None and longitude is None and (middle := divisions().coordinates_of(district)):
        longitude, latitude = middle
    return StationDraft(
        name=typed.get("name", ""),
        district_code=district,
        address=typed.get("address", ""),
        calendar_code=typed.get("calendar", ""),
        services={code: _number(typed.get(f"minutes-{code}", "")) for code in typed.getlist("services")},
        slot_min=_number(typed.get("slot", "")),
        places=_number(typed.get("places", "")),
        latitude=latitude,
        longitude=longitude,
        phone=typed.get("phone", ""),
        skills=tuple(typed.getlist("skills")),
        is_partner="partner" in typed and typed["partner"] == "on",
        partner_name=typed.get("partner_name", ""),
        contract_from=_date(typed.get("contract_from", "")),
        contract_until=_date(typed.get("contract_until", "")),
        note=typed.get("note", ""),
        is_active=is_new or typed.get("active") == "on",
    )


def _number(text: str) -> int:
    """Read a small number; 0, which fits nowhere, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def _degrees(text: str) -> float | None:
    try:
        return float(text) if text.strip() else None
    except ValueError:
        return 1_000.0  # lies nowhere, so the form says so


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
