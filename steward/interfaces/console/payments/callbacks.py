"""The list of callbacks."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.modules.payments import queries
from steward.modules.payments.queries import words

PAGE = 50
TONES = {"applied": "green", "duplicate": "grey", "unmatched": "amber", "refused": "red"}


@require_GET
@needs("payments.view")
def callbacks(request: StaffRequest) -> HttpResponse:
    """Show what providers sent, newest first, and what became of it; those that wait for their order are a queue."""
    outcomes = {
        "": _("All"),
        "unmatched": _("Waiting for their order"),
        "applied": _("Applied"),
        "duplicate": _("Sent again"),
        "refused": _("Refused"),
    }
    outcome = request.GET.get("outcome", "")
    wanted = [outcome] if outcome in TONES else []
    rows = queries.callbacks(outcomes=wanted, before_id=row_number(request.GET.get("after", "")), limit=PAGE + 1)
    older = f"?outcome={outcome}&after={rows[PAGE - 1].id}" if len(rows) > PAGE else ""
    facts = {
        "rows": [
            (row, outcomes.get(row.outcome, row.outcome), TONES.get(row.outcome, "grey"), words.reason(row.reason))
            for row in rows[:PAGE]
        ],
        "outcomes": [(code, label, code == outcome) for code, label in outcomes.items()],
        "names": queries.provider_names(),
        "waiting": queries.count_unmatched(),
        "older_url": older,
    }
    return render(request, "console/payments/callbacks.html", facts)
