"""Lists of screening: blocked, trusted, forwarding points."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.interfaces.console.screening.holds import DAYS, until
from steward.kernel import moment
from steward.modules.orders.commands import screening_lists
from steward.modules.orders.queries import screening_rules, screening_words
from steward.modules.people import queries as people

PAGE = 100
CHANGE = "orders.screening_rules"
LONGEST = 300


@require_GET
@needs("orders.view")
def entries(request: StaffRequest) -> HttpResponse:
    """Show what is listed, newest first; values masked."""
    purpose = request.GET.get("purpose", "")
    purpose = purpose if purpose in screening_words.PURPOSES else ""
    ended = request.GET.get("ended") == "1"
    after = row_number(request.GET.get("after", ""))
    rows = screening_rules.entries_page(purpose=purpose, with_ended=ended, before_id=after, limit=PAGE + 1)
    names = people.actor_names({row.added_by for row in rows})
    facts = {
        "rows": [(row, names.get(row.added_by, row.added_by)) for row in rows[:PAGE]],
        "chips": [("", _("All"), not purpose)]
        + [(code, label, code == purpose) for code, label in screening_words.PURPOSES.items()],
        "ended": ended,
        "purposes": screening_words.PURPOSES.items(),
        "kinds": screening_words.SIGNALS.items(),
        "days": DAYS,
        "may_change": request.actor.may(CHANGE),
        "now": moment.now(),
        "older_url": f"?purpose={purpose}&after={rows[PAGE - 1].id}" if len(rows) > PAGE else "",
    }
    return render(request, "console/screening/lists.html", facts)


@require_POST
@needs(CHANGE)
def entry_add(request: StaffRequest) -> HttpResponse:
    """Put a typed value on a list."""
    now = moment.now()
    screening_lists.add_entry(
        request.actor,
        purpose=request.POST.get("purpose", ""),
        kind=request.POST.get("kind", ""),
        value=request.POST.get("value", "")[:LONGEST],
        reason=request.POST.get("reason", ""),
        until=until(request.POST.get("days", ""), now),
        now=now,
    )
    return say(request, _("The value stands on the list."), to=reverse("screening_lists"))


@require_POST
@needs(CHANGE)
def entry_end(request: StaffRequest, entry_id: int) -> HttpResponse:
    """Take a value off its list."""
    screening_lists.end_entry(request.actor, entry_id=entry_id, reason=request.POST.get("reason", ""), now=moment.now())
    return say(request, _("The value was taken off the list."), to=reverse("screening_lists"))
