"""One running limit: let it wait for others, let it run on, set when it is due; from wherever it is shown."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment
from steward.modules.deadlines import commands

LONGEST_ID = 18


@require_POST
@needs("deadlines.clocks")
def clock_act(request: StaffRequest) -> HttpResponse:
    """Do one thing to a limit and go back to the page it was shown on."""
    clock, now, typed = _clock(request), moment.now(), request.POST
    match typed.get("act", ""):
        case "due":
            commands.date_clock(
                request.actor, clock=clock, due_at=_due(typed.get("due", "")), reason=typed.get("reason", ""), now=now
            )
        case "release":
            commands.undate_clock(request.actor, clock=clock, reason=typed.get("reason", ""), now=now)
        case "pause":
            commands.hold_clock(request.actor, clock=clock, waits_for=typed.get("waits_for", ""), now=now)
        case _resume:
            commands.run_clock(request.actor, clock=clock, now=now)
    return say(request, _("Saved. It stands in the history of this time limit."))


def _clock(request: StaffRequest) -> commands.ClockStop:
    typed = request.POST.get("subject_id", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_ID):
        raise errors.NotFound(key=typed)
    return commands.ClockStop(request.POST.get("subject_kind", ""), int(typed), request.POST.get("kind", ""))


def _due(text: str) -> datetime:
    """Read an instant as the person's zone means it. Raises: UnfitDue."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError as cause:
        raise commands.UnfitDue from cause
    return typed if timezone.is_aware(typed) else timezone.make_aware(typed)
