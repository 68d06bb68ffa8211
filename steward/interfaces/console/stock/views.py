"""The list of stock, the ledger of one item, and movements by hand."""

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
from steward.kernel.errors import NotFound
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.commands import set_substitutes
from steward.modules.inventory import queries
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.people import queries as people

PAGE = 50
LEDGER = 100


@require_GET
@needs("stock.view")
def stock(request: StaffRequest) -> HttpResponse:
    """Show what each sales pool has of each item."""
    text, after = request.GET.get("q", "")[:60], row_number(request.GET.get("after", "")) or 0
    rows = queries.stock_page(text=text.strip(), after=after, limit=PAGE + 1)
    older = "?" + urlencode({"q": text, "after": str(rows[PAGE - 1].promise_id)}) if len(rows) > PAGE else ""
    facts = {
        "rows": rows[:PAGE],
        "more_url": older,
        "q": text,
        "warehouses": queries.warehouses(),
        "may_move": request.actor.may("stock.move"),
    }
    return render(request, "console/stock/list.html", facts)


@require_GET
@needs("stock.view")
def stock_item(request: StaffRequest, item_id: int) -> HttpResponse:
    """Show one item: what each pool has, and the newest movements."""
    item = catalog.items_by_id([item_id]).get(item_id)
    if item is None:
        raise NotFound(key=item_id)
    kinds = {"received": _("Goods received"), "shipped": _("Goods shipped"), "adjusted": _("Adjustment")}
    movements = [
        (row, row.warehouse.name, kinds.get(row.kind, row.kind))
        for row in queries.movements_of_item(item_id, limit=LEDGER)
    ]
    names = people.actor_names({row.actor for row, _warehouse, _kind in movements})
    facts = {
        "item": item,
        "rows": [row for row in queries.stock_page(text=item.sku, limit=PAGE) if row.item_id == item_id],
        "movements": [(row, warehouse, kind, names.get(row.actor, row.actor)) for row, warehouse, kind in movements],
        "warehouses": queries.warehouses(),
        "may_move": request.actor.may("stock.move"),
        "substitutes": catalog.substitutes_of([item_id]).get(item_id, []),
        "may_edit": request.actor.may("catalog.edit"),
    }
    return render(request, "console/stock/item.html", facts)


@require_POST
@needs("catalog.edit")
def stock_substitutes(request: StaffRequest, item_id: int) -> HttpResponse:
    """Name what may be offered in the place of the item, one SKU per line."""
    skus = [line.strip() for line in request.POST.get("skus", "").splitlines() if line.strip()]
    set_substitutes(request.actor, item_id=item_id, skus=skus)
    return say(request, _("The substitutes are saved."), to=reverse("stock_item", args=[item_id]))


@require_POST
@needs("stock.move")
def stock_move(request: StaffRequest) -> HttpResponse:
    """Receive goods, or adjust what is on hand with a reason."""
    sku, typed = request.POST.get("sku", "").strip(), request.POST.get("quantity", "").strip()
    kind = request.POST.get("kind", "received")
    item_id = catalog.item_ids_by_sku([sku]).get(sku)
    if item_id is None:
        return say(request, _("There is no SKU “%(sku)s”.") % {"sku": sku}, tone="warning")
    if not typed.removeprefix("-").isascii() or not typed.removeprefix("-").isdigit() or len(typed) > 8:
        return say(request, _("“%(value)s” is no number of pieces.") % {"value": typed}, tone="warning")
    draft = MovementDraft(
        warehouse=request.POST.get("warehouse", ""),
        item_id=item_id,
        kind=kind,
        quantity=int(typed),
        reference=request.POST.get("reference", "").strip()[:80],
        reason=request.POST.get("reason", "").strip()[:200],
    )
    record_movements(request.actor, movements=[draft])
    text = _("%(quantity)s × %(sku)s booked.") % {"quantity": int(typed), "sku": sku}
    return say(request, text, to=reverse("stock_item", args=[item_id]))
