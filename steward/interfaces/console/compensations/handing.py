"""Take compensations back, hand them over, and work what shops with books of their own have to give."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.payments.commands.handovers import Settlement, settle_handovers
from steward.modules.payments.queries import wallets
from steward.modules.returns.commands.goodwill_following import hand_over_compensation, withdraw_compensation
from steward.modules.returns.queries import compensations as queries

PAGE = 50


@require_POST
@needs("returns.compensate")
def compensation_step(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    """Take one step with a compensation."""
    row = queries.compensation(number, shops=request.actor.scopes)
    said, now = request.POST.get("words", "").strip()[:300], moment.now()
    if verb == "withdraw":
        withdraw_compensation(request.actor, compensation_id=row.id, reason=said, now=now)
    elif verb == "hand_over":
        hand_over_compensation(request.actor, compensation_id=row.id, note=said, now=now)
    else:
        raise Http404
    return say(request, _("Noted."), to=reverse("compensation", args=[row.number]))


@needs("payments.wallets")
def handovers(request: StaffRequest) -> HttpResponse:
    """Show what shops have to book in their own systems, oldest first; or note what they did."""
    if request.method == "POST":
        settlement = Settlement(
            handover_id=row_number(request.POST.get("handover", "")) or 0,
            verb="refuse" if request.POST.get("verb") == "refuse" else "hand_over",
            outside_reference=request.POST.get("reference", "").strip()[:120],
            why=request.POST.get("why", "").strip()[:300] or request.POST.get("reference", "").strip()[:300],
        )
        settle_handovers(request.actor, settlements=[settlement], now=moment.now())
        return say(request, _("Noted."), to=reverse("handovers"))
    state = request.GET.get("state", "due")
    state = state if state in ("due", "handed_over", "refused") else "due"
    rows = wallets.handovers_page(
        shops=request.actor.scopes, state=state, after_id=row_number(request.GET.get("after", "")) or 0, limit=PAGE + 1
    )
    facts = {
        "rows": rows[:PAGE],
        "state": state,
        "next_url": "?" + urlencode({"state": state, "after": str(rows[PAGE - 1].id)}) if len(rows) > PAGE else "",
        "faults": wallets.wallet_faults(limit=10),
        "tab": "handovers",
    }
    return render(request, "console/compensations/handovers.html", facts)
