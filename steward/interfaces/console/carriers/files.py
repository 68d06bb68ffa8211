"""The carrier file: who carries for us, their papers, services, decisions and visits."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.carriers import reading
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.kernel.errors import BadInput
from steward.modules.logistics.commands.carriers import (
    CarrierDraft,
    CaseDraft,
    ContactDraft,
    LicenceDraft,
    save_carrier,
)
from steward.modules.logistics.queries import carriers as queries
from steward.modules.logistics.queries import scorecards, words
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules import carriers as rules
from steward.modules.people import queries as people

CHANGE = "logistics.carriers"


@require_GET
@needs("logistics.quote")
def carriers(request: StaffRequest) -> HttpResponse:
    """List the carriers with their score, and what comes up: reviews, contracts that end."""
    today = house_day(moment.now())
    scores = {one.key: one for one in scorecards.scorecards(day=today)}
    facts = {
        "rows": [(row, scores.get(row.code), _due(row, today)) for row in queries.carriers()],
        "may_change": request.actor.may(CHANGE),
    }
    return render(request, "console/carriers/list.html", facts)


def _due(row: queries.CarrierRow, today: object) -> bool:
    return row.review_date is not None and str(row.review_date) <= str(today)


@require_GET
@needs("logistics.quote")
def carrier(request: StaffRequest, carrier_code: str) -> HttpResponse:
    """Show one carrier's file."""
    found = queries.carrier_file(carrier_code)
    today = house_day(moment.now())
    score = next((one for one in scorecards.scorecards(day=today) if one.key == carrier_code), None)
    names = people.actor_names({one.decided_by for one in found.decisions} | {one.visited_by for one in found.visits})
    facts = {
        "file": found,
        "carrier": found.row,
        "score": score,
        "services": [(one, _storage(one)) for one in found.services],
        "licences": [(words.word(words.LICENCES, one.kind), one) for one in found.licences],
        "decisions": [
            (words.word(words.VERBS, one.verb), one, names.get(one.decided_by, one.decided_by))
            for one in found.decisions
        ],
        "visits": [(one, names.get(one.visited_by, one.visited_by), _marks(one.marks)) for one in found.visits],
        "verbs": [
            (verb, words.word(words.VERBS, verb))
            for verb in words.VERBS
            if (found.row.state, verb) in rules.TRANSITIONS
        ],
        "points": list(words.VISIT_POINTS.items()),
        "may_change": request.actor.may(CHANGE),
        "today": today,
    }
    return render(request, "console/carriers/carrier.html", facts)


def _storage(one: queries.ServiceView) -> list[str]:
    return [words.word(words.STORAGE_CLASSES, code) for code in one.storage_classes]


def _marks(marks: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(words.word(words.VISIT_POINTS, code), mark) for code, mark in marks.items()]


@needs(CHANGE)
def carrier_new(request: StaffRequest) -> HttpResponse:
    """Add a carrier."""
    return _page(request, None)


@needs(CHANGE)
def carrier_edit(request: StaffRequest, carrier_code: str) -> HttpResponse:
    """Change a carrier's file."""
    return _page(request, queries.carrier_file(carrier_code))


def _page(request: StaffRequest, found: queries.CarrierFile | None) -> HttpResponse:
    typed: Mapping[str, str] = request.POST if request.method == "POST" else _as_typed(found)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        code = found.row.code if found else typed.get("code", "").strip()
        try:
            save_carrier(request.actor, draft=_draft(code, typed))
            return say(request, _("The file is saved."), to=reverse("carrier", args=[code]))
        except BadInput as refusal:
            wrong = reading.by_field(refusal.findings)
    facts = {
        "carrier": found.row if found else None,
        "typed": typed,
        "errors": wrong,
        "kinds": list(words.LICENCES.items()),
    }
    return render(request, "console/carriers/edit.html", facts, status=422 if wrong else 200)


def _draft(code: str, typed: Mapping[str, str]) -> CarrierDraft:
    licences = [
        LicenceDraft(kind, number, reading.day({"licences": until}, "licences"))
        for kind, number, until in reading.lines(typed, "licences", 3)
    ]
    cases = [
        CaseDraft(title, text, reading.day({"cases": since}, "cases"))
        for title, since, text in reading.lines(typed, "cases", 3)
    ]
    return CarrierDraft(
        code=code,
        name=typed.get("name", "").strip(),
        name_en=typed.get("name_en", "").strip(),
        contract_from=reading.day(typed, "contract_from"),
        contract_until=reading.day(typed, "contract_until"),
        website=typed.get("website", "").strip(),
        note=typed.get("note", "").strip(),
        licences=licences,
        contacts=[ContactDraft(*cells) for cells in reading.lines(typed, "contacts", 4)],
        cases=cases,
    )


def _as_typed(found: queries.CarrierFile | None) -> dict[str, str]:
    if found is None:
        return {}
    row = found.row
    return {
        "name": row.name,
        "name_en": row.name_en,
        "contract_from": str(found.contract_from or ""),
        "contract_until": str(row.contract_until or ""),
        "website": found.website,
        "note": found.note,
        "licences": "\n".join(f"{one.kind}, {one.number}, {one.valid_until or ''}" for one in found.licences),
        "contacts": "\n".join(f"{one.role}, {one.name}, {one.phone}, {one.email}" for one in found.contacts),
        "cases": "\n".join(f"{one.title}, {one.since_date or ''}, {one.text}" for one in found.cases),
    }


@require_GET
@needs("logistics.quote")
def visit_photo(request: StaffRequest, photo_id: int) -> HttpResponse:
    """Give a photo of a visit, as what its content is."""
    stored, kind = queries.visit_photo(photo_id)
    with default_storage.open(stored) as file:
        return HttpResponse(file.read(), content_type=f"image/{kind}")
