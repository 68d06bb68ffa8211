"""Services of a carrier: what they take, and where they go in how many days."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.carriers import reading
from steward.interfaces.console.notices import say
from steward.kernel.errors import BadInput
from steward.modules.logistics.commands.carriers import CoverageDraft, ServiceDraft, save_service
from steward.modules.logistics.queries import carriers as queries
from steward.modules.logistics.queries import tariffs, words
from steward.modules.logistics.rules import carriers as rules

G_PER_KG, MM_PER_CM = 1_000, 10
NOT_SERVED = "x"


@needs("logistics.carriers")
def service_new(request: StaffRequest, carrier_code: str) -> HttpResponse:
    """Add a service to a carrier."""
    return _page(request, queries.carrier_file(carrier_code).row.code, None)


@needs("logistics.carriers")
def service_edit(request: StaffRequest, service_code: str) -> HttpResponse:
    """Change a service and its coverage."""
    found = queries.service(service_code)
    return _page(request, found.carrier_code, found)


def _page(request: StaffRequest, carrier: str, found: queries.ServiceView | None) -> HttpResponse:
    typed: Mapping[str, str] = request.POST if request.method == "POST" else _as_typed(found)
    chosen = request.POST.getlist("storage_classes") if request.method == "POST" else _classes(found)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        code = found.code if found else typed.get("code", "").strip()
        try:
            save_service(request.actor, draft=_draft(carrier, code, typed, chosen))
            return say(request, _("The service is saved."), to=reverse("carrier", args=[carrier]))
        except BadInput as refusal:
            wrong = reading.by_field(refusal.findings)
    facts = {
        "carrier_code": carrier,
        "service": found,
        "typed": typed,
        "errors": wrong,
        "classes": [(code, words.word(words.STORAGE_CLASSES, code), code in chosen) for code in rules.STORAGE_CLASSES],
    }
    return render(request, "console/carriers/service.html", facts, status=422 if wrong else 200)


def _classes(found: queries.ServiceView | None) -> list[str]:
    return found.storage_classes if found else ["ambient"]


def _draft(carrier: str, code: str, typed: Mapping[str, str], chosen: list[str]) -> ServiceDraft:
    return ServiceDraft(
        carrier=carrier,
        code=code,
        name=typed.get("name", "").strip(),
        name_en=typed.get("name_en", "").strip(),
        storage_classes=chosen,
        max_weight_g=reading.whole(typed, "max_weight", times=G_PER_KG),
        max_length_mm=reading.whole(typed, "max_length", times=MM_PER_CM),
        max_sides_mm=reading.whole(typed, "max_sides", times=MM_PER_CM),
        volumetric_divisor=reading.whole(typed, "volumetric_divisor"),
        pickup_cutoff=reading.clock(typed, "pickup_cutoff"),
        capacity_per_day=reading.whole(typed, "capacity_per_day"),
        active=typed.get("active") == "on",
        coverage=_coverage(typed),
    )


def _coverage(typed: Mapping[str, str]) -> list[CoverageDraft]:
    """Read lines of origin, destination, shortest and longest days; x for days: not served. Raises: Unreadable."""
    found: dict[tuple[str, str], CoverageDraft] = {}
    for origin, name, first, last in reading.lines(typed, "coverage", 4):
        starts, ends = tariffs.regions_of(origin), tariffs.regions_of(name)
        if not starts or not ends:
            unknown = name if starts else origin
            raise reading.Unreadable("coverage", _("“%(value)s” is no known region.") % {"value": unknown[:40]})
        served = first != NOT_SERVED
        days = [reading.whole({"coverage": text}, "coverage") for text in (first, last or first)] if served else [0, 0]
        for start in starts:
            for end in ends:
                found[start, end] = CoverageDraft(end, days[0], days[1], start, served)
    return list(found.values())


def _as_typed(found: queries.ServiceView | None) -> dict[str, str]:
    if found is None:
        return {"active": "on"}
    rows = queries.coverage(found.code)
    return {
        "name": found.name,
        "name_en": found.name_en,
        "max_weight": f"{found.max_weight_g / G_PER_KG:g}",
        "max_length": f"{found.max_length_mm / MM_PER_CM:g}",
        "max_sides": f"{found.max_sides_mm / MM_PER_CM:g}",
        "volumetric_divisor": str(found.volumetric_divisor),
        "pickup_cutoff": found.pickup_cutoff.strftime("%H:%M") if found.pickup_cutoff else "",
        "capacity_per_day": str(found.capacity_per_day),
        "active": "on" if found.active else "",
        "coverage": "\n".join(_line(one) for one in rows),
    }


def _line(one: queries.CoverageView) -> str:
    days = f"{one.lead_days_min}, {one.lead_days_max}" if one.served else NOT_SERVED
    return f"{one.origin or '*'}, {one.region or '*'}, {days}"
