"""Follow what is seen and written in a chat: what the visitor's browser got, what was read, who types."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.chat_replies import CARRIER, reference_of
from steward.modules.messaging.commands.chats import tell_browsers
from steward.modules.messaging.commands.receiving import RECEIVE
from steward.modules.messaging.commands.reporting import record_reports
from steward.modules.messaging.models import ChatLine, ChatVisit
from steward.modules.messaging.ports import DeliveryReport

# A visitor who types says so every few seconds; silence for so long means that they stopped.
TYPES_S = 7


@command(needs=RECEIVE)
def note_seen(actor: Actor, *, visit_id: int, heard: int, read: int, now: datetime) -> bool:
    """Note up to which line a visitor's browser has got the chat, and up to which they read it.

    What is said twice, or too much, changes nothing. Returns whether anything is new.
    Emits: MessageDelivered. Locks: the visit, then as record_reports.
    """
    visit = ChatVisit.objects.select_for_update(of=("self",)).filter(id=visit_id).first()
    if visit is None:
        return False
    heard, read = min(max(heard, read), visit.last_seq), min(read, visit.last_seq)
    if heard <= visit.heard_seq and read <= visit.read_seq:
        return False
    arrived = ChatLine.objects.filter(visit=visit, seq__gt=visit.heard_seq, seq__lte=heard, message_id__isnull=False)
    reports = [
        DeliveryReport(carrier=CARRIER, reference=reference_of(line_id), arrived=True)
        for line_id in arrived.order_by("seq").values_list("id", flat=True)
    ]
    visit.heard_seq, visit.read_seq = max(heard, visit.heard_seq), max(read, visit.read_seq)
    visit.seen_at = now
    visit.save(update_fields=["heard_seq", "read_seq", "seen_at"])
    if reports:
        record_reports(actor, reports=reports, now=now)
    return True


@command(needs=RECEIVE)
def note_visitor_types(actor: Actor, *, visit_id: int, types: bool, now: datetime) -> None:
    """Note that a visitor is writing, or stopped."""
    until = now + timedelta(seconds=TYPES_S) if types else None
    ChatVisit.objects.filter(id=visit_id).update(types_until=until, seen_at=now)


def note_staff_read(visit_ids: Sequence[int]) -> None:
    """Note that the staff has read all that these visitors wrote, and tell their browsers. A step of the caller's."""
    behind = ChatVisit.objects.filter(id__in=visit_ids, staff_seq__lt=F("last_seq"))
    ids = list(behind.values_list("id", flat=True))
    if ids:
        ChatVisit.objects.filter(id__in=ids).update(staff_seq=F("last_seq"))
        tell_browsers(visits=ids)


def tell_typing(visit_ids: Sequence[int], *, who: str) -> None:
    """Show visitors that somebody is writing to them; nothing of it is kept. A step of the caller's command."""
    tell_browsers(typing=list(visit_ids), who=who)
