"""Ask every service what a parcel costs, and see which would be chosen and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.carriers import explaining, reading
from steward.kernel import moment
from steward.kernel.errors import BadInput
from steward.modules.logistics.queries import tariffs, words
from steward.modules.logistics.queries.choice import Wanted, choose_services
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.queries.quotes import ParcelFacts
from steward.modules.logistics.rules.carriers import STORAGE_CLASSES

LENGTHS = ("length", "width", "height")
DEFAULT_DAYS = 3


@require_GET
@needs("logistics.quote")
def quotes(request: StaffRequest) -> HttpResponse:
    """Show what all services ask for one parcel; the address holds the question, so it can be passed on."""
    now, typed = moment.now(), request.GET
    wrong: dict[str, str] = {}
    explained: dict[str, Any] | None = None
    if typed.get("to"):
        try:
            wanted = _wanted(typed)
            explained = explaining.shown(choose_services([wanted], at=now)[0], wanted, today=house_day(now))
        except BadInput as refusal:
            wrong = reading.by_field(refusal.findings)
    facts = {
        "typed": typed if typed.get("to") else _first_values(house_day(now)),
        "errors": wrong,
        "explained": explained,
        "classes": [(code, words.word(words.STORAGE_CLASSES, code)) for code in STORAGE_CLASSES],
    }
    return render(request, "console/carriers/quotes.html", facts, status=422 if wrong else 200)


def _first_values(today: date) -> dict[str, str]:
    return {
        "from": _("Hangzhou"),
        "to": "",
        "weight": "1.2",
        "storage": "ambient",
        "promised": (today + timedelta(days=DEFAULT_DAYS)).isoformat(),
    }


def _wanted(typed: Mapping[str, str]) -> Wanted:
    """Read the parcel. Raises: BadInput with every finding."""
    findings: list[dict[str, str]] = []
    ends = {}
    for field in ("from", "to"):
        codes = tariffs.regions_of(typed.get(field, ""))
        if len(codes) != 1 or not codes[0]:
            message = _("“%(value)s” is no known region.") % {"value": typed.get(field, "")[:40]}
            findings.append({"field": field, "code": "region_unknown", "message": message})
        ends[field] = codes[0] if codes else ""
    numbers = {}
    for field, times in (("weight", 1000), *((name, 10) for name in LENGTHS)):
        try:
            numbers[field] = reading.whole(typed, field, times=times)
        except BadInput as refusal:
            findings += refusal.findings
    if not findings and not numbers["weight"]:
        findings.append({"field": "weight", "code": "missing", "message": _("Say how heavy it is.")})
    if findings:
        raise BadInput(findings)
    storage = typed.get("storage", "ambient")
    parcel = ParcelFacts(
        ends["from"],
        ends["to"],
        numbers["weight"],
        numbers["length"],
        numbers["width"],
        numbers["height"],
        storage_class=storage if storage in STORAGE_CLASSES else "ambient",
    )
    return Wanted(parcel, reading.day(typed, "promised"))
