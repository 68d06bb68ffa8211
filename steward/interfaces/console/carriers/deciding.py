"""Decide about carriers and write visits down."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.carriers import reading
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.logistics.commands.assessing import (
    Photo,
    decide_carrier,
    keep_photos,
    record_visit,
    refuse_unfit,
)
from steward.modules.logistics.commands.keeping import only_if_done
from steward.modules.logistics.queries import carriers as queries
from steward.modules.logistics.queries import scorecards, words
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules import carriers as rules


@require_POST
@needs("logistics.carriers")
def carrier_decide(request: StaffRequest, carrier_code: str) -> HttpResponse:
    """Approve a carrier, put it on probation or stop it."""
    now = moment.now()
    score = next((one.total for one in scorecards.scorecards(day=house_day(now)) if one.key == carrier_code), None)
    state = decide_carrier(
        request.actor,
        code=carrier_code,
        verb=request.POST.get("verb", ""),
        reason=request.POST.get("reason", ""),
        review_date=reading.day(request.POST, "review_date"),
        score=None if score is None else round(score),
        now=now,
    )
    text = _("The carrier is now: %(state)s.") % {"state": words.word(words.CARRIER_STATES, state)}
    return say(request, text, to=reverse("carrier", args=[carrier_code]))


@require_POST
@needs("logistics.carriers")
def carrier_visit(request: StaffRequest, carrier_code: str) -> HttpResponse:
    """Write a visit down with its photos."""
    files: list[UploadedFile[bytes]] = request.FILES.getlist("photos")
    visited_on = reading.day(request.POST, "visited_on")
    if visited_on is None:
        return say(request, _("Say on which day the visit was."), tone="warning")
    marks = {point: reading.whole(request.POST, point) for point in rules.VISIT_POINTS if request.POST.get(point)}
    queries.carrier_file(carrier_code)
    refuse_unfit([(file.name or "", file.size or 0) for file in files])
    photos = keep_photos([Photo(file.name or "", file.read()) for file in files])
    with only_if_done([stored for stored, _kind, _size in photos]):
        record_visit(
            request.actor,
            code=carrier_code,
            visited_on=visited_on,
            place=request.POST.get("place", ""),
            marks=marks,
            findings=request.POST.get("findings", ""),
            photos=photos,
            now=moment.now(),
        )
    return say(request, _("The visit is written down."), to=reverse("carrier", args=[carrier_code]))
