"""The clocks of tickets: what starts, pauses, stops and opens them again, and what a ticket keeps of them (DSK-4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from steward.kernel import arrays, sql
from steward.kernel.actor import Actor
from steward.modules.deadlines.commands import (
    ClockPause,
    ClockStart,
    ClockStop,
    Owner,
    Reply,
    Restatement,
    answer_clocks,
    cancel_clocks,
    pause_clocks,
    reopen_clocks,
    restate_facts,
    resume_clocks,
    set_owners,
    start_clocks,
    stop_clocks,
)
from steward.modules.deadlines.queries import next_clocks
from steward.modules.desk.models import Ticket
from steward.modules.desk.queries.tally import count_anew

SUBJECT = "ticket"
PACKAGE = "steward.modules.desk"
FIRST_REPLY, PRELIMINARY, SUBSTANTIVE = "first_reply", "preliminary_solution", "substantive_reply"
SOLUTION, NEXT_REPLY = "solution", "next_reply"
ASSIGNMENT = "assignment"
AT_FIRST = (FIRST_REPLY, SUBSTANTIVE, SOLUTION)
EVERY = (*AT_FIRST, PRELIMINARY, NEXT_REPLY)
# What a person's words to the customer answer; a solution is told of by a state, a preliminary one by its step.
BY_REPLY = (FIRST_REPLY, NEXT_REPLY)
WAITS = {"waiting_customer": "waiting_for_customer", "waiting_third": "waiting_for_third_party"}


def facts_of(ticket: Ticket) -> dict[str, Any]:
    """Say of a ticket what the conditions of time limits may ask."""
    return {
        "urgency": ticket.urgency,
        "special": ticket.special,
        "priority": ticket.priority,
        "category": ticket.category,
        "sub_reason": ticket.sub_reason,
        "channel": ticket.channel,
    }


def begin(actor: Actor, tickets: Sequence[Ticket], now: datetime, due: Mapping[int, datetime] | None = None) -> None:
    """Start what runs from the first word on; `due` are first replies whose time a marketplace sets.

    A preliminary solution is asked for urgent matters alone: other tickets start none.
    """
    given = due or {}
    starts = [
        ClockStart(
            SUBJECT,
            ticket.id,
            kind,
            ticket.opened_at,
            facts_of(ticket),
            ticket.owner_id,
            None,
            ticket.simulated,
            given.get(ticket.id) if kind == FIRST_REPLY else None,
        )
        for ticket in tickets
        for kind in _kinds(ticket)
    ]
    start_clocks(actor, starts=starts, now=now)


def _kinds(ticket: Ticket) -> tuple[str, ...]:
    return (*AT_FIRST, PRELIMINARY) if ticket.urgency == "urgent" else AT_FIRST


def say_again(actor: Actor, tickets: Sequence[Ticket], at: datetime, reason: str) -> None:
    """Tell the clocks what changed about their tickets; one that became urgent owes a preliminary solution too."""
    restate_facts(actor, restatements=[restatement(ticket) for ticket in tickets], at=at, reason=reason)
    urgent = [ticket for ticket in tickets if ticket.urgency == "urgent" and ticket.state != "closed"]
    start_clocks(
        actor,
        starts=[
            ClockStart(SUBJECT, one.id, PRELIMINARY, at, facts_of(one), one.owner_id, None, one.simulated)
            for one in urgent
            if one.answered_at is None or one.state in ("new", "open")
        ],
        now=at,
    )


def restatement(ticket: Ticket) -> Restatement:
    """Say what is true of a ticket now."""
    return Restatement(SUBJECT, ticket.id, facts_of(ticket), owner_id=ticket.owner_id)


def ask_next_reply(actor: Actor, asked: Sequence[tuple[Ticket, datetime]], now: datetime) -> None:
    """Start a cycle of the next reply for customers who wrote again, each when they did, after we had answered."""
    starts = [
        ClockStart(SUBJECT, one.id, NEXT_REPLY, at, facts_of(one), one.owner_id, None, one.simulated)
        for one, at in asked
    ]
    start_clocks(actor, starts=starts, now=now)


def answer(actor: Actor, replies: Iterable[tuple[int, datetime, Mapping[str, Any]]]) -> None:
    """Let replies (ticket, instant, facts) end what they answer: the first or next reply, by the policy's rule."""
    said = [Reply(SUBJECT, id_, kind, at, facts) for id_, at, facts in replies for kind in BY_REPLY]
    answer_clocks(actor, replies=said)


