"""The stock board, and movements by hand."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.interfaces.console.stock import forms
from steward.kernel import moment
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries
from steward.modules.inventory.commands.moving import MovementDraft, record_movements

PAGE = 50


@require_GET
@needs("stock.view")
def stock(request: StaffRequest) -> HttpResponse:
    """Show what each sales pool has of each item, and where it lies."""
    text, after = request.GET.get("q", "")[:60], row_number(request.GET.get("after", "")) or 0
    rows = queries.stock_page(text=text.strip(), after=after, limit=PAGE + 1)
    older = "?" + urlencode({"q": text, "after": str(rows[PAGE - 1].promise_id)}) if len(rows) > PAGE else ""
    places = queries.board([row.item_id for row in rows[:PAGE]])
    facts = {
        "rows": [(row, [one for one in places[row.item_id] if one.pool == row.pool]) for row in rows[:PAGE]],
        "more_url": older,
        "q": text,
        "bundles": [one for one in catalog.find_items(text) if one.is_bundle],
        "warehouses": queries.warehouses(),
        "may_move": request.actor.may("stock.move"),
    }
    return render(request, "console/stock/list.html", facts)


@require_POST
@needs("stock.move")
def stock_move(request: StaffRequest) -> HttpResponse:
    """Receive goods, take them back, or adjust what is on hand with a reason."""
    sku = request.POST.get("sku", "").strip()
    kind = request.POST.get("kind", "received")
    item_id = catalog.item_ids_by_sku([sku]).get(sku)
    if item_id is None:
        return say(request, _("There is no SKU “%(sku)s”.") % {"sku": sku}, tone="warning")
    quantity = forms.pieces(request.POST, "quantity")
    draft = MovementDraft(
        warehouse=request.POST.get("warehouse", ""),
        item_id=item_id,
        kind=kind,
        quantity=quantity,
        reference=request.POST.get("reference", "").strip()[:80],
        reason=request.POST.get("reason", "").strip()[:200],
        lot=request.POST.get("lot", "").strip()[:40],
        expires_date=forms.day(request.POST, "expires_date"),
        condition=request.POST.get("condition", "sellable"),
    )
    made = record_movements(request.actor, movements=[draft], now=moment.now())
    for number in made.waiting:
        text = _("%(number)s waits for a second person; the goods are held.") % {"number": number}
        return say(request, text, to=reverse("write_off", args=[number]))
    text = _("%(quantity)s × %(sku)s booked.") % {"quantity": quantity, "sku": sku}
    return say(request, text, to=reverse("stock_item", args=[item_id]))
