"""Tariffs: the versions of a service, and a new one from a sheet or from pasted cells, looked at before it counts."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from steward.connectors.tariff_sheets import read_sheet
from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.carriers import reading
from steward.interfaces.console.notices import say
from steward.kernel import errors
from steward.kernel.errors import BadInput
from steward.modules.logistics.commands.tariff_sheets import LARGEST_BYTES, TooBigSheet, put_in_force
from steward.modules.logistics.queries import carriers as files
from steward.modules.logistics.queries import tariffs as queries
from steward.modules.logistics.queries import words
from steward.modules.logistics.queries.tariff_import import SAMPLE_KG, Preview, preview
from steward.modules.logistics.rules import tariff_text
from steward.modules.logistics.rules.tariffs import Draft

MOST_FAULTS = 100
MOST_LANES = 60


@require_GET
@needs("logistics.quote")
def tariff(request: StaffRequest, service_code: str) -> HttpResponse:
    """Show a service's versions and what the chosen one says."""
    service, versions = files.service(service_code), queries.tariff_versions(service_code)
    wanted = request.GET.get("version", "")
    one = next((row for row in versions if str(row.version) == wanted), versions[0] if versions else None)
    draft = queries.tariff(one.id) if one else None
    facts = {
        "service": service,
        "versions": versions,
        "version": one,
        "draft": draft,
        "lanes": _shown_lanes(draft) if draft else [],
        "more": max(len(draft.lanes) - MOST_LANES, 0) if draft else 0,
        "surcharges": _surcharges(draft) if draft else [],
        "may_change": request.actor.may("logistics.carriers"),
    }
    return render(request, "console/carriers/tariff.html", facts)


def _shown_lanes(draft: Draft) -> list[tuple[str, str, Any]]:
    return [
        (queries.region_name(lane.origin), queries.region_name(lane.region), lane.tiers)
        for lane in draft.lanes[:MOST_LANES]
    ]


def _surcharges(draft: Draft) -> list[tuple[str, str, str, Any]]:
    return [
        (
            words.word(words.SURCHARGES, one.kind),
            queries.region_name(one.region),
            words.word(words.STORAGE_CLASSES, one.storage_class),
            one,
        )
        for one in draft.surcharges
    ]


@needs("logistics.carriers")
def tariff_new(request: StaffRequest, service_code: str) -> HttpResponse:
    """Read a sheet or pasted cells, show what they would become, and put them in force when told to."""
    service = files.service(service_code)
    typed: dict[str, str] = (
        {name: str(value) for name, value in request.POST.items()}
        if request.method == "POST"
        else _present(service_code, request.GET.get("mapping", ""))
    )
    found: Preview | None = None
    wrong: dict[str, str] = {}
    if request.method == "POST":
        content = queries.tariff_mapping_content(typed.get("mapping", "template"))
        found = _read(request, content, typed, wrong)
        if found is not None and typed.get("do") == "save":
            answer = _save(request, service_code, found, typed, wrong)
            if answer is not None:
                return answer
    facts = {
        "service": service,
        "typed": typed,
        "errors": wrong,
        "mappings": queries.tariff_mappings(),
        "found": found,
        "faults": [(one, words.fault_text(one)) for one in found.faults[:MOST_FAULTS]] if found else [],
        "samples": _samples(found) if found else [],
        "weights": SAMPLE_KG,
        "surcharge_words": ", ".join(f"{code} = {word}" for code, word in words.SURCHARGES.items()),
    }
    return render(request, "console/carriers/tariff_new.html", facts, status=422 if wrong else 200)


def _read(
    request: StaffRequest, content: Mapping[str, Any], typed: dict[str, str], wrong: dict[str, str]
) -> Preview | None:
    """Read the file or the cells; None, with what is wrong noted, where they cannot be read whole."""
    try:
        typed["rows"] = _from_file(request, content) or typed.get("rows", "")
        records = tariff_text.records_of(typed["rows"])
    except errors.Refusal as refusal:
        wrong["file" if request.FILES.get("file") else "rows"] = str(refusal)
        return None
    note = typed.get("note", "").strip()[:200]
    return preview(records, mapping=content, surcharges=typed.get("surcharges", ""), note=note)


def _present(service_code: str, mapping: str) -> dict[str, str]:
    """Begin with what counts now, so that a change is a change and not everything anew; or with a mapping's sheet."""
    if mapping and mapping != "template":
        return {"mapping": mapping}
    versions = queries.tariff_versions(service_code)
    if not versions:
        return {"mapping": "template", "rows": "\t".join(tariff_text.HEADER)}
    draft = queries.tariff(versions[0].id)
    return {
        "mapping": "template",
        "rows": tariff_text.written(draft, queries.region_name),
        "surcharges": tariff_text.surcharge_lines(draft),
    }


def _from_file(request: StaffRequest, content: Mapping[str, Any]) -> str:
    """Turn a file, where one was sent, into cells people can look at and change."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return ""
    if (file.size or 0) > LARGEST_BYTES:
        raise TooBigSheet
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(file.name or "sheet.xlsx").name[:80] or "sheet.xlsx")
        path.write_bytes(file.read())
        records, sheet = str(content.get("records", "")), str(content.get("sheet", ""))
        return tariff_text.text_of(read_sheet(path, records=records, sheet=sheet))


def _save(
    request: StaffRequest, service_code: str, found: Preview, typed: Mapping[str, str], wrong: dict[str, str]
) -> HttpResponse | None:
    """Put the draft in force; None, with what is wrong noted, where it cannot be."""
    if found.errors:
        wrong["rows"] = _("Mend what is listed below; nothing was saved.")
        return None
    try:
        first = reading.day(typed, "valid_from")
        if first is None:
            raise reading.Unreadable("valid_from", _("Say from which day it counts."))
        last = reading.day(typed, "valid_until")
        version = put_in_force(request.actor, service=service_code, found=found, valid_from=first, valid_until=last)
    except BadInput as refusal:
        wrong.update(reading.by_field(refusal.findings))
        return None
    text = _("Version %(version)s counts from %(day)s.") % {"version": version, "day": first.isoformat()}
    return say(request, text, to=reverse("tariff", args=[service_code]))


def _samples(found: Preview) -> list[tuple[str, str, list[int | None]]]:
    return [
        (queries.region_name(one.origin), queries.region_name(one.region), one.prices_minor) for one in found.samples
    ]
