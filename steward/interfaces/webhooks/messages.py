"""Carriers of messages report here what became of them; each proves in its own way that it is the one who calls."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from steward.interfaces.api.problems import of_refusal, problem
from steward.kernel import errors, moment, ports
from steward.kernel.actor import system
from steward.modules.messaging.commands.reporting import record_reports
from steward.modules.messaging.ports import ForgedReport, ReportDoor, UnreadableReport

LARGEST_BYTES = 1024 * 1024
ASKS_FIRST = frozenset({"HEAD", "GET"})


@csrf_exempt
def delivery_report(request: HttpRequest, carrier: str) -> HttpResponse:
    """Take one call: check and read it outside any transaction, then record all of it with one command.

    What counted already, or is about nothing we know, is thanked for as well: the carrier need not say it again.
    """
    try:
        opened = ports.bound(f"messaging.reports.{carrier}")
    except ports.UnboundPort:
        return of_refusal(errors.NotFound(key=carrier))
    if request.method in ASKS_FIRST:  # some try the address before they use it
        return HttpResponse(status=204)
    if request.method != "POST":
        response = problem(405)
        response["Allow"] = "POST"
        return response
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return problem(400)
    if length > LARGEST_BYTES:
        return problem(413)
    door: ReportDoor = opened()
    try:
        reports = door.read(request)
    except (ForgedReport, UnreadableReport) as refusal:
        return of_refusal(refusal)
    record_reports(system("messaging.reports"), reports=reports, now=moment.now())
    return JsonResponse(door.thanks)
