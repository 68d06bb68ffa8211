"""Prints: asked for, made by a worker, downloaded."""

from __future__ import annotations

from typing import cast

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from steward.interfaces.console.access import StaffRequest, needs
from steward.kernel import moment
from steward.kernel.errors import NotFound
from steward.modules.logistics.commands.printing import request_print
from steward.modules.logistics.queries import shipment_words as said
from steward.modules.logistics.queries import tracking as queries
from steward.modules.people import queries as people


@require_http_methods(["GET", "POST"])
@needs("logistics.ship")
def prints(request: StaffRequest) -> HttpResponse:
    """Show the latest prints; ask for one."""
    if request.method == "POST":
        run_id = request_print(
            request.actor,
            kind=request.POST.get("kind", "labels"),
            numbers=request.POST.getlist("number"),
            now=moment.now(),
            format_="zpl" if request.POST.get("format") == "zpl" else "pdf",
        )
        return HttpResponseRedirect(reverse("print_run", args=[run_id]))
    rows = queries.print_runs()
    names = people.actor_names({row.started_by for row in rows})
    facts = {"rows": [(row, said.PRINTS[row.kind], names.get(row.started_by, row.started_by)) for row in rows]}
    return render(request, "console/shipping/prints.html", facts)


@require_GET
@needs("logistics.ship")
def print_run(request: StaffRequest, run_id: int) -> HttpResponse:
    """Show how far a print is, and then its file."""
    run = queries.print_run(run_id)
    return render(request, "console/shipping/print_run.html", {"run": run, "kind": said.PRINTS[run.kind]})


@require_GET
@needs("logistics.ship")
def print_file(request: StaffRequest, run_id: int) -> HttpResponse:
    """Send the file of a print."""
    run = queries.print_run(run_id)
    if not run.stored_file or not default_storage.exists(run.stored_file):
        raise NotFound(key=_("the file of print %(id)s") % {"id": run_id})
    name = run.stored_file.rpartition("/")[2]
    kind = "application/pdf" if run.format == "pdf" else "text/plain; charset=utf-8"
    file = default_storage.open(run.stored_file)
    as_download = run.format != "pdf" or bool(request.GET.get("save"))
    return cast(HttpResponse, FileResponse(file, as_attachment=as_download, filename=name, content_type=kind))
