"""Answer customers: what is said leaves on the channel the question came by, and can be taken back for a moment.

Clocks stop when an answer has left, not when somebody presses a button: one that bounces or is taken back answered
nobody. It counts from when it was said, so that a slow carrier costs no one their punctuality.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.chatting import pass_chats, shown_name
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.parameters import UNDO_S
from steward.modules.desk.commands.settling import settle_answers
from steward.modules.desk.commands.telling import tell_named
from steward.modules.desk.commands.tokens import token_of
from steward.modules.desk.events import TicketNoted
from steward.modules.desk.models import Conversation, Message, Ticket, Translation
from steward.modules.desk.rules import tickets, words
from steward.modules.messaging.commands.replying import ReplyDraft, queue_replies, withdraw_replies
from steward.modules.messaging.rules.replies import WAYS
from steward.modules.people import queries as people

NEEDS = "tickets.work"
LONGEST = 20_000
# What may become of a ticket with an answer; "" leaves it as it is.
THEN = ("", "wait_for_customer", "wait_for_third", "solve")
# Here an answer is read where the question was written, so that it needs no carrier; a chat of ours has one.
LIVE_CHANNELS = ("chat", "app")


def is_live(channel: str, visit_id: int | None) -> bool:
    """Tell whether an answer is there the moment it is given, because a program of others shows it."""
    return channel in LIVE_CHANNELS and visit_id is None


class NothingSaid(errors.Refusal):
    """Refuse an answer or a note without words and pictures."""

    code = "nothing_said"
    status = 422
    message = _("Write something first.")


class NobodyToAnswer(errors.Refusal):
    """Refuse an answer where no conversation can carry it."""

    code = "nobody_to_answer"
    status = 409
    message = _("This ticket has no conversation to answer by. Call the customer, or write to them anew.")


class NewerWord(errors.Refusal):
    """Refuse an answer written before the customer said something more: whoever wrote it has not read that."""

    code = "newer_word"
    status = 409
    message = _("The customer wrote again while you were answering. Read it, then send.")


class TooLate(errors.Refusal):
    """Refuse to take back what has left already."""

    code = "too_late_to_undo"
    status = 409
    message = _("This answer has left already. Write another one to put it right.")


class AnswerDraft(Struct, frozen=True, kw_only=True):
    """What somebody wants to say. `seen_message_id` is the last word they had read (None: not asked)."""

    text: str
    then: str = ""
    conversation_id: int | None = None
    attachment_ids: tuple[int, ...] = ()
    seen_message_id: int | None = None
    automatic: bool = False


@command(needs=NEEDS)
def answer_ticket(actor: Actor, *, ticket_id: int, draft: AnswerDraft, now: datetime) -> int:
    """Say something to a customer; it leaves after the moment in which it can be taken back. Returns the message's id.

    The translation of what was being written is forgotten with it.

    Raises: NotFound, NotPossible, NothingSaid, NobodyToAnswer, NewerWord.
    Emits: TicketAnswered once it has left; ChatPassed where a person takes a chat over.
    Locks: the ticket.
    """
    ticket = lock_tickets([ticket_id])[ticket_id]
    if not draft.text.strip() and not draft.attachment_ids:
        raise NothingSaid
    tickets.next_state(ticket.state, "reply")
    if draft.then and (draft.then not in THEN or not tickets.can(ticket.state, draft.then)):
        raise errors.NotPossible(state=ticket.state, verb=draft.then)
    conversation = _conversation(ticket, draft.conversation_id)
    _refuse_if_newer(ticket, draft)
    live = is_live(conversation.channel, conversation.visit_id)
    if not live and (conversation.customer_id is None or conversation.channel not in WAYS):
        raise NobodyToAnswer
    hold_s = 0 if live or draft.automatic else parameters.value(UNDO_S)
    message = Message(
        ticket=ticket,
        conversation=conversation,
        kind="reply",
        author="staff" if actor.staff_id else "system",
        staff_id=actor.staff_id,
        at=now,
        text=draft.text.strip()[:LONGEST],
        language=words.language_of(draft.text),
        state="shown" if live else "held",
        automatic=draft.automatic,
        then=draft.then,
        sends_at=now + timedelta(seconds=hold_s),
        attachment_ids=list(draft.attachment_ids),
        simulated=ticket.simulated,
    )
    message.save()
    if not draft.automatic:
        Translation.objects.filter(ticket=ticket, staff_id=actor.staff_id, message=None).delete()
        pass_chats(actor, [conversation], "answer", now)
    if live:
        settle_answers(actor, message_ids=[message.id], now=now)
    else:
        _hand_over(actor, ticket, conversation, message, now)
    return message.id


def _conversation(ticket: Ticket, wanted: int | None) -> Conversation:
    """Choose by what an answer leaves: what was asked for, else where the customer spoke last."""
    rows = Conversation.objects.filter(ticket_id=ticket.id)
    found = rows.filter(id=wanted).first() if wanted else rows.order_by("-heard_at", "-id").first()
    if found is None:
        raise NobodyToAnswer
    return found


def _refuse_if_newer(ticket: Ticket, draft: AnswerDraft) -> None:
    if draft.seen_message_id is None:
        return
    newer = Message.objects.filter(ticket_id=ticket.id, id__gt=draft.seen_message_id, kind="inbound")
    if newer.exists():
        raise NewerWord


def _hand_over(actor: Actor, ticket: Ticket, conversation: Conversation, message: Message, now: datetime) -> None:
    last = Message.objects.filter(conversation=conversation, inbound_id__isnull=False).order_by("-id").first()
    reply = ReplyDraft(
        customer_id=conversation.customer_id or 0,
        channel=conversation.channel,
        box=conversation.box,
        subject_kind="ticket",
        subject_id=ticket.id,
        dedupe_key=f"ticket-message:{message.id}",
        subject=f"{ticket.subject} [{ticket.number}]",
        text=message.text,
        answers_inbound_id=last.inbound_id if last else None,
        reply_token=token_of(conversation.id),
        attachment_ids=tuple(message.attachment_ids),
        send_at=message.sends_at or now,
        simulated=ticket.simulated,
        author=shown_name(actor),
    )
    message.outbox_id = queue_replies(actor, replies=[reply], now=now)[0]
    message.save(update_fields=["outbox_id"])


@command(needs=NEEDS)
def take_back_answer(actor: Actor, *, message_id: int, now: datetime) -> str:
    """Take back an answer that has not left yet. Returns its text, to go on writing.

    Raises: NotFound, TooLate. Locks: the ticket.
    """
    row = Message.objects.filter(id=message_id, kind="reply").first()
    if row is None:
        raise errors.NotFound(key=message_id)
    lock_tickets([row.ticket_id])
    held = Message.objects.filter(id=message_id, state="held", staff_id=actor.staff_id)
    outbox = row.outbox_id
    if outbox is None or outbox not in withdraw_replies(actor, message_ids=[outbox], now=now):
        raise TooLate
    if not held.update(state="withdrawn"):
        raise TooLate
    return row.text


@command(needs=NEEDS)
def note_ticket(
    actor: Actor,
    *,
    ticket_id: int,
    text: str,
    now: datetime,
    mentions: Collection[int] = (),
    attachments: Sequence[int] = (),
) -> int:
    """Leave a note that colleagues alone read. Returns its id.

    Raises: NotFound, NothingSaid. Emits: TicketNoted. Locks: the ticket.
    """
    ticket = lock_tickets([ticket_id])[ticket_id]
    if not text.strip() and not attachments:
        raise NothingSaid
    named = sorted(set(mentions) & set(people.staff_with_permission("tickets.view")))
    note = Message.objects.create(
        ticket=ticket,
        kind="note",
        author="staff" if actor.staff_id else "system",
        staff_id=actor.staff_id,
        at=now,
        text=text.strip()[:LONGEST],
        state="shown",
        attachment_ids=list(attachments),
        mentions=named,
        simulated=ticket.simulated,
    )
    noted = TicketNoted(ticket_id=ticket.id, message_id=note.id, mentions=named, simulated=ticket.simulated)
    events.record(actor, [noted])
    tell_named(actor, ticket, named=named, note_id=note.id, text=note.text, now=now)
    return note.id
