"""What people do with tickets: take, hand over, move, put off, reject, watch; one by one or several at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number, row_numbers
from steward.interfaces.console.desk.going_back import back, typed
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.desk.commands import chatting, moving, owning
from steward.modules.desk.queries import words
from steward.modules.desk.queries.ticket import ticket_id

AT_ONCE = 100
HOURS = {"1h": 1, "4h": 4}
MORNING_H = 9


@require_POST
@needs("tickets.work")
def ticket_take(request: StaffRequest, number: str) -> HttpResponse:
    """Take a ticket on."""
    owning.take_tickets(request.actor, ticket_ids=[ticket_id(number)], now=moment.now())
    return back(request, number, _("It is yours."))


@require_POST
@needs("tickets.work")
def ticket_hand_over(request: StaffRequest, number: str) -> HttpResponse:
    """Give a ticket to a colleague, with a note."""
    owning.hand_over_tickets(
        request.actor,
        ticket_ids=[ticket_id(number)],
        to_staff_id=row_number(request.POST.get("to", "")) or 0,
        note=typed(request, "note"),
        now=moment.now(),
    )
    return back(request, number, _("Handed over."))


@require_POST
@needs("tickets.work")
def ticket_hand_back(request: StaffRequest, number: str) -> HttpResponse:
    """Give a chat back to the assistant."""
    chatting.hand_back(request.actor, ticket_id=ticket_id(number), now=moment.now())
    return back(request, number, _("The assistant goes on."))


@require_POST
@needs("tickets.work")
def ticket_move(request: StaffRequest, number: str) -> HttpResponse:
    """Let a ticket wait, go on, be solved or opened again."""
    verb, reason = typed(request, "verb", 30), typed(request, "reason")
    moving.move_tickets(request.actor, ticket_ids=[ticket_id(number)], verb=verb, now=moment.now(), reason=reason)
    return back(request, number, words.word(words.VERBS, verb))


@require_POST
@needs("tickets.work")
def ticket_snooze(request: StaffRequest, number: str) -> HttpResponse:
    """Put a ticket out of sight for a while, or back."""
    now = moment.now()
    until = _until(typed(request, "until", 40), now)
    moving.snooze_ticket(request.actor, ticket_id=ticket_id(number), until=until, now=now)
    return back(request, number, _("Put off.") if until else _("It is back."))


def _until(text: str, now: datetime) -> datetime | None:
    """Read until when: some hours, tomorrow or Monday morning in the person's zone, or a time of its own."""
    if text in HOURS:
        return now + timedelta(hours=HOURS[text])
    local = timezone.localtime(now)
    if text in ("tomorrow", "monday"):
        days = 1 if text == "tomorrow" else 7 - local.weekday()
        return (local + timedelta(days=days)).replace(hour=MORNING_H, minute=0, second=0, microsecond=0)
    try:
        chosen = parse_datetime(text)
    except ValueError:
        return now
    if chosen is None:
        return now if text else None
    return timezone.make_aware(chosen) if timezone.is_naive(chosen) else chosen


@require_POST
@needs("tickets.manage")
def ticket_reject(request: StaffRequest, number: str) -> HttpResponse:
    """Close what is no case at all."""
    reason = typed(request, "reason")
    moving.reject_tickets(request.actor, ticket_ids=[ticket_id(number)], reason=reason, now=moment.now())
    return back(request, number, _("Rejected as spam."))


@require_POST
@needs("tickets.work")
def ticket_watch(request: StaffRequest, number: str) -> HttpResponse:
    """Hear of a ticket from now on, or no more."""
    watch = request.POST.get("watch") == "1"
    owning.watch_ticket(request.actor, ticket_id=ticket_id(number), watch=watch)
    text = _("You will hear of this ticket.") if watch else _("You will hear no more of this ticket.")
    return back(request, number, text, tone="info")


@require_POST
@needs("tickets.work")
def tickets_bulk(request: StaffRequest) -> HttpResponse:
    """Do one thing with the tickets that are ticked, all or none."""
    ids, verb, now = row_numbers(request.POST.getlist("ticket"))[:AT_ONCE], typed(request, "verb", 30), moment.now()
    reason = typed(request, "reason")
    if not ids:
        return say(request, _("Tick at least one ticket."), tone="warning")
    if verb == "take":
        done = owning.take_tickets(request.actor, ticket_ids=ids, now=now)
        text = ngettext("%(count)s ticket is yours now.", "%(count)s tickets are yours now.", done)
    elif verb == "hand_over":
        to = row_number(request.POST.get("to", "")) or 0
        done = owning.hand_over_tickets(request.actor, ticket_ids=ids, to_staff_id=to, note=reason, now=now)
        text = ngettext("%(count)s ticket was handed over.", "%(count)s tickets were handed over.", done)
    elif verb == "reject":
        done = moving.reject_tickets(request.actor, ticket_ids=ids, reason=reason, now=now)
        text = ngettext("%(count)s ticket was rejected.", "%(count)s tickets were rejected.", done)
    else:
        done = moving.move_tickets(request.actor, ticket_ids=ids, verb=verb, now=now, reason=reason)
        text = ngettext("%(count)s ticket moved on.", "%(count)s tickets moved on.", done)
    return say(request, text % {"count": done})
