"""Keep the directory of service stations: where they lie, what they do, when they are open, whose they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people.commands.teams import CODE
from steward.modules.people.events import StationChanged
from steward.modules.people.models import CalendarVersion, Skill, Station, StationService, StationSkill
from steward.modules.people.rules import stations as rules

DISTRICT = re.compile(r"\d{6}")


class StationDraft(Struct, frozen=True, kw_only=True):
    """How a station shall be. `services`: what can be booked and how long it takes. Units: minutes, degrees."""

    name: str
    district_code: str
    address: str
    calendar_code: str
    services: Mapping[str, int]
    slot_min: int = 30
    places: int = 1
    latitude: float | None = None
    longitude: float | None = None
    phone: str = ""
    skills: tuple[str, ...] = ()
    is_partner: bool = False
    partner_name: str = ""
    contract_from: date | None = None
    contract_until: date | None = None
    note: str = ""
    is_active: bool = True


@command(needs="stations.manage")
def save_station(actor: Actor, *, code: str, draft: StationDraft) -> int:
    """Make a station, or change the one with this code; appointments that stand keep their times and places.

    Returns its id. Raises: BadInput. Emits: StationChanged. Locks: the station. Source: CUS-4.
    """
    skills = dict(Skill.objects.filter(code__in=draft.skills).values_list("code", "id"))
    if findings := [
        {"field": field, "code": "unfit", "message": message}
        for field, fits, message in _checks(code, draft, skills)
        if not fits
    ]:
        raise errors.BadInput(findings)
    plain = ("district_code", "calendar_code", "slot_min", "places", "latitude", "longitude", "is_partner", "is_active")
    facts: dict[str, Any] = {name: getattr(draft, name) for name in plain}
    facts |= {name: getattr(draft, name).strip() for name in ("name", "address", "phone", "note")}
    facts |= {
        "partner_name": draft.partner_name.strip() if draft.is_partner else "",
        "contract_from": draft.contract_from if draft.is_partner else None,
        "contract_until": draft.contract_until if draft.is_partner else None,
    }
    station, _is_new = Station.objects.update_or_create(code=code, defaults=facts)
    StationService.objects.filter(station=station).exclude(service__in=draft.services).delete()
    for service, minutes in sorted(draft.services.items()):
        StationService.objects.update_or_create(station=station, service=service, defaults={"duration_min": minutes})
    StationSkill.objects.filter(station=station).exclude(skill_id__in=skills.values()).delete()
    wanted = [StationSkill(station=station, skill_id=skill_id) for skill_id in sorted(skills.values())]
    StationSkill.objects.bulk_create(wanted, ignore_conflicts=True)
    events.record(actor, [StationChanged(station_id=station.id, code=code, is_active=draft.is_active)])
    return station.id


def _checks(code: str, draft: StationDraft, skills: Mapping[str, int]) -> list[tuple[str, bool, str]]:
    """Say of each field whether it fits, and what to do where it does not."""
    both = (draft.latitude is None) == (draft.longitude is None)
    on_earth = both and abs(draft.latitude or 0) <= 90 and abs(draft.longitude or 0) <= 180
    lasts = not (draft.contract_from and draft.contract_until) or draft.contract_until > draft.contract_from
    is_open = CalendarVersion.objects.filter(code=draft.calendar_code, active=True).exists()
    lengths = all(5 <= minutes <= rules.LONGEST_MIN for minutes in draft.services.values())
    return [
        ("code", bool(CODE.fullmatch(code)), _("Small letters, digits, - and _ only, 40 at most.")),
        ("name", 0 < len(draft.name.strip()) <= 80, _("Give a name of at most 80 characters.")),
        ("district", bool(DISTRICT.fullmatch(draft.district_code)), _("Give the six digits of a district.")),
        ("address", 0 < len(draft.address.strip()) <= 200, _("Give the address customers come to.")),
        ("calendar", is_open, _("There is no such calendar.")),
        ("services", bool(draft.services) and set(draft.services) <= set(rules.SERVICES), _("Choose what it does.")),
        ("services", lengths, _("Something takes between 5 minutes and 8 hours.")),
        ("slot", draft.slot_min in rules.SLOTS_MIN, _("There is no such length of a slot.")),
        ("places", 1 <= draft.places <= rules.MOST_PLACES, _("Between 1 and 60 at once.")),
        ("latitude", on_earth, _("Give both latitude and longitude in degrees, or neither.")),
        ("skills", len(skills) == len(set(draft.skills)), _("There is no such skill.")),
        ("phone", len(draft.phone) <= 40, _("40 characters at most.")),
        ("note", len(draft.note) <= 200, _("200 characters at most.")),
        ("partner", len(draft.partner_name) <= 80, _("Give a name of at most 80 characters.")),
        ("contract", lasts, _("The contract ends after it begins.")),
    ]
