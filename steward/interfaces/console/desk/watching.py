"""The tickets somebody watches, and what they want to hear of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.modules.desk.commands.watching import set_watch_wish
from steward.modules.desk.queries import watch_words

NEEDS = "tickets.work"


@require_GET
@needs(NEEDS)
def desk_watching(request: StaffRequest) -> HttpResponse:
    """List the tickets one watches, with the switches of what one is told."""
    staff_id = request.actor.staff_id or 0
    wish = watch_words.watch_wish(staff_id)
    facts = {
        "rows": watch_words.watched_tickets(staff_id),
        "wishes": [(code, label, wish[code]) for code, label in watch_words.WISHES.items()],
    }
    return render(request, "console/desk/watching.html", facts)


@require_POST
@needs(NEEDS)
def desk_watching_save(request: StaffRequest) -> HttpResponse:
    """Keep what one wants to hear."""
    wanted = {code: request.POST.get(code) == "1" for code in watch_words.WISHES}
    set_watch_wish(request.actor, words=wanted["words"], moves=wanted["moves"], hands=wanted["hands"])
    return say(request, _("Saved."), to=reverse("desk_watching"))
