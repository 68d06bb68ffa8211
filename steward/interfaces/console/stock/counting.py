"""The count page, for a phone: scan or type, and never a number of the books.

A scanner is a keyboard that ends with Enter; the field for it always has the focus.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.interfaces.console.stock import forms
from steward.kernel import errors, moment
from steward.modules.inventory.commands import stocktake_counting as commands
from steward.modules.inventory.queries import stocktake_sheets as queries
from steward.modules.inventory.queries import words

COUNT = "stock.count"


@require_GET
@needs(COUNT)
def count_sheet(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """Show a sheet to count."""
    return _shown(request, sheet_id)


def _shown(
    request: StaffRequest, sheet_id: int, *, done: commands.Scanned | None = None, refused: str = ""
) -> HttpResponse:
    """Show where the count is: the line that was just counted, lots to choose from, or why nothing was counted."""
    view = queries.sheet(request.actor, sheet_id)
    lines = [(line, words.CONDITIONS[line.condition] if line.condition != "sellable" else "") for line in view.lines]
    at_hand = done.line_id if done else row_number(request.POST.get("line", ""))
    facts = {
        "sheet": view,
        "lines": lines,
        "last": next(((line, name) for line, name in lines if done and line.id == done.line_id), None),
        "choices": [(line, name) for line, name in lines if done and line.id in done.choices],
        "at_hand": at_hand,
        "refused": refused,
        "is_mine": view.is_open and view.counter in ("", request.actor.id),
        "conditions": list(words.CONDITIONS.items()),
    }
    return render(request, "console/stock/count.html", facts, status=409 if refused else 200)


def _tried(request: StaffRequest, sheet_id: int, done: commands.Scanned | errors.Refusal) -> HttpResponse:
    """Show what became of a count; what is wrong with it is said large and red, and counts nothing."""
    if isinstance(done, errors.Refusal):
        if isinstance(done, errors.NotFound):
            raise done
        return _shown(request, sheet_id, refused=str(done))
    return _shown(request, sheet_id, done=done)


@require_POST
@needs(COUNT)
def count_scan(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """Count what was scanned; a short number is the count of the line at hand."""
    code, line_id = request.POST.get("code", "")[:120], row_number(request.POST.get("line", ""))
    try:
        done: commands.Scanned | errors.Refusal = commands.scan_piece(
            request.actor, sheet_id=sheet_id, code=code, line_id=line_id, now=moment.now()
        )
    except errors.Refusal as refusal:
        done = refusal
    return _tried(request, sheet_id, done)


@require_POST
@needs(COUNT)
def count_line(request: StaffRequest, sheet_id: int, line_id: int) -> HttpResponse:
    """Replace the count of a line, or count a piece more of one that was chosen."""
    try:
        if request.POST.get("more"):
            code = request.POST.get("code", "")[:120]
            done: commands.Scanned | errors.Refusal = commands.scan_piece(
                request.actor, sheet_id=sheet_id, code=code, line_id=line_id, now=moment.now()
            )
        else:
            pieces = forms.pieces(request.POST, "quantity")
            done = commands.set_count(
                request.actor, sheet_id=sheet_id, line_id=line_id, quantity=pieces, now=moment.now()
            )
    except errors.Refusal as refusal:
        done = refusal
    return _tried(request, sheet_id, done)


@require_POST
@needs(COUNT)
def count_other(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """Count goods that are not listed."""
    try:
        draft = commands.CountDraft(
            request.POST.get("sku", "").strip()[:64],
            forms.pieces(request.POST, "quantity"),
            request.POST.get("lot", "").strip()[:40],
            request.POST.get("condition", "sellable"),
        )
        commands.record_counts(request.actor, sheet_id=sheet_id, counts=[draft], now=moment.now())
        done: commands.Scanned | errors.Refusal = commands.Scanned("counted")
    except errors.Refusal as refusal:
        done = refusal
    return _tried(request, sheet_id, done)


@require_POST
@needs(COUNT)
def count_hand_in(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """Hand a sheet in."""
    rest = request.POST.get("rest") == "0"
    commands.hand_in_sheet(request.actor, sheet_id=sheet_id, rest_is_zero=rest, now=moment.now())
    return say(request, _("Handed in. Thank you for counting."), to=reverse("stocktakes"))
