"""What the desk does about complaints and afterwards, on hearing tickets, approvals and the transport."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.desk.commands.compensating import follow_compensations
from steward.modules.desk.commands.complaint_moving import resume_complaints
from steward.modules.desk.commands.complaints import notice_complaints
from steward.modules.desk.commands.follow_ups import note_undelivered
from steward.modules.desk.events import TicketContinued, TicketOpened, TicketRestated
from steward.modules.messaging.events import MessageFailed
from steward.modules.returns.events import CompensationAdvanced

DESK = system("desk")


def on_ticket_opened_notice_complaints(events: Sequence[TicketOpened]) -> None:
    """Notice complaints by what somebody said of a ticket when they opened it."""
    notice_complaints(DESK, ticket_ids=[event.ticket_id for event in events], now=moment.now())


def on_ticket_continued_resume_complaints(events: Sequence[TicketContinued]) -> None:
    """Let complaints go on whose customer wrote; thanks are no answer."""
    if heard := {event.ticket_id for event in events if not event.thanks}:
        resume_complaints(DESK, ticket_ids=heard, now=moment.now())


def on_ticket_restated_notice_complaints(events: Sequence[TicketRestated]) -> None:
    """Notice complaints by what tickets are about now."""
    about = [event.ticket_id for event in events if {"category", "sub_reason"} & event.after.keys()]
    if about:
        notice_complaints(DESK, ticket_ids=about, now=moment.now())


def on_compensation_advanced_follow_wishes(events: Sequence[CompensationAdvanced]) -> None:
    """Let what was asked for in complaints follow what became of it."""
    if ids := {event.compensation_id for event in events if event.complaint}:
        follow_compensations(DESK, given_ids=ids, now=moment.now())


def on_message_failed_end_follow_ups(events: Sequence[MessageFailed]) -> None:
    """Note which questions about solutions did not arrive."""
    failed = {event.about_id: event.reason for event in events if event.about_kind == "follow_up"}
    if failed:
        note_undelivered(DESK, reasons=failed)
