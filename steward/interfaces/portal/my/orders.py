"""My orders: the list, one order with all that can be done about it, and the choices that wait for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from msgspec import Struct

from steward.interfaces.console.addresses import row_number
from steward.interfaces.portal.my import cases
from steward.interfaces.portal.my.door import MyRequest, mine, only_own, own_order
from steward.interfaces.portal.offers import show_offer
from steward.interfaces.portal.orders import Standing, order_facts, standing
from steward.modules.orders.queries import changes, offers
from steward.modules.orders.queries.buyers_order import BuyersOrder
from steward.modules.orders.queries.listing import OrderFilters, OrderRow, orders_page
from steward.modules.orders.rules.fulfilment import HANDED_OVER_STATES
from steward.modules.returns.queries.own import own_cases

PAGE = 20
LONGEST_SEARCH = 80
# What a customer would call it; what they cannot ask for is not said.
CHANGES: Mapping[str, Any] = {
    "address": gettext_lazy("the address"),
    "lines": gettext_lazy("the goods and how many"),
    "service": gettext_lazy("how it is sent"),
    "cancel": gettext_lazy("calling it off"),
}


class Shown(Struct, frozen=True):
    """One order of the list."""

    row: OrderRow
    standing: Standing


@require_safe
@mine
def my_orders(request: MyRequest) -> HttpResponse:
    """List this person's orders, newest first, whichever of their buyers they came by."""
    wanted = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    filters = OrderFilters(customer_ids=request.visit.members, number=wanted)
    page = orders_page(filters, after=row_number(request.GET.get("after", "")), limit=PAGE)
    facts = {
        "rows": [Shown(row, standing(row)) for row in page.rows],
        "next_after": page.next_after,
        "q": wanted,
        "offers": [] if wanted else offers.open_offers_of(request.visit.members),
    }
    return render(request, "portal/my/orders.html", facts)


@require_safe
@mine
def my_order(request: MyRequest, number: str) -> HttpResponse:
    """Show one order: where it stands, what happened, parcels, invoice, what can still be changed or sent back."""
    key = own_order(request, number)
    facts = order_facts(key.id)
    possible = changes.possible_changes(key.id)
    facts |= {
        "changeable": [str(words) for code, words in CHANGES.items() if not possible[code]],  # type: ignore[index]
        "offers": [one for one in offers.offers_of_order(key.id) if one.state == "open"],
        "invoice": _invoice(facts["detail"]),
        "cases": [cases.shown(row) for row in own_cases(request.visit.members, order_id=key.id)],
        "may_return": facts["order"].fulfilment_state in HANDED_OVER_STATES or facts["order"].state == "completed",
    }
    return render(request, "portal/my/order.html", facts)


def _invoice(detail: BuyersOrder) -> str:
    """Say how far the invoice is."""
    if detail.invoice_due_at is not None:
        day = formats.date_format(timezone.localtime(detail.invoice_due_at), "DATE_FORMAT")
        return _("Bought on account: please pay by %(day)s.") % {"day": day}
    return _("Write to us with the name and tax number, and we make it out.")


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def my_offer(request: MyRequest, offer_id: int) -> HttpResponse:
    """Show the choices about one of this person's orders, and take one."""
    only_own(request, offers.buyer_of_offer(offer_id), offer_id)
    return show_offer(request, offer_id)
