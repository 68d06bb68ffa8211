"""The list of mappings and their editor."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.imports import forms as files
from steward.interfaces.console.mappings import forms
from steward.interfaces.console.notices import say
from steward.kernel.findings import Finding
from steward.modules.catalog import queries as catalog
from steward.modules.orders import queries
from steward.modules.orders.commands.mappings import save_mapping
from steward.modules.orders.queries.intake import MappingView
from steward.modules.orders.rules.drafts import NOT_SUPPLIED_FIELDS
from steward.modules.orders.rules.mapping_shape import parsed
from steward.modules.people import queries as people

EMPTY: dict[str, Any] = {"fields": {}, "grouping": "key", "unknown_sku": "reject"}


@require_GET
@needs("orders.mappings")
def mappings(request: StaffRequest) -> HttpResponse:
    """Show the mappings in force."""
    rows = queries.mappings()
    names = people.actor_names({row.set_by for row in rows})
    facts = {"rows": [(row, len(row.rules.get("fields", {})), names.get(row.set_by, row.set_by)) for row in rows]}
    return render(request, "console/mappings/list.html", facts)


@require_http_methods(["GET", "POST"])
@needs("orders.mappings")
def mapping_new(request: StaffRequest) -> HttpResponse:
    """Start a mapping from nothing, or from a copy of another (`?from=`)."""
    source = queries.find_mapping(request.GET.get("from", ""))
    rules = source.rules if source else EMPTY
    return _edit(request, code="", name="", rules=rules, versions=[])


@require_http_methods(["GET", "POST"])
@needs("orders.mappings")
def mapping(request: StaffRequest, code: str) -> HttpResponse:
    """Edit a mapping: look at what it makes of a file, then save it as a new version."""
    versions = queries.mapping_versions(code)
    wanted = request.GET.get("version", "")
    shown = next((each for each in versions if str(each.version) == wanted), None)
    base = shown or next((each for each in versions if each.active), versions[0])
    return _edit(request, code=code, name=base.name, rules=base.rules, versions=versions)


def _edit(
    request: StaffRequest, *, code: str, name: str, rules: dict[str, Any], versions: list[MappingView]
) -> HttpResponse:
    findings: list[Finding] = []
    new_code = code
    if request.method == "POST":
        rules, findings = forms.rules_of(request.POST, rules)
        name = request.POST.get("name", "").strip()[:120]
        new_code = code or slugify(request.POST.get("code", ""))[:50]
        checked = parsed(rules)
        findings += checked if isinstance(checked, list) else []
        if request.POST.get("do") == "save":
            findings += _missing(new_code, name, is_new=not code)
            if not findings:
                version = save_mapping(request.actor, code=new_code, name=name, rules=rules)
                text = _("“%(name)s” is in force as version %(version)s.") % {"name": name, "version": version}
                return say(request, text, to=_after_saving(request, new_code))
    upload, shop = _file(request)
    facts = _facts(rules, findings, upload, shop, request)
    facts |= {"code": code, "new_code": new_code, "name": name}
    names = people.actor_names({each.set_by for each in versions})
    facts["versions"] = [(each, names.get(each.set_by, each.set_by)) for each in versions]
    return render(request, "console/mappings/edit.html", facts, status=422 if findings else 200)


def _missing(code: str, name: str, *, is_new: bool) -> list[Finding]:
    found = [Finding("name", "required", "error")] if not name else []
    if not code:
        found.append(Finding("code", "required", "error"))
    elif is_new and queries.find_mapping(code):
        found.append(Finding("code", "code_taken", "error", {"code": code}))
    return found


def _file(request: StaffRequest) -> tuple[files.Upload | None, str]:
    """Find the file to look at: the one just chosen, else the one that travels along."""
    sent = request.FILES.get("file")
    shops = catalog.shops()
    shop = request.POST.get("shop") or request.GET.get("shop") or (shops[0].code if shops else "")
    if sent is not None and not isinstance(sent, list):
        return files.keep(request.actor, sent), shop
    token = request.POST.get("kept") or request.GET.get("file", "")
    return (files.upload_of(token) if token else None), shop


def _facts(
    rules: dict[str, Any], findings: list[Finding], upload: files.Upload | None, shop: str, request: StaffRequest
) -> dict[str, Any]:
    preview = files.shown(request.actor, upload, shop_code=shop, rules=rules) if upload else None
    columns = preview.header if preview else []
    return {
        "groups": forms.rows_of(rules, columns),
        "rules": rules,
        "columns": columns,
        "not_supplied": [
            (name, queries.field_label(name), name in rules.get("not_supplied", []))
            for name in sorted(NOT_SUPPLIED_FIELDS)
        ],
        "cancellation": (rules.get("cancellation") or {}).get("starts_with", ""),
        "filters": json.dumps(rules["filters"], ensure_ascii=False, indent=1) if rules.get("filters") else "",
        "delimiter": r"\t" if rules.get("delimiter") == "\t" else rules.get("delimiter", ""),
        "problems": [
            f"{queries.field_label(finding.field)}: {queries.finding_text(finding.code, finding.params)}"
            for finding in findings
        ],
        "upload": upload,
        "preview": preview,
        "shop": shop,
        "shops": catalog.shops(),
    }


def _after_saving(request: StaffRequest, code: str) -> str:
    """Go back to the preview the person came from, else stay at the mapping."""
    if token := request.POST.get("kept", ""):
        parts = {"file": token, "shop": request.POST.get("shop", ""), "mapping": code}
        return reverse("import_preview") + "?" + urlencode(parts)
    return reverse("mapping", args=[code])
