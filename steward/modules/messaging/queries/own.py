"""What a person wrote to us and what we sent them: for that person alone. Source: CUS-6."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from steward.modules.messaging.models import Attachment, Inbound, Message


class OwnWords(Struct, frozen=True, kw_only=True):
    """One message a person wrote."""

    at: datetime
    channel: str
    subject: str
    text: str
    files: list[str]


class OwnMessage(Struct, frozen=True, kw_only=True):
    """One message we sent: of which kind, by which way; its text names nothing the person does not have."""

    at: datetime
    kind: str
    channel: str
    state: str


def own_words(customer_ids: Collection[int]) -> list[OwnWords]:
    """List what a person wrote, newest first. Two statements."""
    rows = list(Inbound.objects.filter(customer_id__in=customer_ids).order_by("-id"))
    files: dict[int, list[str]] = {row.id: [] for row in rows}
    for inbound_id, name in Attachment.objects.filter(inbound__in=list(files)).values_list("inbound_id", "filename"):
        files[inbound_id or 0].append(name)
    return [
        OwnWords(at=row.sent_at, channel=row.channel, subject=row.subject, text=row.body, files=files[row.id])
        for row in rows
    ]


def own_messages(customer_ids: Collection[int]) -> list[OwnMessage]:
    """List what we sent a person, newest first. One statement."""
    rows = Message.objects.filter(customer_id__in=customer_ids).order_by("-id")
    return [
        OwnMessage(at=at, kind=kind, channel=via, state=state)
        for at, kind, via, state in rows.values_list("queued_at", "template", "via", "state")
    ]
