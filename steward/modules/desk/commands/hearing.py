"""Let tickets move when their customer says something more: wait no longer, open again, or merely be thanked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.rows import write_rows
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.moves import keep_moves
from steward.modules.desk.commands.placing import Placed
from steward.modules.desk.events import TicketContinued, TicketMoved
from steward.modules.desk.models import Ticket
from steward.modules.desk.rules import tickets, words

FIELDS = (
    "state", "closed_as", "heard_at", "awaits_since", "snoozed_until", "solved_at", "closed_at", "reopened", "order_id",
)  # fmt: skip
ENDED = ("solved", "closed")


def hear(actor: Actor, placed: Sequence[Placed], now: datetime) -> dict[int, str]:
    """Move the tickets of messages that did not open them, in the order they were said; clocks follow.

    What merely thanks changes nothing but when the customer was heard; what no person wrote, and what goes on with a
    ticket that was rejected, not even that. A step of
    the caller's command, which has locked the tickets. Returns message id → kept, thanked, heard or reopened.
    Emits: TicketContinued, TicketMoved.
    """
    outcomes: dict[int, str] = {}
    said: list[events.Event] = []
    changed: dict[int, Ticket] = {}
    resumed: dict[int, datetime] = {}
    reopened: dict[int, Ticket] = {}
    asking: dict[int, tuple[Ticket, datetime]] = {}
    for one in placed:
        ticket, at = one.ticket, one.word.at
        if one.word.automatic or ticket.closed_as == "spam":
            outcomes[one.message.id] = "kept"
            continue
        before, thanks = ticket.state, ticket.awaits_since is None and words.is_thanks(one.word.text)
        ticket.heard_at = max(ticket.heard_at, at)
        changed[ticket.id] = ticket
        if not thanks:
            ticket.state = tickets.next_state(before, "hear")
            ticket.snoozed_until = None
            if before == "waiting_customer":
                resumed[ticket.id] = at
            if before in ENDED:
                _reopen(ticket)
                reopened[ticket.id] = ticket
            if ticket.awaits_since is None:
                ticket.awaits_since = at
                if ticket.answered_at is not None or before in ENDED:
                    asking[ticket.id] = (ticket, at)
            if before != ticket.state:
                said.append(_moved(ticket, before))
        outcomes[one.message.id] = "thanked" if thanks else "reopened" if before in ENDED else "heard"
        said.append(_heard(one, outcomes[one.message.id]))
    write_rows(changed.values(), FIELDS)
    if resumed:
        ticket_clocks.go_on(actor, list(resumed), [min(at, now) for at in resumed.values()])
    if reopened:
        ticket_clocks.open_again(actor, list(reopened.values()), now, "customer_wrote")
    ticket_clocks.ask_next_reply(actor, list(asking.values()), now)
    keep_moves(actor, [event for event in said if isinstance(event, TicketMoved)], now)
    events.record(actor, said)
    return outcomes


def _reopen(ticket: Ticket) -> None:
    ticket.closed_as, ticket.closed_at, ticket.solved_at = "", None, None
    ticket.reopened += 1


def _moved(ticket: Ticket, before: str) -> TicketMoved:
    return TicketMoved(ticket_id=ticket.id, verb="hear", before=before, after=ticket.state, simulated=ticket.simulated)


def _heard(one: Placed, outcome: str) -> TicketContinued:
    return TicketContinued(
        ticket_id=one.ticket.id,
        message_id=one.message.id,
        channel=one.word.channel,
        reopened=outcome == "reopened",
        thanks=outcome == "thanked",
        simulated=one.ticket.simulated,
    )
