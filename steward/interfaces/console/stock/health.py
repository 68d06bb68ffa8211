"""Stock health: whether every balance is what its ledger says."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.inventory import queries
from steward.modules.inventory.commands.proving import prove_balances
from steward.modules.inventory.queries import words


@require_GET
@needs("stock.view")
def stock_health(request: StaffRequest) -> HttpResponse:
    """Show what differs now, and what differed before."""
    rows = queries.discrepancies(open_only=False)
    facts = {
        "open": [(row, words.BALANCES.get(row.balance, row.balance)) for row in rows if row.gone_at is None],
        "gone": [(row, words.BALANCES.get(row.balance, row.balance)) for row in rows if row.gone_at is not None],
        "counts": queries.ledger_counts(),
        "may_prove": request.actor.may("stock.move"),
    }
    return render(request, "console/stock/health.html", facts)


@require_POST
@needs("stock.move")
def stock_prove(request: StaffRequest) -> HttpResponse:
    """Compare every balance with its ledger now."""
    found = prove_balances(request.actor, now=moment.now())
    if not found:
        return say(request, _("Every balance is what its ledger says."), to=reverse("stock_health"))
    text = ngettext("%(count)s balance differs.", "%(count)s balances differ.", found) % {"count": found}
    return say(request, text, tone="danger", to=reverse("stock_health"))
