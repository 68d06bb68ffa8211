"""How carriers' price sheets are read: the list, and the editor that shows what a mapping makes of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from msgspec import Struct

from steward.connectors.tariff_sheets import Records, read_sheet, sheet_names
from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.carriers import mapping_forms as forms
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment, money
from steward.modules.logistics.commands.tariff_sheets import LARGEST_BYTES, TooBigSheet, keep_sheet, kept_sheet
from steward.modules.logistics.commands.tariffs import MappingTaken, save_tariff_mapping
from steward.modules.logistics.queries import tariffs as queries
from steward.modules.logistics.queries import words
from steward.modules.logistics.queries.tariff_import import SAMPLE_KG, Preview, preview
from steward.modules.logistics.rules.mapping_faults import mapping_faults
from steward.modules.logistics.rules.tariff_mapping import UNITS_G
from steward.modules.people import queries as people

SALT = "steward.carriers.sheet"
VALID_S = 7 * 24 * 3600
ROWS, MOST_FAULTS = 8, 60


class Sheet(Struct, frozen=True):
    """A kept file as it travels through the browser: nobody can make a token for another file."""

    stored: str
    name: str

    @property
    def token(self) -> str:
        """Sign the name the file is kept under."""
        return signing.dumps([self.stored, self.name], salt=SALT, compress=True)


class Looked(Struct, frozen=True):
    """What a file holds and what the mapping makes of it; `problem` says why it cannot be read at all."""

    columns: list[str] = []
    rows: Records = []
    sheets: list[str] = []
    found: Preview | None = None
    problem: str = ""


@require_GET
@needs("logistics.carriers")
def tariff_mappings(request: StaffRequest) -> HttpResponse:
    """Show how sheets can be read."""
    rows = queries.tariff_mappings()
    names = people.actor_names({row.changed_by for row in rows if row.changed_by})
    facts = {"rows": [(row, len(row.content.get("tiers", [])), names.get(row.changed_by, "")) for row in rows]}
    return render(request, "console/carriers/tariff_mappings.html", facts)


@require_http_methods(["GET", "POST"])
@needs("logistics.carriers")
def tariff_mapping_new(request: StaffRequest) -> HttpResponse:
    """Start a mapping from nothing, or from a copy of another (`?from=`)."""
    source = request.GET.get("from", "")
    content = queries.tariff_mapping_content(source) if source else forms.EMPTY
    return _edit(request, code="", name="", content=content)


@require_http_methods(["GET", "POST"])
@needs("logistics.carriers")
def tariff_mapping(request: StaffRequest, mapping_code: str) -> HttpResponse:
    """Edit a mapping: look at what it makes of a file, then keep it. Those that came with Steward are copied."""
    known = queries.tariff_mapping_of(mapping_code)
    return _edit(request, code=mapping_code, name=known.name, content=known.content, shipped=known.shipped)


def _edit(
    request: StaffRequest, *, code: str, name: str, content: Mapping[str, Any], shipped: bool = False
) -> HttpResponse:
    wrong: list[str] = []
    new_code, sheet = code, None
    if request.method == "POST":
        content = forms.content_of(request.POST)
        name = request.POST.get("name", "").strip()[:80]
        new_code = code or slugify(request.POST.get("code", ""))[:50]
        sheet = _sheet(request)
        wrong = _said(mapping_faults(content))
        if request.POST.get("do") == "save" and not wrong:
            wrong = _saved(request, new_code, name, dict(content), is_new=not code)
            if not wrong:
                text = _("“%(name)s” is kept. Sheets are read by it from now on.") % {"name": name or new_code}
                return say(request, text, to=reverse("tariff_mapping", args=[new_code]))
    looked = _looked(sheet, content) if sheet else Looked()
    facts = {
        "code": code,
        "new_code": new_code,
        "name": name,
        "shipped": shipped,
        "form": forms.shown(content),
        "labels": forms.LABELS.values(),
        "wrong": wrong,
        "units": list(UNITS_G),
        "currencies": sorted(money.CURRENCIES),
        "sheet": sheet,
        **_previewed(looked),
    }
    return render(request, "console/carriers/tariff_mapping.html", facts, status=422 if wrong else 200)


def _said(faults: Any) -> list[str]:
    """Say what is wrong with a mapping: the tier or the field, and what."""
    return [
        _("Tier %(number)s: %(text)s") % {"number": one.row, "text": words.fault_words(one)}
        if one.row
        else f"{forms.field_name(one.field)}: {words.fault_words(one)}"
        for one in faults
    ]


def _saved(request: StaffRequest, code: str, name: str, content: dict[str, Any], *, is_new: bool) -> list[str]:
    """Keep it; return why not, so that what was typed stays on the page."""
    try:
        save_tariff_mapping(request.actor, code=code, name=name, content=content, now=moment.now(), is_new=is_new)
    except errors.BadInput as refusal:
        return [f"{forms.field_name(one['field'])}: {one['message']}" for one in refusal.findings]
    except MappingTaken as refusal:
        return [str(refusal)]
    return []


def _sheet(request: StaffRequest) -> Sheet | None:
    """Find the file to look at: the one just chosen, else the one that travels along."""
    sent = request.FILES.get("file")
    if isinstance(sent, UploadedFile):
        if (sent.size or 0) > LARGEST_BYTES:
            raise TooBigSheet
        name = Path(sent.name or "sheet").name[:80]
        return Sheet(keep_sheet(request.actor, name=name, content=sent.read()), name)
    try:
        token = request.POST.get("kept", "")
        return Sheet(*signing.loads(token, salt=SALT, max_age=VALID_S)) if token else None
    except (signing.BadSignature, TypeError):
        return None


def _looked(sheet: Sheet, content: Mapping[str, Any]) -> Looked:
    """Read the file by the mapping, as far as both can be read."""
    sheets: list[str] = []
    try:
        with kept_sheet(sheet.stored) as path:
            sheets = sheet_names(path)
            records = read_sheet(path, records=str(content.get("records", "")), sheet=str(content.get("sheet", "")))
    except errors.Refusal as refusal:
        return Looked(sheets=sheets, problem=str(refusal))
    columns = list(dict.fromkeys(name for _number, record in records[:1_000] for name in record))
    found = None if mapping_faults(content) else preview(records, mapping=content)
    return Looked(columns, records[:ROWS], sheets, found)


def _previewed(looked: Looked) -> dict[str, Any]:
    found = looked.found
    return {
        "problem": looked.problem,
        "columns": looked.columns,
        "sheets": looked.sheets,
        "rows": [(number, [record.get(name, "") for name in looked.columns]) for number, record in looked.rows],
        "found": found,
        "faults": [(one, words.fault_text(one)) for one in found.faults[:MOST_FAULTS]] if found else [],
        "more": max(len(found.faults) - MOST_FAULTS, 0) if found else 0,
        "weights": SAMPLE_KG,
        "samples": [
            (queries.region_name(one.origin), queries.region_name(one.region), one.prices_minor)
            for one in found.samples
        ]
        if found
        else [],
    }
