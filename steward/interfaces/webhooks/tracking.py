"""Carriers and those who gather from many of them report here where parcels are, each signed in its own way."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from steward.interfaces.api.problems import of_refusal, problem
from steward.kernel import errors, moment, ports
from steward.kernel.actor import system
from steward.modules.logistics.commands.reporting import believed
from steward.modules.logistics.commands.tracking import record_tracking
from steward.modules.logistics.ports import TrackingReader
from steward.modules.logistics.queries import tracking

LARGEST_BYTES = 2 * 1024 * 1024


@csrf_exempt
def tracking_report(request: HttpRequest, source: str) -> HttpResponse:
    """Take one report: prove and read it outside any transaction, then record it with one command.

    The same report again is as welcome as the first time.
    """
    if request.method != "POST":
        response = problem(405)
        response["Allow"] = "POST"
        return response
    known = tracking.find_source(source)
    if known is None:
        return of_refusal(errors.NotFound(key=source))
    if int(request.headers.get("Content-Length") or 0) > LARGEST_BYTES:
        return problem(413)
    reader: TrackingReader = ports.bound(f"logistics.tracking.{known.format}")
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        reports = reader.read(request.body, headers, tracking.source_secret(known.code))
    except errors.Refusal as refusal:
        return of_refusal(refusal)
    reports = believed(reports, carrier_code=known.carrier_code)
    actor = system("logistics.webhook")
    record_tracking(actor, source=known.code, format_=known.format, reports=reports, now=moment.now())
    return JsonResponse(reader.answer())
