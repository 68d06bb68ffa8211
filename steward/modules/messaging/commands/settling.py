"""What people decide where nobody can tell what became of a message."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.events import MessageRepeated
from steward.modules.messaging.models import Message, MessageKind
from steward.modules.messaging.rules import outbox

DECIDE = "messaging.retry"


class SentOtherwise(errors.Refusal):
    """Refuse to send again what went out by another channel instead."""

    code = "sent_otherwise"
    message = _("This went out as an e-mail instead; nobody gets the same message twice.")


class StandsForNothing(errors.Refusal):
    """Refuse to send an e-mail again whose short message arrived, or may yet."""

    code = "stands_for_nothing"
    message = _("The short message this e-mail stands for arrived or may yet; nobody gets the same message twice.")


@command(needs=DECIDE)
def repeat_message(actor: Actor, *, message_id: int, reason: str, now: datetime) -> None:
    """Have a message tried again that failed, came back, came too late or has an open fate.

    Raises: NotFound, NotPossible, SentOtherwise, StandsForNothing. Emits: MessageRepeated.
    Locks: the message and the one it stands for, or that stands for it, in id order.
    """
    row, others = _locked_with_others(message_id)
    before = row.state
    heard = [one for one in others if one.state not in outbox.NOT_HEARD]
    if heard:
        raise SentOtherwise if heard[0].instead_of == row.id else StandsForNothing
    _move(row, "repeat")
    hours = MessageKind.objects.values_list("expires_after_h", flat=True).get(code=row.template)
    row.due_at, row.expires_at, row.attempts = now, now + timedelta(hours=hours), 0
    row.reason, row.error, row.settled_at = "", "", None
    row.save()
    events.record(actor, [MessageRepeated(message_id=row.id, before=before, after=row.state, reason=reason)])


@command(needs=DECIDE)
def confirm_message(actor: Actor, *, message_id: int, reason: str, now: datetime) -> None:
    """Say that a message whose fate was open did arrive, e.g. because the customer said so.

    Raises: NotFound, NotPossible. Emits: MessageRepeated. Locks: the message.
    """
    row = _locked(message_id)
    if row.state != "unknown":
        raise errors.NotPossible(state=row.state, verb="confirm")
    _move(row, "confirm")
    row.settled_at = now
    row.save(update_fields=["state", "settled_at"])
    events.record(actor, [MessageRepeated(message_id=row.id, before="unknown", after=row.state, reason=reason)])


def _locked_with_others(message_id: int) -> tuple[Message, list[Message]]:
    """Lock a message together with what says the same by another channel. Raises: NotFound."""
    first = Message.objects.filter(id=message_id).values_list("instead_of", flat=True).first()
    same = Q(id__in=[message_id, first or message_id]) | Q(instead_of=message_id)
    rows = {row.id: row for row in Message.objects.select_for_update(of=("self",)).filter(same).order_by("id")}
    if message_id not in rows:
        raise errors.NotFound(key=message_id)
    row = rows.pop(message_id)
    return row, list(rows.values())


def _locked(message_id: int) -> Message:
    row = Message.objects.select_for_update(of=("self",)).filter(id=message_id).first()
    if row is None:
        raise errors.NotFound(key=message_id)
    return row


def _move(row: Message, verb: outbox.Verb) -> None:
    if not outbox.may(row.state, verb):
        raise errors.NotPossible(state=row.state, verb=verb)
    row.state = outbox.TRANSITIONS[row.state, verb]  # type: ignore[index]
