"""Ask customers whether a solution satisfied them: a sweep over what was solved, in batches (DSK-9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from steward.kernel import events, parameters, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.queries.merged import families
from steward.modules.desk.commands.answering import LIVE_CHANNELS, AnswerDraft, answer_ticket
from steward.modules.desk.commands.parameters import CLOSE_AFTER_H
from steward.modules.desk.events import FollowUpAsked, FollowUpEnded
from steward.modules.desk.models import Conversation, FollowUp, FollowUpPolicy, Ticket
from steward.modules.desk.rules import follow_ups as rules
from steward.modules.messaging.commands import LinkWish, Outgoing, send_messages
from steward.modules.messaging.queries.links import portal_link
from steward.modules.messaging.queries.readers import rests
from steward.modules.messaging.rules.quiet import allowed_from

PACKAGE = "steward.modules.desk"
PURPOSE = TEMPLATE = "follow_up"
# Nothing of the transport lies between us and the customer, so consent and hours are looked at here.
DIRECT = ("phone", "chat")
BATCH = 200
REST_DAYS = parameters.define(
    "desk.follow_up_rest_days",
    30,
    unit="days",
    label=_("A customer is asked about a solution at most once in so many days"),
    minimum=0,
    maximum=365,
)
ANSWER_DAYS = parameters.define(
    "desk.follow_up_answer_days",
    7,
    unit="days",
    label=_("For so many days customers can say whether they are satisfied"),
    minimum=1,
    maximum=60,
)


@command(needs="desk.take_in")
def ask_customers(actor: Actor, *, now: datetime, limit: int = BATCH) -> int:
    """Ask about solutions whose time has come, or note why nobody is asked. Returns how many were looked at.

    Who was asked lately is left alone; consent and quiet hours hold as for every message: calls wait for the end of
    the quiet hours, and so do questions in chats, which are looked at again. Each solution once, whatever runs twice.
    Emits: FollowUpAsked. Locks: the tickets, skipping those somebody works on.
    """
    window_h = parameters.value(CLOSE_AFTER_H)
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "due_follow_ups"), {"now": now, "limit": limit, "window_h": window_h})
        due = dict(cursor.fetchall())
    if not due:
        return 0
    tickets = list(Ticket.objects.filter(id__in=due).order_by("id"))
    policies = FollowUpPolicy.objects.in_bulk(set(due.values()))
    rows = _rows(tickets, {id_: policies[policy_id] for id_, policy_id in due.items()}, now)
    FollowUp.objects.bulk_create(rows)
    asked = [row for row in rows if row.state != "skipped"]
    _send(actor, asked, {one.id: one for one in tickets}, now)
    told = [
        FollowUpAsked(ticket_id=row.ticket_id, follow_up_id=row.id, channel=row.channel, simulated=row.simulated)
        for row in asked
    ]
    events.record(actor, told)
    return len(rows)


def _rows(tickets: Sequence[Ticket], policies: dict[int, FollowUpPolicy], now: datetime) -> list[FollowUp]:
    kin = families({one.customer_id for one in tickets if one.customer_id})
    resting = _asked_lately(kin, now)
    live = set(
        Conversation.objects.filter(ticket__in=tickets, channel__in=LIVE_CHANNELS).values_list("ticket_id", flat=True)
    )
    left_alone = rests({one.customer_id for one in tickets if one.customer_id})
    rows = []
    for ticket in tickets:
        policy, rest = policies[ticket.id], left_alone.get(ticket.customer_id or 0)
        why = rules.why_not(
            sampled=rules.is_sampled(ticket.id, policy.sample_percent),
            customer_id=ticket.customer_id,
            asked_lately=ticket.customer_id in resting,
            wanted=policy.channel not in DIRECT or rest is None or TEMPLATE not in rest.opted_out,
            can_be_asked=policy.channel != "chat" or (ticket.id in live and ticket.state == "solved"),
        )
        allowed = allowed_from(now, rest.quiet) if rest else now
        if not why and policy.channel == "chat" and allowed > now:
            continue
        if not why and ticket.customer_id is not None:
            resting |= {ticket.customer_id, *kin.get(ticket.customer_id, ())}
        rows.append(_row(ticket, policy, why, now, allowed))
    return rows


def _row(ticket: Ticket, policy: FollowUpPolicy, why: str, now: datetime, allowed: datetime) -> FollowUp:
    by_phone = policy.channel == "phone"
    return FollowUp(
        ticket=ticket,
        solved_at=ticket.solved_at or now,
        policy=policy,
        customer_id=ticket.customer_id,
        staff_id=ticket.owner_id if by_phone else None,
        channel=policy.channel,
        state="skipped" if why else "to_call" if by_phone else "asked",
        why=why,
        asked_at=now,
        next_try_at=allowed if by_phone and not why else None,
        simulated=ticket.simulated,
    )


def _asked_lately(kin: Mapping[int, Sequence[int]], now: datetime) -> set[int]:
    """Find who was asked within the days of rest, under whichever of their names."""
    since = now - timedelta(days=parameters.value(REST_DAYS))
    everybody = {id_ for family in kin.values() for id_ in family}
    asked = FollowUp.objects.filter(customer_id__in=everybody, asked_at__gt=since).exclude(state="skipped")
    known = set(asked.values_list("customer_id", flat=True))
    return {id_ for id_, family in kin.items() if known & set(family)}


def _send(actor: Actor, rows: Sequence[FollowUp], tickets: dict[int, Ticket], now: datetime) -> None:
    """Send the question by mail and text message, and say it in live conversations."""
    ends = now + timedelta(days=parameters.value(ANSWER_DAYS))
    messages = [
        Outgoing(
            template=TEMPLATE,
            customer_id=row.customer_id,
            subject_kind="follow_up",
            subject_id=row.id,
            params=_words(tickets[row.ticket_id]),
            dedupe_key=f"follow-up-{row.id}",
            channel=row.channel,
            simulated=row.simulated,
            link=LinkWish(purpose=PURPOSE, subject_id=row.id, expires_at=ends),
        )
        for row in rows
        if row.channel in ("email", "sms") and row.customer_id is not None
    ]
    send_messages(actor, messages=messages, now=now)
    for row in rows:
        if row.channel == "chat":
            _say(actor, tickets[row.ticket_id], portal_link(PURPOSE, row.id, expires_at=ends, now=now), now)


def _words(ticket: Ticket) -> dict[str, Any]:
    return {"subject": ticket.number, "about": ticket.subject or ticket.number}


def _say(actor: Actor, ticket: Ticket, link: str, now: datetime) -> None:
    """Say the question where the customer chats, in their language."""
    with translation.override(ticket.language or "zh-hans"):
        text = gettext("Are you satisfied with how we dealt with %(number)s? Please tell us here: %(link)s")
    thread = Conversation.objects.filter(ticket=ticket, channel__in=LIVE_CHANNELS).order_by("-heard_at").first()
    draft = AnswerDraft(
        text=text % {"number": ticket.number, "link": link},
        conversation_id=thread.id if thread else None,
        automatic=True,
    )
    answer_ticket(actor, ticket_id=ticket.id, draft=draft, now=now)


@command(needs="desk.take_in")
def lapse_questions(actor: Actor, *, now: datetime, limit: int = BATCH) -> int:
    """End questions nobody answered, and calls nobody made, in time. Returns how many.

    Emits: FollowUpEnded. Locks: the rows.
    """
    before = now - timedelta(days=parameters.value(ANSWER_DAYS))
    old = FollowUp.objects.select_for_update(skip_locked=True).filter(state__in=rules.OPEN, asked_at__lte=before)
    return end_questions(actor, list(old.order_by("asked_at", "id")[:limit]), "no_answer")


@command(needs="desk.take_in")
def note_undelivered(actor: Actor, *, reasons: dict[int, str]) -> int:
    """Note which questions did not arrive, by their id, and whether the customer did not want them. Returns how many.

    Emits: FollowUpEnded. Locks: the rows.
    """
    found = FollowUp.objects.select_for_update().filter(id__in=sorted(reasons), state="asked").order_by("id")
    unwanted = [row for row in found if reasons[row.id] == "opted_out"]
    lost = [row for row in found if reasons[row.id] != "opted_out"]
    return end_questions(actor, unwanted, "not_wanted") + end_questions(actor, lost, "not_delivered")


def end_questions(actor: Actor, rows: Sequence[FollowUp], why: str) -> int:
    """End locked questions that are open. A step of commands. Returns how many. Emits: FollowUpEnded."""
    FollowUp.objects.filter(id__in=[row.id for row in rows]).update(state="lapsed", why=why, next_try_at=None)
    told = [
        FollowUpEnded(ticket_id=row.ticket_id, follow_up_id=row.id, state="lapsed", why=why, simulated=row.simulated)
        for row in rows
    ]
    events.record(actor, told)
    return len(rows)
