"""My points and coupons: what I have, until when it is good, and how it came and went."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from steward.interfaces.console.addresses import row_number
from steward.interfaces.portal.my.door import MyRequest, mine
from steward.modules.payments.queries.wallets import wallet_history, wallet_of

PAGE = 30


@require_safe
@mine
def my_wallet(request: MyRequest) -> HttpResponse:
    """Show this person's points, credit and coupons with their codes, and the history page by page."""
    members = request.visit.members
    wallet = wallet_of(members, now=request.now)
    before = row_number(request.GET.get("before", ""))
    rows = wallet_history(members, before_id=before, limit=PAGE + 1)
    facts = {
        "balances": wallet.balances,
        "good": [one for one in wallet.coupons if one.is_good(request.now)],
        "gone": [one for one in wallet.coupons if not one.is_good(request.now)],
        "history": rows[:PAGE],
        "next_before": rows[PAGE - 1].id if len(rows) > PAGE else None,
    }
    return render(request, "portal/my/wallet.html", facts)
