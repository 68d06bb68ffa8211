"""The import wizard and the list of what came in by file."""

from __future__ import annotations

from typing import Any, cast

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.imports import forms
from steward.interfaces.console.notices import say
from steward.kernel.errors import NotFound
from steward.modules.catalog import queries as catalog
from steward.modules.orders import queries
from steward.modules.orders.commands.imports import start_import
from steward.modules.orders.ports import UnreadableFile
from steward.modules.orders.queries import words
from steward.modules.orders.queries.intake import MappingView
from steward.modules.people import queries as people

PAGE = 30


def _shops(request: StaffRequest) -> list[catalog.ShopFacts]:
    return [shop for shop in catalog.shops() if shop.active and request.actor.covers(shop.code)]


@require_GET
@needs("orders.import")
def imports(request: StaffRequest) -> HttpResponse:
    """Show every import, whoever started it, and the form to upload a file."""
    page = queries.import_runs(after=row_number(request.GET.get("after", "")), limit=PAGE)
    names = people.actor_names({run.started_by for run in page.rows})
    facts = {
        "runs": [(run, names.get(run.started_by, run.started_by)) for run in page.rows],
        "older_url": f"?after={page.next_after}" if page.next_after else "",
        "shops": _shops(request),
        "mappings": queries.mappings(),
        "unmatched": bool(queries.cancellations_page(limit=1).rows),
    }
    return render(request, "console/imports/list.html", facts)


@require_POST
@needs("orders.import")
def import_upload(request: StaffRequest) -> HttpResponse:
    """Keep the uploaded file and go to its preview; without a mapping the one that fits best is taken."""
    file = request.FILES.get("file")
    if file is None or isinstance(file, list):
        return say(request, _("Choose a file first: CSV, XLSX or Parquet."), tone="warning", to=reverse("imports"))
    upload = forms.keep(request.actor, file)
    shop, mapping = request.POST.get("shop", ""), request.POST.get("mapping", "")
    guessed = ""
    if not mapping:
        try:
            mapping = guessed = forms.guessed_mapping(request.actor, upload, shop, queries.mappings())
        except UnreadableFile as refusal:
            return say(request, str(refusal), tone="danger", to=reverse("imports"))
    parts = {"file": upload.token, "shop": shop, "mapping": mapping, "historic": request.POST.get("historic", "")}
    if guessed:
        parts["guessed"] = "1"
    return HttpResponseRedirect(reverse("import_preview") + "?" + urlencode(parts))


@require_GET
@needs("orders.import")
def import_preview(request: StaffRequest) -> HttpResponse:
    """Show what the first rows would become, before anything is taken in."""
    upload = forms.upload_of(request.GET.get("file", ""))
    mappings = queries.mappings()
    code = request.GET.get("mapping", "")
    mapping = next((each for each in mappings if each.code == code), None)
    shop = request.GET.get("shop", "")
    facts: dict[str, Any] = {
        "upload": upload,
        "mapping": mapping,
        "mappings": mappings,
        "shop": shop,
        "shops": _shops(request),
        "historic": request.GET.get("historic", ""),
        "guessed": request.GET.get("guessed") == "1",
        "preview": forms.shown(request.actor, upload, shop_code=shop, rules=mapping.rules) if mapping else None,
        "not_supplied": [queries.field_label(name) for name in mapping.rules.get("not_supplied", [])]
        if mapping
        else [],
    }
    return render(request, "console/imports/preview.html", facts)


def _never_carried(mapping: MappingView | None) -> list[str]:
    return [queries.field_label(name) for name in mapping.rules.get("not_supplied", [])] if mapping else []


@require_POST
@needs("orders.import")
def import_start(request: StaffRequest) -> HttpResponse:
    """Queue the import and go to its page."""
    upload = forms.upload_of(request.POST.get("file", ""))
    run_id = start_import(
        request.actor,
        shop_code=request.POST.get("shop", ""),
        mapping_code=request.POST.get("mapping", ""),
        file_name=upload.name,
        stored_file=upload.stored,
        historic=bool(request.POST.get("historic")),
    )
    return HttpResponseRedirect(reverse("import_run", args=[run_id]))


@require_GET
@needs("orders.import")
def import_run(request: StaffRequest, run_id: int) -> HttpResponse:
    """Show one import: while it runs how far it is, then what became of it."""
    run = queries.import_run(run_id)
    names = people.actor_names({run.started_by})
    figures = [
        (_("Received"), run.received, ""),
        (_("Created"), run.created, "green"),
        (_("Known already"), run.duplicate, ""),
        (_("Conflicts"), run.conflict, "amber" if run.conflict else ""),
        (_("Rejected"), run.rejected, "red" if run.rejected else ""),
        (_("Cancellations"), run.cancellations, ""),
    ]
    facts = {"run": run, "started_by": names.get(run.started_by, run.started_by), "figures": figures}
    return render(request, "console/imports/run.html", facts)


@require_GET
@needs("orders.import")
def import_rejects(request: StaffRequest, run_id: int) -> HttpResponse:
    """Send the rejected rows back as a file, each with its reason."""
    run = queries.import_run(run_id)
    if not run.rejects_file or not default_storage.exists(run.rejects_file):
        raise NotFound(key=_("rejected rows of import %(id)s") % {"id": run_id})
    name = run.rejects_file.rpartition("/")[2]
    return cast(HttpResponse, FileResponse(default_storage.open(run.rejects_file), as_attachment=True, filename=name))


@require_GET
@needs("orders.import")
def cancellations(request: StaffRequest) -> HttpResponse:
    """Show cancellations of sources: those that found no order, and those that did."""
    state = "matched" if request.GET.get("state") == "matched" else "unmatched"
    page = queries.cancellations_page(state=state, after=row_number(request.GET.get("after", "")))
    facts = {
        "rows": [(row, words.word(words.UNMATCHED, row.reason) if row.reason else "") for row in page.rows],
        "state": state,
        "older_url": f"?state={state}&after={page.next_after}" if page.next_after else "",
    }
    return render(request, "console/imports/cancellations.html", facts)
