"""The packing table, on a phone or a desk: scan the shipment, scan piece by piece, weigh, close.

A scanner is a keyboard that ends with Enter; the field for it always has the focus.
"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment, ports
from steward.modules.logistics.commands import packing, picking, printing
from steward.modules.logistics.ports import PackingMachine
from steward.modules.logistics.queries import shipments as queries
from steward.modules.logistics.queries import words
from steward.modules.logistics.rules.packing import ParcelDraft

MACHINE = "logistics.machine"
MOST_PARCELS = 20


class NoWeight(errors.Refusal):
    """Refuse what cannot be a weight."""

    code = "no_weight"
    status = 422
    message = gettext_lazy("“%(typed)s” is no weight. Write grams, such as 2400, or kilograms, such as 2.4kg.")


@require_GET
@needs("logistics.ship")
def find(request: StaffRequest) -> HttpResponse:
    """Open the shipment that was scanned, or show what waits."""
    text = request.GET.get("q", "").strip()
    if text:
        number = queries.find_shipment(text)
        if number:
            return HttpResponseRedirect(reverse("packing", args=[number]))
        return say(request, _("No shipment is called “%(text)s”.") % {"text": text[:40]}, tone="danger", to=_table())
    to_pick = queries.ShipmentFilters(states=("picking", "planned"), direction="outbound")
    waiting = queries.shipments_page(to_pick, limit=20)
    return render(request, "console/shipping/table_find.html", {"waiting": waiting})


def _table() -> str:
    return reverse("packing_table")


@require_GET
@needs("logistics.ship")
def table(request: StaffRequest, number: str) -> HttpResponse:
    """Show one shipment at the table."""
    return _shown(request, number)


def _shown(request: StaffRequest, number: str, *, last: int | None = None, refused: str = "") -> HttpResponse:
    """Show where the picking is; `last` is the line that was just counted, `refused` what was not."""
    detail = queries.shipment(number)
    facts = {
        "detail": detail,
        "row": detail.row,
        "last": last,
        "refused": refused,
        "storage": words.word(words.STORAGE_CLASSES, detail.row.storage_class),
        "is_open": detail.row.state in ("planned", "picking"),
        "is_complete": detail.left == 0,
    }
    return render(request, "console/shipping/table.html", facts, status=409 if refused else 200)


@require_POST
@needs("logistics.ship")
def scan(request: StaffRequest, number: str) -> HttpResponse:
    """Count what was scanned; what does not belong here is said large and red, and counts nothing."""
    code = request.POST.get("code", "")
    try:
        done = picking.scan_piece(request.actor, number=number, code=code, now=moment.now())
    except errors.Refusal as refusal:
        if isinstance(refusal, errors.NotFound):
            raise
        return _shown(request, number, refused=str(refusal))
    return _shown(request, number, last=done.line_id)


@require_POST
@needs("logistics.ship")
def pack(request: StaffRequest, number: str) -> HttpResponse:
    """Close the shipment into parcels: one with everything, or several with what was said to lie in each."""
    weights = request.POST.getlist("weight")[:MOST_PARCELS]
    tracking = request.POST.getlist("tracking_number")[:MOST_PARCELS]
    lines = [line.id for line in queries.shipment(number).lines]
    several = len([weight for weight in weights if weight.strip()]) > 1
    parcels = [
        ParcelDraft(
            weight_g=_grams(weight),
            tracking_number=tracking[at] if at < len(tracking) else "",
            contents=_contents(request, lines, at) if several else {},
        )
        for at, weight in enumerate(weights)
        if weight.strip()
    ]
    packing.pack_shipment(request.actor, number=number, parcels=parcels, now=moment.now())
    if request.POST.get("then") == "label":
        run_id = printing.request_print(request.actor, kind="labels", numbers=[number], now=moment.now())
        return HttpResponseRedirect(reverse("print_run", args=[run_id]))
    return say(request, _("%(number)s is packed. Scan the next one.") % {"number": number}, to=_table())


def _contents(request: StaffRequest, lines: list[int], at: int) -> dict[int, int]:
    typed = {line: request.POST.get(f"pieces-{at}-{line}", "").strip() for line in lines}
    return {line: int(text) for line, text in typed.items() if text.isdecimal() and int(text)}


def _grams(typed: str) -> int:
    """Read a weight as people type it: grams, or kilograms with their sign. Raises: NoWeight."""
    text = typed.strip().lower().replace(",", ".").replace(" ", "")
    factor = 1_000 if text.endswith("kg") else 1
    try:
        return round(float(text.removesuffix("kg").removesuffix("g")) * factor)
    except (ValueError, OverflowError):
        raise NoWeight(typed=typed[:20]) from None


@require_POST
@needs("logistics.ship")
def back(request: StaffRequest, number: str) -> HttpResponse:
    """Undo the last step: unpack, or put everything back on the shelf."""
    picking.put_back(request.actor, number=number, reason=request.POST.get("reason", ""), now=moment.now())
    return say(request, _("Put back."), to=reverse("packing", args=[number]))


@require_POST
@needs("logistics.ship")
def weigh(request: StaffRequest, number: str) -> HttpResponse:
    """Ask the scale what stands on it, and fill it in."""
    machine: PackingMachine = ports.bound(MACHINE)
    found = machine.weigh(request.POST.get("scale", "").strip()[:60])
    facts = {"weight_g": found.weight_g, "is_steady": found.is_steady, "number": number}
    return render(request, "console/shipping/_weight.html", facts)