def wait(actor: Actor, ticket_ids: Sequence[int], state: str, at: datetime) -> None:
    """Let what may stand still do so while a ticket waits for somebody else."""
    pause_clocks(actor, pauses=[ClockPause(SUBJECT, id_, "", WAITS[state]) for id_ in ticket_ids], at=at)


def go_on(actor: Actor, ticket_ids: Sequence[int], at: datetime | Sequence[datetime]) -> None:
    """Let the clocks of tickets that waited run on, from one instant or each from its own."""
    stops = [ClockStop(SUBJECT, id_, "") for id_ in ticket_ids]
    resume_clocks(actor, stops=stops, at=at, lifts=set(WAITS.values()))


def end(actor: Actor, ticket_ids: Sequence[int], at: datetime) -> None:
    """End what a solution ends, as kept or missed; replies still owed are called off: nothing more is to be said."""
    kept = (SUBSTANTIVE, PRELIMINARY, SOLUTION)
    stop_clocks(actor, stops=[ClockStop(SUBJECT, id_, kind) for id_ in ticket_ids for kind in kept], at=at)
    call_off(actor, ticket_ids, at, "solved")


def call_off(actor: Actor, ticket_ids: Sequence[int], at: datetime, reason: str) -> None:
    """End every clock of tickets that are none any more: spam, or merged into another."""
    cancel_clocks(actor, stops=[ClockStop(SUBJECT, id_, "") for id_ in ticket_ids], at=at, reason=reason)


def follow_owner(actor: Actor, tickets: Sequence[Ticket], at: datetime) -> None:
    """Let the clocks of tickets run for who has these now; nobody is looked for any more where somebody is."""
    taken = [ClockStop(SUBJECT, one.id, ASSIGNMENT) for one in tickets if one.owner_id is not None]
    if taken:
        stop_clocks(actor, stops=taken, at=at)
    set_owners(actor, owners=[Owner(SUBJECT, one.id, kind, one.owner_id) for one in tickets for kind in EVERY], at=at)


def ask_for_owner(actor: Actor, tickets: Sequence[Ticket], at: datetime) -> None:
    """Start the clock of tickets that nobody can take: it runs until somebody has them."""
    starts = [ClockStart(SUBJECT, one.id, ASSIGNMENT, at, facts_of(one), None, None, one.simulated) for one in tickets]
    start_clocks(actor, starts=starts, now=at)


def open_again(actor: Actor, tickets: Sequence[Ticket], at: datetime, reason: str) -> None:
    """Begin the next cycle of the solution of tickets that were opened again."""
    stops = [ClockStop(SUBJECT, ticket.id, SOLUTION) for ticket in tickets]
    reopen_clocks(actor, stops=stops, at=at, reason=reason, restatements=[restatement(one) for one in tickets])


def run_again(actor: Actor, ticket: Ticket, kinds: Sequence[str], at: datetime, reason: str) -> None:
    """Begin the next cycle of clocks that were called off by mistake, from when they were."""
    stops = [ClockStop(SUBJECT, ticket.id, kind) for kind in kinds]
    reopen_clocks(actor, stops=stops, at=at, reason=reason, restatements=[restatement(ticket)])


def keep_due(ticket_ids: Iterable[int]) -> None:
    """Write to tickets which of their clocks is due next; the last step of whatever changes clocks.

    What stands still has no due time; what is late already stays first.
    """
    ids = sorted(set(ticket_ids))
    if not ids:
        return
    count_anew()
    clocks = next_clocks(SUBJECT, ids)
    columns = {
        "ids": arrays.integers(ids),
        "due": arrays.instants([clocks[id_].due_at if id_ in clocks else None for id_ in ids]),
        "kinds": arrays.texts([clocks[id_].kind if id_ in clocks else "" for id_ in ids]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "keep_due"), columns)
