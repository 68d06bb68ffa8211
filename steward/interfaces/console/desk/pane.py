"""What the pane of an open ticket shows: thread, composer, and what can be done with it now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from steward.interfaces.console.access import StaffRequest
from steward.interfaces.console.desk.translating import translations_for
from steward.kernel.actor import Actor
from steward.modules.deadlines.queries.words import CLOCKS
from steward.modules.desk.commands.answering import LIVE_CHANNELS
from steward.modules.desk.queries import presence, words
from steward.modules.desk.queries.ticket import MessageView, TicketView, thread
from steward.modules.desk.rules import tickets
from steward.modules.messaging.queries.attachments import AttachmentView, file_link
from steward.modules.messaging.queries.chats import Visitor, visitors
from steward.modules.messaging.rules.replies import WAYS
from steward.modules.people import queries as people

THENS = ("wait_for_customer", "wait_for_third", "solve")


class FileShown(Struct, frozen=True):
    """A file as the thread shows it: addresses that open it for some hours, empty where it cannot be opened."""

    view: AttachmentView
    url: str
    small_url: str


def pane_of(request: StaffRequest, view: TicketView, *, now: datetime, before: int | None) -> dict[str, Any]:
    """Collect thread, draft, colleagues who are here, and actions."""
    talk = thread(view.id, before=before)
    colleagues = people.staff_contact(people.staff_with_permission("tickets.work"))
    others = sorted(colleagues.values(), key=lambda one: one.name)
    draft = presence.find_draft(view.id, request.actor.staff_id)
    return {
        "thread": talk,
        "said": [
            (one, [_file(file, now) for file in one.files], _may_undo(one, request.actor, now)) for one in talk.messages
        ],
        **translations_for(request, view, list(talk.messages)),
        "draft": draft,
        "present": presence.present_at(view.id, but=request.actor.staff_id, now=now),
        "colleagues": [one for one in others if one.staff_id != view.owner_id],
        "is_mine": view.owner_id is not None and view.owner_id == request.actor.staff_id,
        "is_watching": request.actor.staff_id in view.watchers,
        "moves": _moves(view),
        "thens": [(verb, words.VERBS[verb]) for verb in THENS if tickets.can(view.state, verb)],
        "clock_label": str(CLOCKS.get(view.clock.kind, view.clock.kind)) if view.clock else "",
        "why_no_reply": _why_no_reply(request.actor, view),
        "visitor": visitor_of(view, now=now),
        "now": now,
    }


def visitor_of(view: TicketView, *, now: datetime) -> Visitor | None:
    """Read who chats on a page of a shop in this ticket, where somebody does: the one heard last."""
    visit_id = next((one.visit_id for one in view.conversations if one.visit_id is not None), None)
    return visitors([visit_id], now=now).get(visit_id) if visit_id is not None else None


def _file(file: AttachmentView, now: datetime) -> FileShown:
    if not file.can_be_opened:
        return FileShown(file, "", "")
    return FileShown(
        file,
        file_link(file.id, now=now),
        file_link(file.id, now=now, small=True) if file.has_thumbnail else "",
    )


def _may_undo(one: MessageView, actor: Actor, now: datetime) -> bool:
    """Tell whether this person may still take an answer back."""
    held = one.state == "held" and one.sends_at is not None and one.sends_at > now
    return held and one.staff_id == actor.staff_id


def _moves(view: TicketView) -> list[tuple[str, Any]]:
    """List where a ticket can go by hand."""
    wanted = ("open",) if view.state in tickets.WAITING else ()
    return [
        (verb, words.VERBS[verb])
        for verb in (*wanted, "wait_for_customer", "wait_for_third", "solve")
        if tickets.can(view.state, verb) and tickets.next_state(view.state, verb) != view.state
    ]


def _why_no_reply(actor: Actor, view: TicketView) -> str:
    """Say why nobody can answer here, or nothing."""
    if not actor.may("tickets.work"):
        return _("Your role may read tickets, not answer them.")
    if view.merged_into is not None:
        return _("It was merged: answer in %(number)s.") % {"number": view.merged_into.number}
    if not view.conversations:
        return _("This ticket has no conversation to answer by. Call the customer, or write to them anew.")
    if all(one.channel not in (*WAYS, *LIVE_CHANNELS) for one in view.conversations):
        return _("Nobody can be answered by this channel; call them, or write by another one.")
    if view.customer is not None and view.customer.erased:
        return _("The customer was erased; nobody can be written to.")
    return ""
