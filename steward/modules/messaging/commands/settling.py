"""What carriers report later, and what people decide where nobody can tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from steward.kernel import errors, events, logs
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.triage import DELIVER, failure_of
from steward.modules.messaging.events import MessageDelivered, MessageRepeated
from steward.modules.messaging.models import Message, MessageKind
from steward.modules.messaging.rules import outbox

DECIDE = "messaging.retry"


class Report(Struct, frozen=True, kw_only=True):
    """What a carrier says of a message it took: it arrived, or it did not and why."""

    carrier: str
    reference: str
    arrived: bool
    detail: str = ""


@command(needs=DELIVER)
def record_reports(actor: Actor, *, reports: Sequence[Report], now: datetime) -> int:
    """Record what carriers report; what is unknown, late or said twice changes nothing. Returns how many counted.

    Emits: MessageDelivered, MessageFailed. Locks: the messages, in id order.
    """
    said = {(report.carrier, report.reference): report for report in reports if report.reference}
    rows = Message.objects.select_for_update(of=("self",)).order_by("id")
    rows = rows.filter(reference__in=[reference for _, reference in said])
    recorded: list[events.Event] = []
    for row in rows:
        report = said.get((row.carrier, row.reference))
        verb: outbox.Verb = "deliver" if report is not None and report.arrived else "bounce"
        if report is None or not outbox.may(row.state, verb):
            continue
        row.state = outbox.TRANSITIONS[row.state, verb]  # type: ignore[index]
        row.error = logs.redact_text(report.detail)[:300]
        row.settled_at = now
        row.save(update_fields=["state", "error", "settled_at"])
        recorded.append(MessageDelivered(message_id=row.id) if report.arrived else failure_of(row))
    events.record(actor, recorded)
    return len(recorded)


@command(needs=DECIDE)
def repeat_message(actor: Actor, *, message_id: int, reason: str, now: datetime) -> None:
    """Have a message tried again that failed, came back, came too late or has an open fate.

    Raises: NotFound, NotPossible. Emits: MessageRepeated. Locks: the message.
    """
    row = _locked(message_id)
    before = row.state
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


def _locked(message_id: int) -> Message:
    row = Message.objects.select_for_update(of=("self",)).filter(id=message_id).first()
    if row is None:
        raise errors.NotFound(key=message_id)
    return row


def _move(row: Message, verb: outbox.Verb) -> None:
    if not outbox.may(row.state, verb):
        raise errors.NotPossible(state=row.state, verb=verb)
    row.state = outbox.TRANSITIONS[row.state, verb]  # type: ignore[index]
