"""What people do with shipments: print, pick, hand over, choose another service, call off."""

from __future__ import annotations

from collections import Counter

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.logistics.commands import handing_over as handing
from steward.modules.logistics.commands import packing, picking, printing, shipment_services, shipments
from steward.modules.logistics.commands.machines import print_on_machine
from steward.modules.logistics.commands.returning import ReturnDraft, announce_return
from steward.modules.logistics.queries import shipment_words as said
from steward.modules.logistics.queries import shipments as queries
from steward.modules.logistics.queries.shipments import ShipmentFilters

MOST = 500
AT_ONCE = 200
MOST_DIGITS = 6


def _numbers(request: StaffRequest) -> list[str]:
    return [number.strip().upper() for number in request.POST.getlist("number")][:MOST]


@require_POST
@needs("logistics.ship")
def shipments_bulk(request: StaffRequest) -> HttpResponse:
    """Do one thing with the shipments that are ticked."""
    numbers, verb, now = _numbers(request), request.POST.get("verb", ""), moment.now()
    if verb in ("labels", "slips", "zpl"):
        kind, format_ = ("labels", "zpl") if verb == "zpl" else (verb, "pdf")
        run_id = printing.request_print(request.actor, kind=kind, numbers=numbers, now=now, format_=format_)
        return HttpResponseRedirect(reverse("print_run", args=[run_id]))
    if verb == "pick":
        taken = picking.start_picking(request.actor, numbers=numbers, now=now)
        text = ngettext("%(count)s shipment is yours to pick.", "%(count)s shipments are yours to pick.", taken)
        to = reverse("pick_list") + "?" + urlencode({"number": numbers}, doseq=True)
        return say(request, text % {"count": taken}, to=to)
    return _hand_over(request, numbers, "")


def _hand_over(request: StaffRequest, numbers: list[str], taken_by: str) -> HttpResponse:
    """Hand over, and say what stayed in the house and why."""
    done = handing.hand_over(request.actor, numbers=numbers, now=moment.now(), taken_by=taken_by)
    went = len(numbers) - len(done.refused)
    text = ngettext("%(count)s shipment was handed over.", "%(count)s shipments were handed over.", went)
    parts = [text % {"count": went}, *(f"{one}: {said.REFUSALS[why]}" for one, why in sorted(done.refused.items())[:5])]
    to = reverse("hand_over") + "?" + urlencode({"manifest": done.manifests}, doseq=True)
    return say(request, " ".join(parts), tone="warning" if done.refused else "success", to=to)


@require_http_methods(["GET", "POST"])
@needs("logistics.ship")
def handing_over(request: StaffRequest) -> HttpResponse:
    """Show what is packed by carrier, and hand over what is ticked; print the manifest of what just went."""
    if request.method == "POST":
        return _hand_over(request, _numbers(request), request.POST.get("taken_by", "").strip()[:80])
    rows = queries.shipments_page(ShipmentFilters(states=("packed",)), limit=AT_ONCE)
    groups: dict[tuple[str, str], list[queries.ShipmentRow]] = {}
    for row in rows:
        groups.setdefault((row.carrier_name or _("Without a service"), row.warehouse_name), []).append(row)
    facts = {
        "groups": [(carrier, warehouse, found) for (carrier, warehouse), found in sorted(groups.items())],
        "manifests": [number[:24] for number in request.GET.getlist("manifest")][:20],
        "latest": queries.manifests(),
    }
    return render(request, "console/shipping/hand_over.html", facts)


@require_POST
@needs("logistics.choose")
def shipment_service(request: StaffRequest, number: str) -> HttpResponse:
    """Let another service carry a shipment."""
    service, reason = request.POST.get("service", ""), request.POST.get("reason", "")
    shipment_services.change_service(request.actor, number=number, service=service, reason=reason, now=moment.now())
    return say(request, _("Another service carries it now."), to=reverse("shipment", args=[number]))


@require_POST
@needs("logistics.ship")
def shipment_cancel(request: StaffRequest, number: str) -> HttpResponse:
    """Call a shipment off that has not left."""
    reason = request.POST.get("reason", "").strip()
    shipments.cancel_shipment(request.actor, number=number, reason=reason, now=moment.now())
    text = _("The shipment was called off. Its goods stay set aside and can be planned anew.")
    return say(request, text, to=reverse("shipment", args=[number]))


@require_POST
@needs("logistics.ship")
def shipment_label(request: StaffRequest, number: str) -> HttpResponse:
    """Send a shipment's labels to a label printer on the local network."""
    printer = request.POST.get("printer", "").strip()[:60]
    print_on_machine(request.actor, number=number, printer=printer, now=moment.now())
    return say(request, _("The label was sent to the printer."), to=reverse("shipment", args=[number]))


@require_POST
@needs("logistics.ship")
def shipment_return(request: StaffRequest, number: str) -> HttpResponse:
    """Announce a parcel a customer sends back; pieces nobody typed are all that are still out."""
    typed = [(line.sku, request.POST.get(f"pieces-{line.id}", "").strip()) for line in queries.shipment(number).lines]
    pieces: Counter[str] = Counter()
    for sku, text in typed:
        pieces[sku] += int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 0
    draft = ReturnDraft(
        shipment=number,
        tracking_number=request.POST.get("tracking_number", ""),
        carrier=request.POST.get("carrier", ""),
        warehouse=request.POST.get("warehouse", ""),
        pieces=+pieces,
    )
    back = announce_return(request.actor, draft=draft, now=moment.now())
    return say(request, _("The return %(number)s is awaited.") % {"number": back}, to=reverse("shipment", args=[back]))


@require_POST
@needs("logistics.ship")
def parcel_tracking(request: StaffRequest, number: str) -> HttpResponse:
    """Write down the carrier's number of a parcel."""
    packing.assign_tracking(
        request.actor,
        parcel_code=request.POST.get("parcel", ""),
        tracking_number=request.POST.get("tracking_number", ""),
        now=moment.now(),
    )
    return say(request, _("The tracking number was written down."), to=reverse("shipment", args=[number]))
