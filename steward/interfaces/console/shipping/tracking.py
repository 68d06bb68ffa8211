"""The tracking desk: codes nobody explained, numbers nobody knows, who reports, how numbers look."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment, ports
from steward.modules.logistics.commands import tracking_sources
from steward.modules.logistics.commands.tracking import record_tracking
from steward.modules.logistics.ports import TrackingFile, UnreadableReport
from steward.modules.logistics.queries import shipment_words as said
from steward.modules.logistics.queries import tracking as queries
from steward.modules.logistics.rules.tracking_numbers import CHECKS

LARGEST_FILE = 20 * 1024 * 1024
FORMATS = ("standard", "kuaidi100", "track17", "aftership")
ADDRESS = "/webhooks/tracking/"


@require_GET
@needs("logistics.track")
def desk(request: StaffRequest) -> HttpResponse:
    """Show what waits for somebody, and how tracking is set up."""
    guessed = request.GET.get("guess", "").strip()[:40]
    facts = {
        "codes": queries.waiting_codes(),
        "homeless": queries.homeless_numbers(),
        "sources": queries.sources(),
        "rules": queries.number_rules(),
        "meanings": [(code, label) for code, label in said.EVENT_STATES.items() if code != "unknown"],
        "formats": FORMATS,
        "checks": CHECKS,
        "guessed": guessed,
        "guesses": queries.guess_carrier(guessed) if guessed else [],
    }
    return render(request, "console/shipping/tracking.html", facts)


@require_POST
@needs("logistics.track")
def explain(request: StaffRequest) -> HttpResponse:
    """Say what a code means; the events that waited count at once."""
    count = tracking_sources.explain_code(
        request.actor,
        format_=request.POST.get("format", ""),
        code=request.POST.get("code", ""),
        state=request.POST.get("state", ""),
        now=moment.now(),
    )
    text = ngettext("%(count)s event counts now.", "%(count)s events count now.", count) % {"count": count}
    return say(request, text, to=reverse("tracking_desk"))


@require_POST
@needs("logistics.track")
def source(request: StaffRequest) -> HttpResponse:
    """Let somebody report, or believe them no longer; a new secret is shown once."""
    code = request.POST.get("code", "").strip()
    if request.POST.get("verb") == "stop":
        tracking_sources.stop_source(request.actor, code=code)
        return say(request, _("%(source)s is believed no longer.") % {"source": code}, to=reverse("tracking_desk"))
    secret = tracking_sources.save_source(
        request.actor,
        code=code,
        name=request.POST.get("name", "").strip() or code,
        format_=request.POST.get("format", ""),
        carrier_code=request.POST.get("carrier", "").strip(),
        poll_url=request.POST.get("poll_url", "").strip(),
        secret=request.POST.get("secret", "").strip(),
    )
    text = _("%(source)s reports to %(address)s.") % {"source": code, "address": ADDRESS + code}
    shown = " " + _("Its secret, shown only now: %(secret)s") % {"secret": secret} if secret else ""
    return say(request, text + shown, to=reverse("tracking_desk"))


@require_POST
@needs("logistics.track")
def rule(request: StaffRequest) -> HttpResponse:
    """Say how numbers of a carrier look."""
    typed = request.POST.get("check_digit", "").strip()
    try:
        check = msgspec.json.decode(typed, type=dict[str, object]) if typed else {}
    except msgspec.DecodeError:
        raise tracking_sources.UnfitPattern(known=", ".join(CHECKS)) from None
    position = request.POST.get("position", "")
    tracking_sources.save_number_rule(
        request.actor,
        carrier_code=request.POST.get("carrier", "").strip(),
        name=request.POST.get("name", "").strip(),
        pattern=request.POST.get("pattern", "").strip(),
        check_digit=check,
        position=int(position) if position.isdecimal() else 100,
    )
    return say(request, _("The rule counts from now on."), to=reverse("tracking_desk"))


@require_POST
@needs("logistics.track")
def file(request: StaffRequest) -> HttpResponse:
    """Take in a carrier's file of events."""
    upload = request.FILES.get("file")
    if upload is None or (upload.size or 0) > LARGEST_FILE:
        raise UnreadableReport(why=_("choose a file of at most 20 MB"))
    read: TrackingFile = ports.bound("logistics.tracking_file")
    reports = read(upload.read(), upload.name or "")
    format_ = request.POST.get("format", "standard")
    if format_ not in FORMATS:
        raise errors.NotFound(key=format_)
    done = record_tracking(request.actor, source="file", format_=format_, reports=reports, now=moment.now())
    text = _("%(new)s new events, %(repeated)s known ones, %(homeless)s without a parcel, %(unknown)s unknown codes.")
    return say(
        request, text % {name: getattr(done, name) for name in done.__struct_fields__}, to=reverse("tracking_desk")
    )
