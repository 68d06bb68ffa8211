"""Take in what customers say about a solution; who is not satisfied gets their matter taken up again (DSK-9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.complaint_rows import staff_behind
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.moving import move
from steward.modules.desk.commands.restating import restate
from steward.modules.desk.events import FollowUpAnswered, FollowUpEnded
from steward.modules.desk.models import FollowUp, Ticket
from steward.modules.desk.queries.merged import end_of_merges
from steward.modules.desk.rules import follow_ups as rules
from steward.modules.desk.rules import tickets
from steward.modules.messaging.commands import notify_staff
from steward.modules.messaging.queries.readers import allowed_at
from steward.modules.messaging.rules.outgoing import Notice

NOT_SATISFIED = _("The customer is not satisfied with the solution.")
CHANGE_H = parameters.define(
    "desk.follow_up_change_h",
    24,
    unit="h",
    label=_("For so long customers can change what they said about a solution"),
    minimum=0,
    maximum=720,
)
TRIES = parameters.define(
    "desk.follow_up_tries",
    3,
    unit="",
    label=_("How often a customer is called about a solution before giving up"),
    minimum=1,
    maximum=10,
)
RETRY_H = parameters.define(
    "desk.follow_up_retry_h",
    4,
    unit="h",
    label=_("When a customer is called again who was not reached about a solution"),
    minimum=1,
    maximum=168,
)


class AnsweredAlready(errors.Refusal):
    """Refuse to change an answer after its time."""

    code = "answered_already"
    message = _("You have answered already, thank you. If something is still wrong, write to us.")


class QuestionOver(errors.Refusal):
    """Refuse an answer to a question that is over."""

    code = "question_over"
    message = _("The time to answer is over. If something is still wrong, write to us.")


class NotByPhone(errors.Refusal):
    """Refuse that somebody answers for a customer who answers themselves."""

    code = "not_by_phone"
    status = 409
    message = _("Customers answer this question themselves. Only what is asked by phone is noted here.")


@command(needs="tickets.work")
def answer_follow_up(
    actor: Actor, *, follow_up_id: int, satisfied: bool, score: int | None, words: str, now: datetime
) -> None:
    """Record what a customer said, once, and put right while that is allowed. Not satisfied: the ticket is open again.

    It comes back with a higher priority, its clocks begin anew, its owner and first owner are told; once for each
    question. Staff note what was said on the phone and nothing else.
    Raises: NotFound, AnsweredAlready, QuestionOver, NotByPhone, Stale. Emits: FollowUpAnswered, TicketMoved,
    TicketRestated. Locks: the ticket and what it was merged into, the question, the clocks.
    """
    ticket, row = _locked(follow_up_id)
    if row.channel != "phone" and staff_behind(actor) is not None:
        raise NotByPhone
    if row.state not in ("to_call", "asked", "answered"):
        raise QuestionOver
    if not rules.is_changeable(answered_at=row.answered_at, changeable_until=row.changeable_until, now=now):
        raise AnsweredAlready
    again = row.answered_at is not None
    if not again:
        row.answered_at, row.changeable_until = now, now + timedelta(hours=parameters.value(CHANGE_H))
    row.state, row.satisfied, row.score = "answered", satisfied, rules.score_of(score)
    row.words, row.answered_by, row.next_try_at = words.strip()[:1000], actor.id, None
    brings_back = not satisfied and row.taken_up_at is None and ticket.closed_as != "spam"
    row.taken_up_at = now if brings_back else row.taken_up_at
    row.save()
    told = FollowUpAnswered(
        ticket_id=row.ticket_id,
        follow_up_id=row.id,
        channel=row.channel,
        satisfied=satisfied,
        score=row.score or 0,
        again=again,
        simulated=row.simulated,
    )
    events.record(actor, [told])
    if brings_back:
        _take_up_again(actor, ticket, row, now)


@command(needs="tickets.work")
def note_unreached(actor: Actor, *, follow_up_id: int, now: datetime) -> str:
    """Note that a customer was not reached by phone; returns the state: to_call again later, or unreached for good.

    Raises: NotFound, Stale. Emits: FollowUpEnded. Locks: the ticket, the question.
    """
    _ticket, row = _locked(follow_up_id)
    if row.state != "to_call":
        raise errors.Stale
    row.tries += 1
    retry = timedelta(hours=parameters.value(RETRY_H))
    row.state, at = rules.after_a_try(tries=row.tries, most=parameters.value(TRIES), retry=retry, now=now)
    row.next_try_at = allowed_at(row.customer_id, at) if at else None
    row.save(update_fields=["tries", "state", "next_try_at"])
    if row.state == "unreached":
        told = FollowUpEnded(
            ticket_id=row.ticket_id, follow_up_id=row.id, state=row.state, why="", simulated=row.simulated
        )
        events.record(actor, [told])
    return row.state


def _locked(follow_up_id: int) -> tuple[Ticket, FollowUp]:
    """Lock a question behind its ticket and the one where its matter goes on, which is returned, in everybody's order.

    Raises: NotFound, Stale.
    """
    found = FollowUp.objects.filter(id=follow_up_id).values_list("ticket_id", flat=True).first()
    if found is None:
        raise errors.NotFound(key=follow_up_id)
    end = end_of_merges(found)
    rows = lock_tickets([found, end])
    if end_of_merges(found) != end:
        raise errors.Stale
    return rows[end], FollowUp.objects.select_for_update(of=("self",)).get(id=follow_up_id)


def _take_up_again(actor: Actor, ticket: Ticket, row: FollowUp, now: datetime) -> None:
    """Open the ticket again with a higher priority; the customer waits for an answer from now on."""
    reason = str(NOT_SATISFIED)
    restate(actor, {ticket: {"priority": tickets.raised(ticket.priority)}}, now, reason)
    move(actor, [ticket], "reopen", now, reason=reason, only_if_possible=True)
    if ticket.state in tickets.ACTIVE and ticket.awaits_since is None:
        ticket.awaits_since, ticket.heard_at = now, max(ticket.heard_at, now)
        ticket.save(update_fields=["awaits_since", "heard_at"])
        ticket_clocks.ask_next_reply(actor, [(ticket, now)], now)
    ticket_clocks.keep_due([ticket.id])
    staff_ids = sorted({id_ for id_ in (ticket.owner_id, ticket.first_owner_id) if id_ and id_ != actor.staff_id})
    notice = Notice(
        staff_ids=staff_ids,
        kind="system",
        template="ticket_back",
        params={"subject": ticket.number, "about": row.words[:200] or ticket.subject or ticket.number},
        subject_kind="ticket",
        subject_id=ticket.id,
        dedupe_key=f"follow-up-back-{row.id}",
        urgent=True,
        simulated=ticket.simulated,
    )
    notify_staff(actor, notices=[notice] if staff_ids else [], now=now)
