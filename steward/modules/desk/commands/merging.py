"""Merge tickets of one matter, and take it back: what was said is read in one place, nothing is lost (DSK-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.queries.merged import family
from steward.modules.deadlines.queries import clocks_of
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.moving import move
from steward.modules.desk.events import TicketsMerged, TicketsUnmerged
from steward.modules.desk.models import Conversation, Link, Merge, Message, Ticket
from steward.modules.desk.rules import tickets

NEEDS = "tickets.work"
RESTORED = ("state", "closed_as", "awaits_since", "snoozed_until", "solved_at", "closed_at")
INSTANTS = ("awaits_since", "snoozed_until", "solved_at", "closed_at")


class NotTheSameCustomer(errors.Refusal):
    """Refuse to merge tickets of two customers: each would read what the other wrote."""

    code = "not_the_same_customer"
    status = 409
    message = _("These tickets are of different customers. Merge the customers first, if they are one person.")


class MergedOn(errors.Refusal):
    """Refuse to take back a merge whose ticket went into another one since."""

    code = "merged_on"
    status = 409
    message = _("%(number)s was merged into another ticket since. Take that back first.")


@command(needs=NEEDS)
def merge_tickets(
    actor: Actor, *, into_id: int, ticket_ids: Sequence[int], now: datetime, reason: str = ""
) -> list[int]:
    """Let tickets go into another one: their messages and conversations move, their clocks are called off.

    Who waits for an answer there waits for it here, since then. Returns the ids of the merges.
    Raises: NotFound, NotPossible, NotTheSameCustomer. Emits: TicketsMerged, TicketMoved.
    Locks: tickets by id, their clocks.
    """
    wanted = [id_ for id_ in dict.fromkeys(ticket_ids) if id_ != into_id]
    rows = lock_tickets([into_id, *wanted])
    into = rows[into_id]
    if into.state == "closed":
        raise errors.NotPossible(state=into.state, verb="merge")
    own = set(family([into.customer_id])) if into.customer_id is not None else {None}
    if any(rows[id_].customer_id not in own for id_ in wanted):
        raise NotTheSameCustomer
    merges = [_merge(actor, rows[id_], into, now, reason) for id_ in wanted]
    _wait_here(actor, into, [rows[id_] for id_ in wanted], now)
    told = [
        TicketsMerged(ticket_id=one.ticket_id, into_id=into_id, merge_id=one.id, simulated=into.simulated)
        for one in merges
    ]
    events.record(actor, told)
    ticket_clocks.keep_due(rows)
    return [one.id for one in merges]


def _merge(actor: Actor, row: Ticket, into: Ticket, now: datetime, reason: str) -> Merge:
    tickets.next_state(row.state, "merge")
    before = {name: getattr(row, name) for name in RESTORED}
    before |= {name: before[name] and before[name].isoformat() for name in INSTANTS}
    before["clocks"] = [one.kind for one in clocks_of(ticket_clocks.SUBJECT, row.id) if one.stopped_at is None]
    messages, conversations = Message.objects.filter(ticket=row), Conversation.objects.filter(ticket=row)
    merge = Merge.objects.create(
        ticket=row,
        into=into,
        before=before,
        message_ids=list(messages.order_by("id").values_list("id", flat=True)),
        conversation_ids=list(conversations.order_by("id").values_list("id", flat=True)),
        at=now,
        by=actor.id,
        reason=reason.strip()[:400],
    )
    messages.update(ticket=into)
    conversations.update(ticket=into)
    Ticket.objects.filter(id=row.id).update(merged_into=into)
    row.merged_into = into
    move(actor, [row], "merge", now, reason=into.number)
    row.awaits_since = before["awaits_since"] and datetime.fromisoformat(before["awaits_since"])
    return merge


def _wait_here(actor: Actor, into: Ticket, merged: Sequence[Ticket], now: datetime) -> None:
    """Let the ticket that is left know what was said in the others, and owe what they owed."""
    into.heard_at = max(into.heard_at, *(row.heard_at for row in merged)) if merged else into.heard_at
    for name, choose in (("said_at", max), ("answered_at", min)):
        known = [value for row in (into, *merged) if (value := getattr(row, name)) is not None]
        setattr(into, name, choose(known) if known else None)
    owed = min((row.awaits_since for row in merged if row.awaits_since is not None), default=None)
    starts = owed is not None and into.awaits_since is None
    into.awaits_since = min((at for at in (owed, into.awaits_since) if at is not None), default=None)
    Ticket.objects.bulk_update([into], ["heard_at", "said_at", "answered_at", "awaits_since"])
    if starts and owed is not None:
        move(actor, [into], "hear", now)
        ticket_clocks.ask_next_reply(actor, [(into, owed)], now)


@command(needs=NEEDS)
def unmerge_tickets(actor: Actor, *, merge_id: int, now: datetime) -> int:
    """Take a merge back: what moved returns, the ticket is what it was; what was said since stays. Returns its id.

    Its clocks run again from when it was merged. Raises: NotFound, MergedOn. Emits: TicketsUnmerged.
    Locks: both tickets by id, their clocks.
    """
    found = Merge.objects.filter(id=merge_id).first()
    if found is None:
        raise errors.NotFound(key=merge_id)
    rows = lock_tickets([found.ticket_id, found.into_id])
    row, into = rows[found.ticket_id], rows[found.into_id]
    merge = Merge.objects.select_for_update().get(id=merge_id)
    if merge.undone_at is not None:
        return row.id
    if into.merged_into_id is not None:
        raise MergedOn(number=into.number)
    Message.objects.filter(id__in=merge.message_ids, ticket=into).update(ticket=row)
    Conversation.objects.filter(id__in=merge.conversation_ids, ticket=into).update(ticket=row)
    for name in RESTORED:
        value = merge.before[name]
        setattr(row, name, datetime.fromisoformat(value) if value and name in INSTANTS else value)
    row.merged_into = None
    Ticket.objects.bulk_update([row], [*RESTORED, "merged_into"])
    Merge.objects.filter(id=merge_id).update(undone_at=now, undone_by=actor.id)
    ticket_clocks.run_again(actor, row, merge.before["clocks"], merge.at, "unmerged")
    unmerged = TicketsUnmerged(ticket_id=row.id, into_id=into.id, merge_id=merge_id, simulated=row.simulated)
    events.record(actor, [unmerged])
    ticket_clocks.keep_due(rows)
    return row.id


@command(needs=NEEDS)
def link_tickets(actor: Actor, *, ticket_id: int, other_id: int, kind: str = "related", now: datetime) -> None:
    """Note that two tickets have to do with each other. Raises: NotFound, NotPossible for one with itself."""
    if ticket_id == other_id or kind not in ("related", "duplicate"):
        raise errors.NotPossible(state="", verb="link")
    lock_tickets([ticket_id, other_id])
    low, high = sorted((ticket_id, other_id))
    Link.objects.get_or_create(
        ticket_id=low, other_id=high, defaults={"kind": kind, "made_by": actor.id, "made_at": now}
    )


@command(needs=NEEDS)
def unlink_tickets(actor: Actor, *, ticket_id: int, other_id: int) -> None:
    """Take back that two tickets have to do with each other; a split stays known. Raises: NotFound."""
    lock_tickets([ticket_id, other_id])
    low, high = sorted((ticket_id, other_id))
    Link.objects.filter(ticket_id=low, other_id=high).exclude(kind="split").delete()
