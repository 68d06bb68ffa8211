"""Open tickets by hand, and make a part of one a ticket of its own (DSK-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, numbering
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.owning import own
from steward.modules.desk.commands.placing import PREFIX, TICKET_IDS, opened_event
from steward.modules.desk.commands.restating import check_category
from steward.modules.desk.events import TicketSplit
from steward.modules.desk.models import Conversation, Link, Message, Ticket
from steward.modules.desk.rules import words

NEEDS = "tickets.work"


class NothingToSplit(errors.Refusal):
    """Refuse to split off nothing, or everything: something must be left on both sides."""

    code = "nothing_to_split"
    status = 422
    message = _("Choose some of the messages of this ticket: at least one, and not all of them.")


class TicketDraft(Struct, frozen=True, kw_only=True):
    """A matter somebody tells of: at the counter, on the phone, or found by another part of the house."""

    channel: str
    box: str
    subject: str = ""
    text: str = ""
    customer_id: int | None = None
    order_id: int | None = None
    category: str = ""
    sub_reason: str = ""
    urgency: str = "normal"
    priority: str = "normal"
    language: str = ""
    mine: bool = True
    simulated: bool = False


@command(needs=NEEDS)
def open_tickets(actor: Actor, *, drafts: Sequence[TicketDraft], now: datetime) -> list[int]:
    """Open tickets by hand, with what was told as the first word; whoever opens one for themselves has it.

    Returns their ids. Raises: UnknownCategory. Emits: TicketOpened, TicketOwned. Locks: their clocks.
    """
    for draft in drafts:
        check_category(draft.category, draft.sub_reason)
    rows = [_ticket(draft, now) for draft in drafts]
    Ticket.objects.bulk_create(rows)
    threads = [_conversation(draft, row, now) for draft, row in zip(drafts, rows, strict=True)]
    Conversation.objects.bulk_create(threads)
    Message.objects.bulk_create(
        _told(actor, draft, thread, now) for draft, thread in zip(drafts, threads, strict=True) if draft.text.strip()
    )
    ticket_clocks.begin(actor, rows, now)
    events.record(actor, [opened_event(row) for row in rows])
    if actor.staff_id is not None:
        mine = {row: actor.staff_id for row, draft in zip(rows, drafts, strict=True) if draft.mine}
        own(actor, mine, "taken", now)
    ticket_clocks.keep_due([row.id for row in rows])
    return [row.id for row in rows]


@command(needs=NEEDS)
def split_ticket(actor: Actor, *, ticket_id: int, message_ids: Sequence[int], subject: str, now: datetime) -> int:
    """Make some messages of a ticket a ticket of its own, for the same customer and owner. Returns its id.

    Its limits run from the oldest of these words that nobody has answered, else from now.
    Raises: NotFound, NothingToSplit. Emits: TicketSplit, TicketOpened. Locks: the ticket, the clocks of the new one.
    """
    old = lock_tickets([ticket_id])[ticket_id]
    moved = list(Message.objects.filter(ticket=old, id__in=message_ids).order_by("at", "id"))
    if not moved or len(moved) == Message.objects.filter(ticket=old).count():
        raise NothingToSplit
    unanswered = [
        one.at for one in moved if one.kind == "inbound" and old.awaits_since is not None and one.at >= old.awaits_since
    ]
    row = _ticket(
        TicketDraft(
            channel=old.channel,
            box="",
            subject=subject or moved[0].text,
            customer_id=old.customer_id,
            order_id=old.order_id,
            language=old.language,
            simulated=old.simulated,
        ),
        min(unanswered, default=now),
    )
    row.owner_id, row.first_owner_id, row.team = old.owner_id, old.first_owner_id, old.team
    row.awaits_since = min(unanswered, default=None)
    row.save(force_insert=True)
    _take_along(row, moved)
    Link.objects.create(ticket=old, other=row, kind="split", made_by=actor.id, made_at=now)
    ticket_clocks.begin(actor, [row], now)
    split = TicketSplit(ticket_id=old.id, new_id=row.id, message_ids=[one.id for one in moved], simulated=old.simulated)
    events.record(actor, [split, opened_event(row)])
    ticket_clocks.keep_due([row.id])
    return row.id


def _take_along(row: Ticket, moved: Sequence[Message]) -> None:
    """Move messages to their new ticket, with a conversation of its own that answers leave by."""
    last = next((one.conversation for one in reversed(moved) if one.conversation is not None), None)
    thread = None
    if last is not None:
        thread = Conversation.objects.create(
            ticket=row,
            channel=last.channel,
            box=last.box,
            thread=last.thread,
            customer_id=last.customer_id,
            opened_at=moved[0].at,
            heard_at=moved[-1].at,
            simulated=row.simulated,
        )
    for one in moved:
        one.ticket = row
        one.conversation = thread if one.conversation_id is not None else None
    Message.objects.bulk_update(moved, ["ticket", "conversation"])


def _ticket(draft: TicketDraft, at: datetime) -> Ticket:
    id_ = TICKET_IDS.take()
    return Ticket(
        id=id_,
        number=numbering.number(PREFIX, id_, at),
        subject=words.subject_of(draft.subject, draft.text),
        channel=draft.channel,
        language=draft.language or words.language_of(draft.subject + draft.text),
        customer_id=draft.customer_id,
        order_id=draft.order_id,
        category=draft.category,
        sub_reason=draft.sub_reason,
        sorted_by="person" if draft.category else "",
        urgency=draft.urgency,
        priority=draft.priority,
        opened_at=at,
        heard_at=at,
        awaits_since=at,
        simulated=draft.simulated,
    )


def _conversation(draft: TicketDraft, row: Ticket, at: datetime) -> Conversation:
    return Conversation(
        ticket=row,
        channel=draft.channel,
        box=draft.box,
        customer_id=draft.customer_id,
        opened_at=at,
        heard_at=at,
        simulated=draft.simulated,
    )


def _told(actor: Actor, draft: TicketDraft, thread: Conversation, at: datetime) -> Message:
    return Message(
        ticket=thread.ticket,
        conversation=thread,
        kind="inbound",
        author="customer",
        at=at,
        text=draft.text.strip(),
        language=words.language_of(draft.text),
        state="received",
        facts={"told_to": actor.id},
        simulated=draft.simulated,
    )
