"""Inspect goods on a phone: scan a number, grade what is there, take pictures, done."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from msgspec import structs

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.inventory import queries as inventory
from steward.modules.messaging.rules.channels import Part
from steward.modules.returns.commands import inspecting as commands
from steward.modules.returns.commands import photos
from steward.modules.returns.queries import cases as queries
from steward.modules.returns.queries import words
from steward.modules.returns.queries.proposals import proposals_of
from steward.modules.returns.queries.scanning import find_cases
from steward.modules.returns.queries.views import CaseView, PieceView
from steward.modules.returns.rules import states
from steward.modules.returns.rules.inspecting import QUESTIONS

MOST_FILES = 6


@require_GET
@needs("returns.inspect")
def scan(request: StaffRequest) -> HttpResponse:
    """Find the case a scan means: by its number, its order's, or a parcel's; of several in one box one is chosen."""
    text = request.GET.get("q", "").strip()[:80]
    numbers = find_cases(text, shops=request.actor.scopes)
    if len(numbers) == 1:
        return HttpResponseRedirect(reverse("case_inspect", args=numbers))
    wanted = queries.CaseFilters(numbers=numbers) if numbers else queries.CaseFilters(queue="inspect")
    waiting = queries.cases_page(structs.replace(wanted, shops=request.actor.scopes), limit=20)
    return render(request, "console/cases/scan.html", {"text": text, "several": bool(numbers), "waiting": waiting})


@needs("returns.inspect")
def inspect(request: StaffRequest, number: str) -> HttpResponse:
    """Show the next piece to look at with what each grade would mean, or write down what was found."""
    view = queries.case(number, shops=request.actor.scopes)
    waiting = [one for one in view.pieces if one.waits_to_be_inspected]
    if request.method == "POST":
        return _found(request, view, waiting)
    piece = waiting[0] if waiting else None
    facts: dict[str, Any] = {
        "view": view,
        "row": view.row,
        "piece": piece,
        "left": len(waiting),
        "total": len(view.pieces),
        "grades": proposals_of(view.row.id, piece.id) if piece else [],
        "questions": [(code, words.QUESTIONS[code]) for code in QUESTIONS],
        "dispositions": [(code, words.DISPOSITIONS[code]) for code in states.DISPOSITIONS],
        "warehouses": inventory.warehouses(),
    }
    return render(request, "console/cases/inspect.html", facts)


def _found(request: StaffRequest, view: CaseView, waiting: list[PieceView]) -> HttpResponse:
    post = request.POST
    wanted = next((one for one in waiting if str(one.id) == post.get("piece", "")), None)
    here = reverse("case_inspect", args=[view.row.number])
    if wanted is None:
        return say(request, _("Somebody has looked at this piece meanwhile."), tone="warning", to=here)
    uploads = [one for one in request.FILES.getlist("files") if one.size][:MOST_FILES]
    parts = [Part(one.name or "", one.read()) for one in uploads]
    finding = commands.Finding(
        piece_id=wanted.id,
        grade=post.get("grade", ""),
        disposition=post.get("disposition", ""),
        verdict=post.get("verdict", ""),
        answers={code: post.get(f"answer_{code}", "") for code in QUESTIONS if post.get(f"answer_{code}", "")},
        attachment_ids=tuple(photos.keep_photos(request.actor, parts=parts, now=moment.now())),
        serial=post.get("serial", ""),
        lot=post.get("lot", ""),
        warehouse=post.get("warehouse", ""),
        note=post.get("note", ""),
    )
    commands.inspect_pieces(request.actor, case_id=view.row.id, findings=[finding], now=moment.now())
    done = len(waiting) == 1
    return say(request, _("Noted."), to=reverse("case", args=[view.row.number]) if done else here)
