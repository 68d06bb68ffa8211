"""What people do about calls: open or name the case it is about, call back, say whose extension is whose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.opening import TicketDraft, open_tickets
from steward.modules.desk.commands.settling import settle_answers
from steward.modules.desk.events import CallBackSettled, CallFiled
from steward.modules.desk.models import Call, CallBack, Conversation, Extension, Message, Ticket
from steward.modules.people import queries as people

NEEDS = "tickets.work"
OUTCOMES = {"done": "done", "drop": "dropped"}


class NoWord(errors.Refusal):
    """Refuse to settle a call back without a word of what came of it."""

    code = "no_word"
    status = 422
    message = _("Write in a few words what came of it.")


@command(needs=NEEDS)
def file_call(actor: Actor, *, call_id: int, ticket_number: str, subject: str, now: datetime) -> int:
    """Put a call into the case it is about, or open one (no number). Who spoke with the customer answered them.

    Returns the ticket's id. Raises: NotFound, NotPossible. Emits: CallFiled, TicketOpened, TicketAnswered.
    Locks: the call, the ticket, its clocks.
    """
    call = Call.objects.select_for_update().filter(id=call_id).first()
    if call is None:
        raise errors.NotFound(key=call_id)
    if call.ticket_id is not None:
        return call.ticket_id
    ticket_id = _ticket(actor, call, ticket_number.strip(), subject.strip(), now)
    lock_tickets([ticket_id])
    call.ticket_id = ticket_id
    call.save(update_fields=["ticket_id"])
    message = _message(actor, call, ticket_id, now)
    if call.answered_at is not None and message.staff_id is not None:
        settle_answers(actor, message_ids=[message.id], now=now)
    events.record(actor, [CallFiled(call_id=call.id, ticket_id=ticket_id)])
    return ticket_id


def _ticket(actor: Actor, call: Call, number: str, subject: str, now: datetime) -> int:
    if number:
        found = Ticket.objects.filter(number=number.upper()).values_list("id", flat=True).first()
        if found is None:
            raise errors.NotFound(key=number)
        return int(found)
    draft = TicketDraft(channel="phone", box=call.box, subject=subject, customer_id=call.customer_id)
    # The matter began with the call: whoever rang has been waiting since then.
    return open_tickets(actor, drafts=[draft], now=min(now, call.rang_at or call.first_told_at))[0]


def _message(actor: Actor, call: Call, ticket_id: int, now: datetime) -> Message:
    """Show the call in the case, in the telephone's own conversation."""
    thread = Conversation.objects.filter(ticket_id=ticket_id, channel="phone", box=call.box).first()
    if thread is None:
        thread = Conversation.objects.create(
            ticket_id=ticket_id,
            channel="phone",
            box=call.box,
            customer_id=call.customer_id,
            opened_at=now,
            heard_at=now,
        )
    return Message.objects.create(
        ticket_id=ticket_id,
        conversation=thread,
        kind="call",
        author="staff",
        staff_id=call.staff_id or actor.staff_id or 0,
        at=call.answered_at or now,
        state="shown",
        reference=f"call:{call.id}",
        facts={"call_id": call.id},
    )


@command(needs=NEEDS)
def settle_call_back(actor: Actor, *, call_back_id: int, outcome: str, note: str, now: datetime) -> None:
    """Say that a customer was called back, or that it is not needed, and what came of it.

    Raises: NotFound, NoWord, Stale. Emits: CallBackSettled. Locks: the call back.
    """
    if outcome not in OUTCOMES:
        raise errors.NotFound(key=outcome)
    if not note.strip():
        raise NoWord
    one = CallBack.objects.select_for_update().filter(id=call_back_id).first()
    if one is None:
        raise errors.NotFound(key=call_back_id)
    if one.state != "open":
        raise errors.Stale
    one.state, one.note = OUTCOMES[outcome], note.strip()[:400]
    one.settled_at, one.settled_by = now, actor.id
    one.save(update_fields=["state", "note", "settled_at", "settled_by"])
    events.record(actor, [CallBackSettled(call_back_id=one.id, outcome=one.state, customer_id=one.customer_id)])


@command(needs="settings.desk")
def set_extensions(actor: Actor, *, box: str, owners: Mapping[str, int]) -> None:
    """Say whose telephone each extension of a telephone system is; those not named are nobody's.

    Raises: NotFound for people who are not of the staff.
    """
    known = people.staff_contact(set(owners.values()))
    if strange := sorted(set(owners.values()) - known.keys()):
        raise errors.NotFound(key=strange[0])
    Extension.objects.filter(box=box).delete()
    rows = [Extension(box=box, number=number[:40], staff_id=staff_id) for number, staff_id in sorted(owners.items())]
    Extension.objects.bulk_create(rows)
