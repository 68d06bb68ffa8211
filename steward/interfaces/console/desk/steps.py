"""Tick the steps of a ticket's flow, or leave them out."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.desk.going_back import back, typed
from steward.kernel import moment
from steward.modules.desk.commands import flow_steps


@require_POST
@needs("tickets.work")
def ticket_step(request: StaffRequest, number: str, step_id: int) -> HttpResponse:
    """Do a step, or leave it out with a reason."""
    if request.POST.get("act") == "skip":
        flow_steps.skip_step(request.actor, step_id=step_id, reason=typed(request, "reason"), now=moment.now())
        return back(request, number, _("Left out."))
    _do, _dash, outcome = request.POST.get("act", "").partition("-")
    note = typed(request, "reason")
    flow_steps.do_step(request.actor, step_id=step_id, note=note, outcome=outcome[:20], now=moment.now())
    return back(request, number, _("Done."))
