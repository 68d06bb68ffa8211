"""What was sent to whom, what was not and why; and what a person decides where nobody can tell."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import moment, ports
from steward.modules.messaging.commands import settling
from steward.modules.messaging.queries import outbox, words
from steward.modules.messaging.rules import catalogue, layout
from steward.modules.messaging.rules.outbox import STATES

VIEW = "messaging.view"
DECIDE = "messaging.retry"
ATTENTION = "attention"


@require_GET
@needs(VIEW)
def messages(request: StaffRequest) -> HttpResponse:
    """List messages, newest first, by state, kind and channel."""
    chosen = request.GET.get("state", "")
    template, channel = request.GET.get("kind", ""), request.GET.get("channel", "")
    states = outbox.NEEDS_A_PERSON if chosen == ATTENTION else (chosen,) if chosen in STATES else ()
    page = outbox.messages_page(
        states=states,
        template=template if template in catalogue.KINDS else "",
        channel=channel if channel in catalogue.CUSTOMER_CHANNELS else "",
        before_id=row_number(request.GET.get("before", "")),
    )
    counts = outbox.state_counts()
    attention = sum(counts[state] for state in outbox.NEEDS_A_PERSON)
    chips = [("", _("All"), 0), (ATTENTION, _("Needs a look"), attention), ("waiting", _("Waiting"), counts["waiting"])]
    chips += [(state, str(words.STATES[state]), 0) for state in ("sent", "suppressed", "expired")]
    kept = request.GET.copy()
    kept.pop("before", None)
    facts = {
        "page": page,
        "rows": [(row, _link(row), words.kind(row.template), _why(row)) for row in page.rows],
        "chips": [(code, label, count, code == chosen) for code, label, count in chips],
        "kinds": [(code, label, code == template) for code, label in words.KINDS.items()],
        "channels": [(code, words.CHANNELS[code], code == channel) for code in catalogue.CUSTOMER_CHANNELS],
        "chosen": chosen,
        "query": kept.urlencode(),
    }
    return render(request, "console/messaging/messages.html", facts)


@require_GET
@needs(VIEW)
def message(request: StaffRequest, message_id: int) -> HttpResponse:
    """Show one message: its text, where it stands, why, and what can be done."""
    shown = outbox.message(message_id)
    row = shown.message
    facts = {
        "message": row,
        "rendered": shown.rendered,
        "kind": words.kind(row.template),
        "channel": words.CHANNELS.get(row.channel, ""),
        "language": words.LOCALES.get(row.locale, ""),
        "help": _("Nothing left the house.") if row.carrier == outbox.DEVELOPMENT else words.STATE_HELP[row.state],
        "why": _why(row),
        "link": _link(row),
        "may_decide": request.actor.may(DECIDE),
        "instead": outbox.find_instead(message_id),
    }
    return render(request, "console/messaging/message.html", facts)


@require_POST
@needs(DECIDE)
def message_decide(request: StaffRequest, message_id: int) -> HttpResponse:
    """Send a message again, or say that it arrived."""
    reason, now = request.POST.get("reason", "").strip()[:200], moment.now()
    back = reverse("message", args=[message_id])
    if not reason:
        return say(request, _("Say why, in a few words: who comes after you reads it."), tone="warning", to=back)
    if request.POST.get("what") == "confirm":
        settling.confirm_message(request.actor, message_id=message_id, reason=reason, now=now)
        return say(request, _("Noted: it arrived."), to=back)
    settling.repeat_message(request.actor, message_id=message_id, reason=reason, now=now)
    return say(request, _("It is sent again in a moment."), to=back)


@never_cache
@require_GET
@needs(VIEW)
def development(request: StaffRequest) -> HttpResponse:
    """Show what the development carriers took instead of sending it, with links that work."""
    rows = [
        (
            shown.message,
            shown.rendered,
            words.kind(shown.message.template),
            words.CHANNELS.get(shown.message.channel),
            mark_safe(layout.linked(shown.rendered.body)) if shown.rendered else "",  # noqa: S308  (escaped by `linked`)
        )
        for shown in outbox.development_messages()
    ]
    facts = {"rows": rows, "may_report": request.actor.may(DECIDE)}
    return render(request, "console/messaging/development.html", facts)


@require_POST
@needs(DECIDE)
def message_report(request: StaffRequest, message_id: int) -> HttpResponse:
    """Let the development carrier report what became of a message, at the door where real carriers report."""
    row = outbox.message(message_id).message
    if row.carrier != outbox.DEVELOPMENT or not row.reference:
        raise Http404
    door = settings.PUBLIC_URL + reverse("delivery_report", args=[row.carrier])
    send = ports.bound(f"messaging.reporter.{row.carrier}")
    status = send(door, row.reference, arrived=request.POST.get("what") == "arrived", detail=_("As tried here"))
    back = reverse("messages_development")
    if status != HTTPStatus.OK:
        return say(request, _("The report found no open door at %(door)s.") % {"door": door}, tone="warning", to=back)
    return say(request, _("The carrier has reported."), to=back)


def _why(row: outbox.MessageView) -> Any:
    return words.REASONS.get(row.reason) or row.error


def _link(row: outbox.MessageView) -> str:
    """Find the page of what a message is about; empty where there is none."""
    return reverse("order", args=[row.subject]) if row.subject_kind == "order" and row.subject else ""
