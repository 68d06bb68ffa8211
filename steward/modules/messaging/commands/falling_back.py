"""Say by e-mail what could not be said by short message: once, where the customer may be written to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from steward.kernel import events
from steward.modules.messaging.models import Message, MessageKind
from steward.modules.messaging.queries.readers import readers_of
from steward.modules.messaging.rules import outbox

CHANGED = "messaging.message_queued"
COPIED = (
    "template", "customer_id", "subject_kind", "subject_id", "params", "link_purpose", "link_subject_id",
    "link_expires_at", "expires_at",
)  # fmt: skip


def fall_back(rows: Sequence[Message], now: datetime) -> None:
    """Queue an e-mail for each short message that failed for good, as a step of the caller's command.

    Not where the sender asked for this channel, the kind or the customer has none else, or it would come too late.
    Whether the customer wants the kind at all, their hours and their data are looked at when it leaves, as for every
    message. The database holds that each message has one such e-mail at most.
    """
    failed = [row for row in rows if outbox.falls_back(row.state, via=row.via, wanted=row.channel) and row.customer_id]
    if not failed:
        return
    channels = dict(
        MessageKind.objects.filter(code__in={row.template for row in failed}).values_list("code", "channels")
    )
    readers = readers_of(failed)
    instead = [
        Message(
            **{name: getattr(row, name) for name in COPIED},
            channel=outbox.FALLBACK,
            instead_of=row.id,
            dedupe_key=f"instead:{row.id}",
            due_at=now,
            queued_at=now,
        )
        for row in failed
        if outbox.FALLBACK in (readers[row.id].channels or channels[row.template])
        and outbox.FALLBACK in readers[row.id].addresses
        and (row.expires_at is None or row.expires_at > now)
    ]
    if instead:
        Message.objects.bulk_create(instead, ignore_conflicts=True)
        events.notify_live([CHANGED])


def stop_fallbacks(message_ids: Collection[int], now: datetime) -> None:
    """Leave the e-mails unsent that were to stand for short messages which arrived after all."""
    if message_ids:
        Message.objects.filter(instead_of__in=message_ids, state="waiting").update(
            state="suppressed", reason="arrived", settled_at=now
        )
