"""Asking afterwards: whom to call, what was answered, the figures, and whom to ask."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.complaints.pages import VIEW, WORK
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.desk.commands import complaint_settings as setting
from steward.modules.desk.commands import follow_up_answers as commands
from steward.modules.desk.queries import complaint_words as said
from steward.modules.desk.queries import follow_ups as reading
from steward.modules.desk.queries import words

PAGE, DAYS = 50, 30
QUEUES = {
    "to_call": pgettext_lazy("follow-up", "To call"),
    "not_satisfied": pgettext_lazy("follow-up", "Not satisfied"),
    "answered": pgettext_lazy("follow-up", "Answered"),
    "asked": pgettext_lazy("follow-up", "Asked"),
    "ended": pgettext_lazy("follow-up", "Not asked or not reached"),
    "all": pgettext_lazy("follow-up", "All"),
}


@require_GET
@needs(VIEW)
def follow_ups(request: StaffRequest) -> HttpResponse:
    """List questions of a queue, with the form for calls, and the figures of the last days."""
    queue = request.GET.get("queue", "to_call")
    queue = queue if queue in QUEUES else "to_call"
    page = reading.follow_ups_page(queue=queue, after=request.GET.get("after", "")[:60], limit=PAGE)
    now = moment.now()
    found = reading.follow_up_figures(since=now - timedelta(days=DAYS), until=now + timedelta(seconds=1))
    facts = {
        "rows": [
            (row, said.FOLLOW_UP_CHANNELS[row.channel], said.FOLLOW_UP_WHYS.get(row.why, "")) for row in page.rows
        ],
        "complaint_calls": reading.complaint_calls_due(request.actor.staff_id, now=now) if queue == "to_call" else [],
        "chips": [(code, label, code == queue) for code, label in QUEUES.items()],
        "older_url": "?" + urlencode({"queue": queue, "after": page.after}) if page.after else "",
        "tiles": [
            (_("Solutions looked at"), found.solved, "", "all"),
            (_("Asked"), found.asked, _percent(found.asked_share), "asked"),
            (_("Answered"), found.answered, _percent(found.answered_share), "answered"),
            (_("Satisfied"), found.satisfied, _percent(found.satisfied_share), "not_satisfied"),
        ],
        "by_channel": [
            (said.FOLLOW_UP_CHANNELS[code], asked, answered, satisfied)
            for code, asked, answered, satisfied in found.by_channel
        ],
        "days": DAYS,
        "now": now,
        "scores": (5, 4, 3, 2, 1),
        "may_work": request.actor.may(WORK),
        "may_arrange": request.actor.may("settings.desk"),
    }
    return render(request, "console/complaints/follow_ups.html", facts)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


@require_POST
@needs(WORK)
def follow_up_note(request: StaffRequest, follow_up_id: int) -> HttpResponse:
    """Note what came of a call."""
    now, result = moment.now(), typed(request, "result", 20)
    if result == "not_reached":
        state = commands.note_unreached(request.actor, follow_up_id=follow_up_id, now=now)
        text = _("Given up after several tries.") if state == "unreached" else _("Noted; try again later.")
        return say(request, text, to=reverse("follow_ups"))
    commands.answer_follow_up(
        request.actor,
        follow_up_id=follow_up_id,
        satisfied=result == "satisfied",
        score=row_number(request.POST.get("score", "")),
        words=typed(request, "words", 1000),
        now=now,
    )
    text = _("Noted.") if result == "satisfied" else _("The ticket is open again, with a higher priority.")
    return say(request, text, to=reverse("follow_ups"))


@needs("settings.desk")
def follow_up_policies(request: StaffRequest) -> HttpResponse:
    """Show and set whom to ask, how and when."""
    if request.method == "POST":
        draft = setting.PolicyDraft(
            code=typed(request, "code", 40),
            channel=typed(request, "channel", 8),
            category=typed(request, "category", 40),
            priority=typed(request, "priority", 8),
            complaint=request.POST.get("complaint") == "1",
            after_h=row_number(request.POST.get("after_h", "")) or 0,
            sample_percent=row_number(request.POST.get("sample_percent", "")) or 0,
            rank=row_number(request.POST.get("rank", "")) or 0,
            active=request.POST.get("active") == "1",
        )
        setting.save_follow_up_policy(request.actor, draft=draft)
        return say(request, _("Saved."), to=reverse("follow_up_policies"))
    facts = {
        "rows": reading.follow_up_policies(),
        "channels": list(said.FOLLOW_UP_CHANNELS.items()),
        "channel_words": said.FOLLOW_UP_CHANNELS,
        "categories": list(words.CATEGORIES.items()),
        "category_words": words.CATEGORIES,
        "priorities": list(words.PRIORITIES.items()),
        "priority_words": words.PRIORITIES,
    }
    return render(request, "console/complaints/policies.html", facts)
