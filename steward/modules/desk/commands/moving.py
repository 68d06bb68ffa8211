"""Move tickets through their life: wait, solve, close, reopen, reject; clocks follow the state (DSK-1, DSK-4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.rows import write_rows
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.moves import keep_moves
from steward.modules.desk.commands.parameters import CLOSE_AFTER_H
from steward.modules.desk.events import TicketMoved, TicketSnoozed
from steward.modules.desk.models import Ticket
from steward.modules.desk.rules import tickets

NEEDS = "tickets.work"
LONGEST_REASON = 400
BY_HAND = ("open", "wait_for_customer", "wait_for_third", "solve", "reopen")
FIELDS = ("state", "closed_as", "solved_at", "closed_at", "reopened", "snoozed_until", "awaits_since")
CLOSED_AT_ONCE = 500


class ReasonNeeded(errors.Refusal):
    """Refuse what nobody could understand later without a reason."""

    code = "reason_needed"
    status = 422
    message = _("Say why: colleagues and the customer will ask.")


class UnfitSnooze(errors.Refusal):
    """Refuse to put a ticket off into the past, or for longer than anybody remembers."""

    code = "unfit_snooze"
    status = 422
    message = _("Choose a time within the next 90 days.")


@command(needs=NEEDS)
def move_tickets(actor: Actor, *, ticket_ids: Sequence[int], verb: str, now: datetime, reason: str = "") -> int:
    """Let tickets wait, go on, be solved or opened again, all or none. Returns how many moved.

    Raises: NotFound, NotPossible, ReasonNeeded (to reopen). Emits: TicketMoved. Locks: tickets by id, their clocks.
    """
    if verb not in BY_HAND:
        raise errors.NotPossible(state="", verb=verb)
    if verb == "reopen" and not reason.strip():
        raise ReasonNeeded
    rows = lock_tickets(ticket_ids)
    moved = move(actor, list(rows.values()), verb, now, reason=reason)
    ticket_clocks.keep_due(rows)
    return moved


@command(needs="tickets.manage")
def reject_tickets(actor: Actor, *, ticket_ids: Sequence[int], reason: str, now: datetime) -> int:
    """Close what is no case at all, such as advertising; its clocks are called off. Returns how many.

    Raises: NotFound, NotPossible, ReasonNeeded. Emits: TicketMoved. Locks: tickets by id, their clocks.
    """
    if not reason.strip():
        raise ReasonNeeded
    rows = lock_tickets(ticket_ids)
    moved = move(actor, list(rows.values()), "reject", now, reason=reason)
    ticket_clocks.keep_due(rows)
    return moved


@command(needs="desk.take_in")
def close_solved(actor: Actor, *, now: datetime) -> int:
    """Close tickets solved so long ago that nobody will answer. Returns how many; more of them wait for the next run.

    Emits: TicketMoved. Locks: tickets by id.
    """
    before = now - timedelta(hours=parameters.value(CLOSE_AFTER_H))
    old = Ticket.objects.filter(state="solved", solved_at__lte=before).order_by("solved_at")[:CLOSED_AT_ONCE]
    rows = [row for row in lock_tickets(old.values_list("id", flat=True)).values() if row.state == "solved"]
    return move(actor, rows, "close", now)


@command(needs=NEEDS)
def snooze_ticket(actor: Actor, *, ticket_id: int, until: datetime | None, now: datetime) -> None:
    """Put a ticket out of sight until then, or back (None); its clocks run on, and the customer's word wakes it.

    Raises: NotFound, NotPossible, UnfitSnooze. Emits: TicketSnoozed. Locks: the ticket.
    """
    ticket = lock_tickets([ticket_id])[ticket_id]
    if ticket.state not in tickets.ACTIVE:
        raise errors.NotPossible(state=ticket.state, verb="snooze")
    if until is not None and not now < until <= now + timedelta(days=90):
        raise UnfitSnooze
    Ticket.objects.filter(id=ticket_id).update(snoozed_until=until)
    events.record(actor, [TicketSnoozed(ticket_id=ticket_id, until=until, simulated=ticket.simulated)])


def move(
    actor: Actor, rows: Sequence[Ticket], verb: str, at: datetime, *, reason: str = "", only_if_possible: bool = False
) -> int:
    """Move locked tickets, with their clocks; those that are there already stay. A step of commands.

    Returns how many changed. Raises: NotPossible, unless what cannot move is to be left. Emits: TicketMoved.
    """
    if only_if_possible:
        rows = [row for row in rows if tickets.can(row.state, verb)]
    befores = {row.id: row.state for row in rows}
    changed = []
    for row in rows:
        after = tickets.next_state(row.state, verb)
        if after != row.state:
            _enter(row, after, verb, at)
            changed.append(row)
    write_rows(changed, FIELDS)
    _move_clocks(actor, changed, befores, at, reason)
    told = [_moved(row, verb, befores[row.id], reason) for row in changed]
    keep_moves(actor, told, at)
    events.record(actor, told)
    return len(changed)


def _enter(row: Ticket, after: str, verb: str, at: datetime) -> None:
    """Write down what a state means for the rest of the row."""
    ended = row.state in ("solved", "closed")
    row.state = after
    if after == "solved":
        row.solved_at, row.awaits_since, row.snoozed_until = at, None, None
    elif after == "closed":
        row.closed_at, row.snoozed_until = at, None
        row.closed_as = {"reject": "spam", "merge": "merged"}.get(verb) or _how(row)
    elif ended:
        row.closed_as, row.solved_at, row.closed_at = "", None, None
        row.reopened += 1


def _how(row: Ticket) -> str:
    """Tell how a ticket ended: one nobody ever answered is shown as such, whatever its state says."""
    return "solved" if row.answered_at is not None else "unanswered"


def _move_clocks(actor: Actor, changed: Sequence[Ticket], befores: dict[int, str], at: datetime, reason: str) -> None:
    def those(*states: str, out_of: Sequence[str] = tickets.STATES) -> list[Ticket]:
        return [row for row in changed if row.state in states and befores[row.id] in out_of]

    if again := those(*tickets.ACTIVE, out_of=("solved", "closed")):
        ticket_clocks.open_again(actor, again, at, reason[:LONGEST_REASON] or "reopened")
    if running := those("new", "open", out_of=tickets.WAITING):
        ticket_clocks.go_on(actor, [row.id for row in running], at)
    for state in tickets.WAITING:
        if waiting := those(state):
            ticket_clocks.go_on(actor, [row.id for row in waiting if befores[row.id] in tickets.WAITING], at)
            ticket_clocks.wait(actor, [row.id for row in waiting], state, at)
    if solved := those("solved"):
        ticket_clocks.end(actor, [row.id for row in solved], at)
    if gone := [row.id for row in changed if row.closed_as in ("spam", "merged")]:
        ticket_clocks.call_off(actor, gone, at, "closed")


def _moved(row: Ticket, verb: str, before: str, reason: str) -> TicketMoved:
    return TicketMoved(
        ticket_id=row.id,
        verb=verb,
        before=before,
        after=row.state,
        reason=reason.strip()[:LONGEST_REASON],
        closed_as=row.closed_as,
        simulated=row.simulated,
    )
