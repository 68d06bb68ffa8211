"""What the desk does about complaints and afterwards, on hearing tickets, approvals and the transport."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.desk.commands.compensating import KIND, SUBJECT, follow_compensations
from steward.modules.desk.commands.complaints import notice_complaints
from steward.modules.desk.commands.follow_ups import note_undelivered
from steward.modules.desk.events import TicketRestated
from steward.modules.messaging.events import MessageFailed

DESK = system("desk")


def on_ticket_restated_notice_complaints(events: Sequence[TicketRestated]) -> None:
    """Notice complaints by what tickets are about now."""
    about = [event.ticket_id for event in events if {"category", "sub_reason"} & event.after.keys()]
    if about:
        notice_complaints(DESK, ticket_ids=about, now=moment.now())


def on_approval_settled_follow_compensations(events: Sequence[ApprovalSettled]) -> None:
    """Grant or refuse compensations as it was decided."""
    settled = [event for event in events if event.kind == KIND and event.about_kind == SUBJECT]
    if settled:
        follow_compensations(DESK, settled=settled, now=moment.now())


def on_message_failed_end_follow_ups(events: Sequence[MessageFailed]) -> None:
    """Note which questions about solutions did not arrive."""
    failed = {event.about_id: event.reason for event in events if event.about_kind == "follow_up"}
    if failed:
        note_undelivered(DESK, reasons=failed)
