"""Customers: everybody, newest first, or who answers to a name, a phone, an e-mail or an order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.kernel.actor import Actor
from steward.modules.customers.queries import proposals, search, words
from steward.modules.customers.queries.directory import CustomerRow, customers_page
from steward.modules.orders.queries.buyers import BuyerTotal, buyer_totals, buyers_of

PAGE = 50
FOUND_AT_MOST = 200
LONGEST_TEXT = 100


@require_GET
@needs("customers.view")
def customers(request: StaffRequest) -> HttpResponse:
    """List people with how they are known and what they have ordered."""
    text = " ".join(request.GET.get("q", "").split())[:LONGEST_TEXT]
    ids = found_by(request.actor, text) if text else None
    rows = customers_page(ids=ids, before_id=row_number(request.GET.get("after", "")), limit=PAGE + 1)
    facts = {
        "rows": shown(request.actor, rows[:PAGE]),
        "q": text,
        "proposals": proposals.open_proposals(),
        "older_url": "?" + urlencode({"q": text, "after": str(rows[PAGE - 1].id)}) if len(rows) > PAGE else "",
    }
    return render(request, "console/customers/list.html", facts)


def found_by(actor: Actor, text: str) -> list[int]:
    """Find buyers by name, phone, last four digits, e-mail or the number of an order."""
    found = search.matching_customers(text, limit=FOUND_AT_MOST)
    return [*found, *buyers_of(text)] if actor.may("orders.view") else found


def shown(actor: Actor, rows: Sequence[CustomerRow]) -> list[dict[str, Any]]:
    """Give each person what a row shows: icons of how they are known, orders and money of all they are."""
    totals: dict[int, list[BuyerTotal]] = defaultdict(list)
    if actor.may("orders.view"):
        for total in buyer_totals([member for row in rows for member in row.member_ids]):
            totals[total.customer_id].append(total)
    return [
        {
            "row": row,
            "known": list({words.icon(kind): words.kind(kind) for kind in row.kinds}.items()),
            **summed([total for member in row.member_ids for total in totals[member]]),
        }
        for row in rows
    ]


def summed(totals: Sequence[BuyerTotal]) -> dict[str, Any]:
    """Add up what one person ordered: how many orders, paid by currency, the last one."""
    paid: dict[str, int] = defaultdict(int)
    for total in totals:
        paid[total.currency] += total.paid_minor
    return {
        "orders": sum(total.orders for total in totals),
        "cancelled": sum(total.cancelled for total in totals),
        "paid": [(currency, minor) for currency, minor in sorted(paid.items()) if minor],
        "last_at": max((total.last_placed_at for total in totals if total.last_placed_at), default=None),
    }
