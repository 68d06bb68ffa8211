"""One item: what lies where, its lots, its ledger, what it consists of and what may stand in for it."""

from __future__ import annotations

from collections.abc import Sequence

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
from steward.kernel.errors import NotFound
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.commands import set_components, set_substitutes
from steward.modules.inventory import queries
from steward.modules.inventory.commands.regrading import Regrade, regrade_stock
from steward.modules.inventory.queries import words
from steward.modules.people import queries as people

PAGE = 50
LEDGER = 50
SOON_DAYS = 30


@require_GET
@needs("stock.view")
def stock_item(request: StaffRequest, item_id: int) -> HttpResponse:
    """Show one item: what each pool and warehouse has, lots with their dates, and the newest movements."""
    item = catalog.items_by_id([item_id]).get(item_id)
    if item is None:
        raise NotFound(key=item_id)
    kind, before = request.GET.get("kind", ""), row_number(request.GET.get("before", ""))
    kind = kind if kind in words.KINDS else ""
    ledger = queries.movements_page(item_id=item_id, kind=kind, before=before, limit=LEDGER + 1)
    names = people.actor_names({row.actor for row in ledger})
    today = queries.local_day(moment.now())
    parts = catalog.items_by_id([id_ for id_, _pieces in item.components])
    facts = {
        "item": item,
        "rows": [row for row in queries.stock_page(text=item.sku, limit=PAGE) if row.item_id == item_id],
        "places": queries.board([item_id])[item_id],
        "lots": [
            (lot, words.CONDITIONS[lot.condition], (lot.expires_date - today).days if lot.expires_date else None)
            for lot in queries.lots_of_item(item_id)
        ],
        "movements": [
            (row, words.KINDS[row.kind], words.CONDITIONS[row.condition], names.get(row.actor, row.actor))
            for row in ledger[:LEDGER]
        ],
        "older_url": _older(ledger, kind),
        "kinds": [(code, label, code == kind) for code, label in words.KINDS.items()],
        "conditions": list(words.CONDITIONS.items()),
        "soon_days": SOON_DAYS,
        "warehouses": queries.warehouses(),
        "may_move": request.actor.may("stock.move"),
        "may_write_off": request.actor.may("stock.write_off"),
        "components": [(parts[id_], pieces) for id_, pieces in item.components if id_ in parts],
        "bundles": list(catalog.items_by_id(catalog.bundles_with([item_id])).values()),
        "substitutes": catalog.substitutes_of([item_id]).get(item_id, []),
        "may_edit": request.actor.may("catalog.edit"),
    }
    return render(request, "console/stock/item.html", facts)


def _older(ledger: Sequence[queries.MovementRow], kind: str) -> str:
    """Return the address of the page after this one."""
    return "?" + urlencode({"kind": kind, "before": str(ledger[LEDGER - 1].id)}) if len(ledger) > LEDGER else ""


@require_POST
@needs("catalog.edit")
def stock_substitutes(request: StaffRequest, item_id: int) -> HttpResponse:
    """Name what may be offered in the place of the item, one SKU per line."""
    skus = [line.strip() for line in request.POST.get("skus", "").splitlines() if line.strip()]
    set_substitutes(request.actor, item_id=item_id, skus=skus)
    return say(request, _("The substitutes are saved."), to=reverse("stock_item", args=[item_id]))


@require_POST
@needs("catalog.edit")
def stock_components(request: StaffRequest, item_id: int) -> HttpResponse:
    """Say what the item consists of, one SKU and its pieces per line; nothing makes it an ordinary item."""
    lines = forms.sku_lines(request.POST.get("components", ""))
    set_components(request.actor, item_id=item_id, components=dict(lines))
    return say(request, _("The components are saved."), to=reverse("stock_item", args=[item_id]))


@require_POST
@needs("stock.move")
def stock_regrade(request: StaffRequest, item_id: int) -> HttpResponse:
    """Move pieces of a lot into another condition."""
    change = Regrade(
        stock_id=row_number(request.POST.get("stock_id", "")) or 0,
        quantity=forms.pieces(request.POST, "quantity"),
        to=request.POST.get("to", ""),
        reason=request.POST.get("reason", "").strip()[:200],
    )
    withdraw = request.POST.get("withdraw") == "1"
    regrade_stock(request.actor, regrades=[change], withdraw=withdraw, now=moment.now())
    return say(request, _("The condition is changed."), to=reverse("stock_item", args=[item_id]))
