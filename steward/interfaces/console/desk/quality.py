"""Quality review: the queues of who reviews, and one's own results and tasks."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.desk.commands.coaching import finish_coaching
from steward.modules.desk.queries import quality as queries
from steward.modules.desk.queries import quality_words as words
from steward.modules.desk.queries.quality_candidates import monday_of

SUPERVISE, VIEW = "tickets.supervise", "tickets.view"


@require_GET
@needs(SUPERVISE)
def quality_reviews(request: StaffRequest) -> HttpResponse:
    """Show what is to be reviewed, what is appealed against, and what came of it."""
    asked = request.GET.get("queue", "")
    queue = asked if asked in queries.QUEUES else "mine"
    staff_id = request.actor.staff_id
    rows = queries.reviews(queue, staff_id=staff_id, after=row_number(request.GET.get("after", "")))
    counts = queries.review_counts(staff_id)
    facts = {
        "queue": queue,
        "queues": [(code, label, counts.get(code)) for code, label in words.QUEUES.items()],
        "rows": rows,
        "more": f"?queue={queue}&after={rows[-1].id}" if len(rows) >= queries.MOST else "",
        "origins": words.ORIGINS,
        "why": words.WHY,
        "plans": [one for one in queries.plans(week=monday_of(moment.now())) if one.active],
        "sets_up": request.actor.may("settings.desk"),
    }
    return render(request, "console/desk/quality.html", facts)


@require_GET
@needs(VIEW)
def quality_mine(request: StaffRequest) -> HttpResponse:
    """Show the results of one's own work, and what one is to do."""
    staff_id = request.actor.staff_id or 0
    facts = {
        "rows": queries.results_of(staff_id),
        "coachings": queries.coachings_of(staff_id),
        "today": moment.now().date(),
    }
    return render(request, "console/desk/quality_mine.html", facts)


@require_POST
@needs(VIEW)
def coaching_done(request: StaffRequest, coaching_id: int) -> HttpResponse:
    """Say that one did what one was given to do."""
    finish_coaching(request.actor, coaching_id=coaching_id, note=typed(request, "note"), now=moment.now())
    return say(request, _("Noted. Your coach sees it."), to=reverse("quality_mine"))
