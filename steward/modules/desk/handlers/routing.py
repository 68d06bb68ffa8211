"""Give tickets to people when something happens to either. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.deadlines.events import ClockEscalated, ClocksRedated
from steward.modules.desk.commands.routing import route_again
from steward.modules.desk.commands.routing_escalation import follow_clocks, reassign_tickets
from steward.modules.desk.commands.routing_running import route_all
from steward.modules.desk.commands.routing_shifts import hand_over_absent
from steward.modules.desk.events import TicketContinued, TicketMoved, TicketOpened, TicketOwned, TicketRestated
from steward.modules.people.events import LeaveMoved, PresenceSet

DESK = system("desk")
SUBJECT = "ticket"


def on_ticket_opened_route_tickets(events: Sequence[TicketOpened]) -> None:
    """Give new tickets to somebody."""
    route_all(DESK, now=moment.now())


def on_ticket_restated_route_tickets(events: Sequence[TicketRestated]) -> None:
    """Give tickets to somebody as soon as it is known what they are about."""
    if any("category" in event.after for event in events):
        route_all(DESK, now=moment.now())


def on_ticket_owned_route_tickets(events: Sequence[TicketOwned]) -> None:
    """Give tickets that were given back to somebody else."""
    if any(event.after_id is None for event in events):
        route_all(DESK, now=moment.now())


def on_ticket_moved_route_tickets(events: Sequence[TicketMoved]) -> None:
    """Give what waits to who has room again, and what is open again to somebody who is there."""
    _route_again([event.ticket_id for event in events if event.verb == "reopen"])
    if any(event.after not in ("new", "open") for event in events):
        route_all(DESK, now=moment.now())


def on_ticket_continued_route_tickets(events: Sequence[TicketContinued]) -> None:
    """Give tickets that their customer opened again to somebody who is there."""
    _route_again([event.ticket_id for event in events if event.reopened])


def _route_again(ticket_ids: Sequence[int]) -> None:
    if ticket_ids:
        route_again(DESK, ticket_ids=ticket_ids, now=moment.now())


def on_presence_set_route_tickets(events: Sequence[PresenceSet]) -> None:
    """Give what waits to who is back."""
    if any(not event.said for event in events):
        route_all(DESK, now=moment.now())


def on_leave_moved_hand_over_tickets(events: Sequence[LeaveMoved]) -> None:
    """Hand over the tickets of people whose leave begins at once."""
    if any(event.after == "approved" for event in events):
        hand_over_absent(DESK, now=moment.now())


def on_clock_escalated_reassign_tickets(events: Sequence[ClockEscalated]) -> None:
    """Give what was not done in time to the next person on duty."""
    reassign_tickets(DESK, steps=events, now=moment.now())


def on_clocks_redated_follow_clocks(events: Sequence[ClocksRedated]) -> None:
    """Keep true which clock of a ticket is due next."""
    if ids := {id_ for event in events if event.about_kind == SUBJECT for id_ in event.about_ids}:
        follow_clocks(DESK, ticket_ids=ids)
