"""Messages from outside that could not be taken: why, what they are, have them taken after all or drop them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.messaging.commands import parked
from steward.modules.messaging.queries import parked as known
from steward.modules.messaging.queries import words

VIEW = "messaging.view"


@never_cache
@require_GET
@needs(VIEW)
def parked_list(request: StaffRequest) -> HttpResponse:
    """List what was parked, newest first."""
    chosen = request.GET.get("state", "parked")
    chosen = chosen if chosen in (*words.PARKED_STATES, "") else "parked"
    page = known.parked_page(state=chosen, before_id=row_number(request.GET.get("before", "")))
    facts = {
        "rows": [(row, words.PARKED_STATES[row.state]) for row in page.rows],
        "older": page.next_before,
        "chosen": chosen,
        "chips": [(code, label, code == chosen) for code, label in {**words.PARKED_STATES, "": _("All")}.items()],
    }
    return render(request, "console/messaging/parked.html", facts)


@never_cache
@needs(VIEW)
def parked_one(request: StaffRequest, parked_id: int) -> HttpResponse:
    """Show one; a POST shows what lies in it, has it taken after all, or drops it."""
    what = request.POST.get("what", "")
    raw = ""
    if what == "take":
        parked.retry_parked(request.actor, parked_id=parked_id, now=moment.now())
        return say(request, _("Taken."), to=reverse("parked_mail"))
    if what == "drop":
        parked.drop_parked(request.actor, parked_id=parked_id, now=moment.now())
        return say(request, _("Dropped."), to=reverse("parked_mail"))
    if what == "show":
        raw = parked.show_parked(request.actor, parked_id=parked_id)
    row = known.parked_one(parked_id)
    facts = {
        "row": row,
        "state": words.PARKED_STATES[row.state],
        "raw": raw,
        "may_settle": row.state == "parked" and request.actor.may(parked.SETTLE),
        "may_show": request.actor.may(parked.REVEAL),
    }
    return render(request, "console/messaging/parked_one.html", facts)
