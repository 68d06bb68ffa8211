"""Replenishment: where stock stands against its reorder points, and orders by one click."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_numbers
from steward.interfaces.console.notices import say
from steward.interfaces.console.stock import forms
from steward.kernel import moment
from steward.modules.inventory import queries
from steward.modules.inventory.commands import planning
from steward.modules.inventory.queries import words


@require_GET
@needs("stock.view")
def replenishment(request: StaffRequest) -> HttpResponse:
    """Show what is below its reorder point with what to order, or all reorder points."""
    everything, text = request.GET.get("all") == "1", request.GET.get("q", "").strip()[:60]
    rows = queries.plan_rows(only_below=not everything and not text, text=text)
    facts = {
        "rows": [(row, words.METHODS[row.method]) for row in rows],
        "everything": everything,
        "q": text,
        "warehouses": queries.warehouses(),
        "methods": list(words.METHODS.items()),
        "may_buy": request.actor.may("stock.purchase"),
        "may_plan": request.actor.may("stock.plan"),
    }
    return render(request, "console/stock/replenishment.html", facts)


@require_POST
@needs("stock.purchase")
def replenishment_order(request: StaffRequest) -> HttpResponse:
    """Order what is proposed for the chosen rows."""
    points = row_numbers(request.POST.getlist("point"))
    numbers = planning.order_proposed(
        request.actor, point_ids=points, how=request.POST.get("how", ""), now=moment.now()
    )
    to = reverse("supply", args=[numbers[0]]) if len(numbers) == 1 else reverse("supplies")
    return say(request, _("%(numbers)s is written.") % {"numbers": ", ".join(numbers)}, to=to)


@require_POST
@needs("stock.plan")
def replenishment_point(request: StaffRequest) -> HttpResponse:
    """Give a reorder point, or let it be computed."""
    given = request.POST
    draft = planning.PointDraft(
        sku=given.get("sku", "").strip(),
        warehouse=given.get("warehouse", ""),
        method=given.get("method", "given"),
        safety_stock=forms.pieces(given, "safety_stock", default=0),
        reorder_point=forms.pieces(given, "reorder_point", default=0),
        order_up_to=forms.pieces(given, "order_up_to", default=0),
        lead_days=forms.number(given, "lead_days", default=7),
        lead_sd_days=forms.number(given, "lead_sd_days", default=0),
        supplier=given.get("supplier", "").strip()[:80],
    )
    planning.set_reorder_points(request.actor, points=[draft], now=moment.now())
    return say(request, _("The reorder point is saved."), to=reverse("replenishment") + "?all=1")
