"""An order entered by hand: the line editor, its totals and what is wrong with it, while it is typed."""

from __future__ import annotations

import secrets
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.orders import forms
from steward.kernel import moment, money
from steward.kernel.findings import Finding
from steward.modules.catalog import queries as catalog
from steward.modules.orders import queries
from steward.modules.orders.commands import verification_source as sources
from steward.modules.orders.commands.intake import Intake
from steward.modules.orders.commands.receive import receive_resilient

KEY_BYTES = 12
MOST_FILES = 10


@require_http_methods(["GET", "POST"])
@needs("orders.enter")
def order_new(request: StaffRequest) -> HttpResponse:
    """Show the form; with `do=save` take the order in, with any other `do` show it again as it stands."""
    zone = ZoneInfo(timezone.get_current_timezone_name())
    shops = [shop for shop in catalog.shops() if shop.active]
    entry = forms.entry_of(
        request.POST,
        key=secrets.token_hex(KEY_BYTES),
        now=moment.now(),
        zone=zone,
    )
    do = request.POST.get("do", "")
    _edit_lines(entry, do)
    shop = next((shop for shop in shops if shop.code == entry.shop), None) or (shops[0] if shops else None)
    if shop:
        entry.shop = shop.code
    currency = shop.currency if shop else "CNY"
    _fill_from_catalogue(entry)
    parsed = forms.parse_entry(entry, currency=currency, zone=zone)
    findings: list[Finding] = []
    if do == "save":
        findings = parsed.findings
        if parsed.draft is not None:
            return _save(request, entry, parsed) or _form(request, entry, parsed, shops, currency, findings)
    return _form(request, entry, parsed, shops, currency, findings)


def _edit_lines(entry: forms.OrderEntry, do: str) -> None:
    """Add an empty line or take one away."""
    if do == "add" and len(entry.lines) < forms.MOST_LINES:
        entry.lines.append(forms.LineEntry())
    elif do in {f"drop-{index}" for index in range(len(entry.lines))} and len(entry.lines) > 1:
        del entry.lines[int(do.removeprefix("drop-"))]


def _fill_from_catalogue(entry: forms.OrderEntry) -> None:
    """Give a line whose SKU is known its name and, where none was typed, its price."""
    known = catalog.items_by_sku({line.sku.strip() for line in entry.lines if line.sku.strip()})
    for line in entry.lines:
        item = known.get(line.sku.strip())
        if item:
            line.title = line.title or item.name_zh
            line.unit_price = line.unit_price or str(money.to_decimal(item.price_minor, item.currency))


def _save(request: StaffRequest, entry: forms.OrderEntry, parsed: forms.Parsed) -> HttpResponse | None:
    """Take the order in; None when it was refused, with the reasons added to what was parsed."""
    assert parsed.draft is not None
    given = _given(request, parsed.findings)
    if given is None:
        return None
    intake = Intake(draft=parsed.draft, source="form", idempotency_key=entry.key)
    receipt = receive_resilient(request.actor, intakes=[intake], now=moment.now())[0]
    if receipt.outcome == "rejected":
        parsed.findings.extend(receipt.findings)
        return None
    if receipt.outcome == "created":
        text = request.POST.get("source_text", "")
        sources.keep_source(request.actor, order_id=receipt.order_id, text=text, files=given, now=moment.now())
    texts = {
        "created": _("Order %(number)s was taken in."),
        "duplicate": _("This order is known already: %(number)s."),
        "conflict": _("An order with this number is known with other content: %(number)s. Nothing was changed."),
    }
    text = texts[receipt.outcome] % {"number": receipt.number}
    tone = "success" if receipt.outcome == "created" else "warning"
    return say(request, text, tone=tone, to=reverse("order", args=[receipt.number]))  # type: ignore[arg-type]


def _given(request: StaffRequest, findings: list[Finding]) -> list[sources.Given] | None:
    """Read the files that came with the form; None, with a finding, where one does not fit."""
    files = request.FILES.getlist("source_files")[:MOST_FILES]
    found = [sources.Given(str(one.name), one.read()) for one in files]
    try:
        for one in found:
            sources.refuse_unfit(one)
    except sources.UnfitSource as refused:
        findings.append(Finding("source_files", "source_unfit", "error", {"why": str(refused)}))
        return None
    return found


def _form(
    request: StaffRequest,
    entry: forms.OrderEntry,
    parsed: forms.Parsed,
    shops: list[catalog.ShopFacts],
    currency: str,
    findings: list[Finding],
) -> HttpResponse:
    by_field: dict[str, list[str]] = {}
    for finding in findings:
        by_field.setdefault(finding.field, []).append(queries.finding_text(finding.code, finding.params))
    lines = [
        {
            "entry": line,
            "total_minor": parsed.line_totals[index] if index < len(parsed.line_totals) else 0,
            "errors": {
                name: " ".join(by_field.pop(f"lines.{index}.{field}", []))
                for name, field in (
                    ("sku", "sku"),
                    ("quantity", "quantity"),
                    ("unit_price", "unit_price_minor"),
                    ("discount", "discount_minor"),
                )
            },
        }
        for index, line in enumerate(entry.lines)
    ]
    facts: dict[str, Any] = {
        "entry": entry,
        "lines": lines,
        "parsed": parsed,
        "currency": currency,
        "shops": shops,
        "source_text": request.POST.get("source_text", ""),
        "errors": {field.replace(".", "_"): " ".join(texts) for field, texts in by_field.items()},
        "problems": [
            (queries.field_label(finding.field), queries.finding_text(finding.code, finding.params))
            for finding in findings
        ],
    }
    return render(request, "console/orders/new.html", facts, status=422 if findings else 200)


@require_GET
@needs("orders.enter")
def order_items(request: StaffRequest) -> HttpResponse:
    """Suggest items for a SKU field."""
    texts = request.GET.getlist("line_sku") or [request.GET.get("q", "")]
    found = [item for text in texts for item in catalog.find_items(text[:60], limit=10)]
    return render(request, "console/orders/items.html", {"items": found[:20]})
