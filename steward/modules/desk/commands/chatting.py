"""Hold chats: who answers passes from the assistant to a person and back, and each side sees the other write and read.

The transport knows browsers, the desk knows tickets: here they meet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.events import ChatPassed
from steward.modules.desk.models import Conversation
from steward.modules.desk.rules import chats as rules
from steward.modules.messaging.commands import chat_seen
from steward.modules.messaging.commands import chats as transport
from steward.modules.people import queries as people

# What browsers that have the ticket open hear, beside the events of the log.
CHAT = "chat.{ticket_id}."


@command(needs="desk.take_in")
def ask_for_person(actor: Actor, *, visit_id: int, now: datetime) -> bool:
    """Let a visitor ask for a person: the assistant steps back. Returns whether that changed anything.

    One who has not written yet waits from their first word on. Emits: ChatPassed. Locks: the tickets, the visit.
    """
    ticket_ids = Conversation.objects.filter(visit_id=visit_id).values_list("ticket_id", flat=True)
    lock_tickets(set(ticket_ids))
    asked = pass_chats(actor, list(Conversation.objects.filter(visit_id=visit_id)), "ask", now)
    before, code = rules.held_before("ask"), rules.LINES["ask"]
    told = transport.pass_visits([visit_id], before=before, holder="waiting", code=code, who="", now=now)
    return bool(asked or told)


@command(needs="tickets.work")
def hand_back(actor: Actor, *, ticket_id: int, now: datetime) -> int:
    """Give a ticket's chats back to the assistant. Returns how many. Raises: NotFound. Emits: ChatPassed.

    Locks: the ticket, the visits.
    """
    lock_tickets([ticket_id])
    return pass_chats(actor, chats_of(ticket_id), "hand_back", now)


def pass_chats(actor: Actor, conversations: Sequence[Conversation], verb: str, now: datetime) -> int:
    """Pass chats on where they can be, tell their visitors, and say so. A step of commands that locked the tickets.

    Returns how many changed hands. Emits: ChatPassed.
    """
    moved = [row for row in conversations if rules.can(row.holder, verb)]
    moved = [row for row in moved if rules.next_holder(row.holder, verb) != row.holder]
    said = []
    for row in moved:
        before, row.holder = row.holder, rules.next_holder(row.holder, verb)
        row.save(update_fields=["holder"])
        said.append(
            ChatPassed(
                ticket_id=row.ticket_id,
                conversation_id=row.id,
                verb=verb,
                before=before,
                after=row.holder,
                simulated=row.simulated,
            )
        )
    for holder in sorted({row.holder for row in moved}):
        visits = {row.visit_id for row in moved if row.holder == holder and row.visit_id is not None}
        who, code, expected = shown_name(actor), rules.LINES[verb], rules.held_before(verb)
        transport.pass_visits(visits, before=expected, holder=holder, code=code, who=who, now=now)
    events.record(actor, said)
    return len(moved)


def begin_anew(actor: Actor, conversations: Sequence[Conversation], start: Mapping[int, str], now: datetime) -> None:
    """Let chats of an earlier ticket begin as their account lets them: whoever held them there holds them no more.

    `start` names who answers first, by visit. A step of commands that locked the tickets. Emits: ChatPassed.
    """
    held = [row for row in conversations if row.holder == "person" and row.visit_id in start]
    for verb in ("hand_back", "let_go"):
        after = rules.next_holder("person", verb)
        pass_chats(actor, [row for row in held if start[row.visit_id or 0] == after], verb, now)


def chats_of(ticket_id: int) -> list[Conversation]:
    """List the chats of a ticket whose visitors can be reached."""
    return list(Conversation.objects.filter(ticket_id=ticket_id, visit_id__isnull=False).order_by("id"))


def shown_name(actor: Actor) -> str:
    """Name somebody as customers see them; a part of the system has no name."""
    return people.actor_names([actor.id]).get(actor.id, "") if actor.staff_id else ""


def attend_chats(actor: Actor, *, ticket_id: int, writes: bool) -> None:
    """Let the visitors of a ticket see that the staff has read what they wrote, and that somebody writes to them.

    Who may only look shows nothing of it. A step of the command by which somebody attends a ticket.
    """
    visits = [row.visit_id for row in chats_of(ticket_id) if row.visit_id is not None]
    if not visits or not actor.may("tickets.work"):
        return
    chat_seen.note_staff_read(visits)
    if writes:
        chat_seen.tell_typing(visits, who=shown_name(actor))


@command(needs="desk.take_in")
def note_visitor_types(actor: Actor, *, visit_id: int, types: bool, now: datetime) -> None:
    """Show who has the ticket open that its visitor is writing, or stopped."""
    chat_seen.note_visitor_types(actor, visit_id=visit_id, types=types, now=now)
    _tell(visit_id, "typing")


@command(needs="desk.take_in")
def note_visitor_saw(actor: Actor, *, visit_id: int, heard: int, read: int, now: datetime) -> None:
    """Note what a visitor's browser got and what they read, and show it to who has the ticket open.

    Emits: MessageDelivered.
    """
    if chat_seen.note_seen(actor, visit_id=visit_id, heard=heard, read=read, now=now):
        _tell(visit_id, "seen")


def tell_heard(ticket_ids: Collection[int]) -> None:
    """Let browsers that have these tickets open show at once that a visitor wrote."""
    if ticket_ids:
        events.notify_live([f"{CHAT.format(ticket_id=id_)}said" for id_ in sorted(ticket_ids)])


def _tell(visit_id: int, what: str) -> None:
    tickets = set(Conversation.objects.filter(visit_id=visit_id).values_list("ticket_id", flat=True))
    if tickets:
        events.notify_live([f"{CHAT.format(ticket_id=id_)}{what}" for id_ in sorted(tickets)])
