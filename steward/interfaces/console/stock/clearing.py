"""Slow-moving and expiring stock: the lists, their exports, and transfers proposed from a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.interfaces.console.stock import forms
from steward.kernel import moment, money, parameters
from steward.modules.inventory import queries
from steward.modules.inventory.commands import clearing as commands
from steward.modules.inventory.queries import clearing, suggesting, thresholds, words

PAGE = 50
EXPORTED_AT_MOST = 10_000
WITHIN = (7, 30, 60)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_GET
@needs("stock.view")
def stock_slow(request: StaffRequest) -> HttpResponse:
    """Show what moves slowly or not at all, the most valuable first, and where it would sell."""
    now, wish = moment.now(), _slow_wish(request)
    rows = clearing.slow_stock(**wish, after=_after(request, 3), limit=PAGE + 1, now=now)
    narrow = {"warehouse": wish["warehouse"], "speed": wish["speed"], "q": wish["text"]}
    facts = {
        "rows": _shown(rows[:PAGE], now),
        "speeds": list(words.SPEEDS.items()),
        "more_url": _more(rows, narrow),
        "cover_days": parameters.value(thresholds.SLOW_COVER_DAYS),
        "idle_days": parameters.value(thresholds.DEAD_IDLE_DAYS),
    }
    return render(request, "console/stock/slow.html", facts | _frame(request, "slow", narrow))


@require_GET
@needs("stock.view")
def stock_expiring(request: StaffRequest) -> HttpResponse:
    """Show lots that expire soon, what of them will not sell in time, and where it would."""
    now, wish = moment.now(), _expiring_wish(request)
    rows = clearing.expiring_lots(**wish, after=_after(request, 2), limit=PAGE + 1, now=now)
    narrow = {
        "warehouse": wish["warehouse"],
        "within": str(wish["within_days"] or ""),
        "risk": "1" if wish["only_at_risk"] else "",
        "q": wish["text"],
    }
    facts = {
        "rows": _shown(rows[:PAGE], now),
        "withins": [(str(days), days) for days in WITHIN],
        "more_url": _more(rows, narrow),
        "horizon": parameters.value(thresholds.EXPIRY_DAYS),
    }
    return render(request, "console/stock/expiring.html", facts | _frame(request, "expiring", narrow))


def _slow_wish(request: StaffRequest) -> dict[str, Any]:
    speed = request.GET.get("speed", "")
    return {**_wish(request), "speed": speed if speed in words.SPEEDS else ""}


def _expiring_wish(request: StaffRequest) -> dict[str, Any]:
    within = request.GET.get("within", "")
    days = int(within) if within in {str(days) for days in WITHIN} else None
    return {**_wish(request), "within_days": days, "only_at_risk": request.GET.get("risk") == "1"}


def _wish(request: StaffRequest) -> dict[str, Any]:
    return {"warehouse": request.GET.get("warehouse", "")[:50], "text": request.GET.get("q", "").strip()[:60]}


def _after(request: StaffRequest, parts: int) -> Any:
    """Read where a list goes on. Raises: Http404."""
    text = request.GET.get("after", "")
    if not text:
        return None
    found = text.split("~")
    if len(found) != parts:
        raise Http404
    try:
        first = date.fromisoformat(found[0]) if parts == 2 else row_number(found[0])
    except ValueError:
        raise Http404 from None
    return (first or 0, *(row_number(one) or 0 for one in found[1:]))


def _more(rows: Sequence[suggesting.Row], narrow: dict[str, str]) -> str:
    """Write the address of the page after this one."""
    if len(rows) <= PAGE:
        return ""
    return "?" + urlencode({**narrow, "after": "~".join(str(part) for part in rows[PAGE - 1].key)})


def _shown(rows: Sequence[suggesting.Row], now: Any) -> list[dict[str, Any]]:
    """Lay rows out: what was done about them, and where else they would sell."""
    done, found = suggesting.done_about(row.item_id for row in rows), suggesting.suggestions(rows, now=now)
    return [
        {
            "row": row,
            "speed": words.SPEEDS.get(getattr(row, "speed", "")),
            "condition": words.CONDITIONS.get(getattr(row, "condition", "")),
            "basis": words.VALUED_AT[row.basis],
            "share": getattr(row, "share", 0) * 100,
            "transfer": done.transfer_of(row),
            "write_off": done.write_offs.get(getattr(row, "stock_id", 0), ""),
            "to": found.get(place),
        }
        for place, row in enumerate(rows)
    ]


def _frame(request: StaffRequest, tab: str, narrow: dict[str, str]) -> dict[str, Any]:
    return {
        "tab": tab,
        "narrow": narrow,
        "query": "?" + urlencode(narrow),
        "q": narrow["q"],
        "warehouses": queries.warehouses(),
        "may_buy": request.actor.may("stock.purchase"),
        "may_ask": request.actor.may("stock.write_off"),
    }


@require_POST
@needs("stock.purchase")
def stock_propose(request: StaffRequest) -> HttpResponse:
    """Plan the transfer a row proposes."""
    pieces = forms.pieces(request.POST, "quantity")
    stock_id, now = row_number(request.POST.get("stock_id", "")), moment.now()
    if stock_id is not None:
        number = commands.propose_lot_transfer(request.actor, stock_id=stock_id, quantity=pieces, now=now)
    else:
        sku, warehouse = request.POST.get("sku", ""), request.POST.get("warehouse", "")
        number = commands.propose_item_transfer(request.actor, sku=sku, warehouse=warehouse, quantity=pieces, now=now)
    return say(request, _("%(number)s is written.") % {"number": number}, to=reverse("supply", args=[number]))


@require_GET
@needs("stock.view")
def stock_slow_export(request: StaffRequest) -> HttpResponse:
    """Send slow-moving stock as CSV, 10,000 rows at most."""
    rows = clearing.slow_stock(**_slow_wish(request), limit=EXPORTED_AT_MOST, now=moment.now())
    head = [
        "SKU", _("Goods"), "ABC", _("Warehouse"), _("On hand"), _("Free pieces"), _("Sold a day"),
        _("Days of cover"), _("Days with nothing in or out"), pgettext("goods", "Value"), _("Currency"), _("Valued"),
        _("Share of value, %"), _("Class"),
    ]  # fmt: skip
    return _csv("slow-stock", head, rows, _slow_cells)


def _slow_cells(row: clearing.SlowRow) -> list[Any]:
    return [
        row.sku, row.name_zh, row.abc_class, row.warehouse_name, row.on_hand, row.free, round(row.per_day, 3),
        "" if row.cover_days is None else round(row.cover_days), row.idle_days,
        money.to_decimal(row.value_minor, row.currency), row.currency, str(words.VALUED_AT[row.basis]),
        round(row.share * 100, 3), str(words.SPEEDS[row.speed]),
    ]  # fmt: skip


@require_GET
@needs("stock.view")
def stock_expiring_export(request: StaffRequest) -> HttpResponse:
    """Send expiring lots as CSV, 10,000 rows at most."""
    rows = clearing.expiring_lots(**_expiring_wish(request), limit=EXPORTED_AT_MOST, now=moment.now())
    head = [
        "SKU", _("Goods"), _("Warehouse"), _("Lot"), _("Best before"), _("Days left"), pgettext("goods", "Condition"),
        _("On hand"), _("Free pieces"), _("Sold a day"), _("Unsold in time"), _("Value at risk"), _("Currency"),
        _("Valued"),
    ]  # fmt: skip
    return _csv("expiring-lots", head, rows, _expiring_cells)


def _expiring_cells(row: clearing.ExpiringRow) -> list[Any]:
    return [
        row.sku, row.name_zh, row.warehouse_name, row.lot, row.expires_date, row.days_left,
        str(words.CONDITIONS[row.condition]), row.on_hand, row.free, round(row.per_day, 3), row.unsold,
        money.to_decimal(row.at_risk_minor, row.currency), row.currency, str(words.VALUED_AT[row.basis]),
    ]  # fmt: skip


def _csv(name: str, head: Sequence[str], rows: Iterable[Any], cells: Callable[[Any], list[Any]]) -> HttpResponse:
    """Write a file for spreadsheets; no text of it is taken for a formula."""
    out = io.StringIO("\ufeff")
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        writer.writerow(
            [f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in cells(row)]
        )
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{moment.now():%Y%m%d-%H%M}.csv"'
    return response
