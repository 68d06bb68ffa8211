"""What the desk does on hearing the transport. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import structs

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.customers.events import CustomerErased
from steward.modules.desk.commands.erasing import forget_words
from steward.modules.desk.commands.settling import follow_outbox
from steward.modules.desk.commands.taking_in import Word, take_in
from steward.modules.desk.commands.tokens import conversation_of
from steward.modules.messaging.events import MessageFailed, MessageReceived, MessageSent
from steward.modules.messaging.queries.chats import Visitor, visitors
from steward.modules.messaging.queries.inbound import InboundView, received

DESK = system("desk")
SUBJECT = "ticket"


def on_message_received_take_in(events: Sequence[MessageReceived]) -> None:
    """Put what came in into its tickets."""
    found = [one for one in received([event.inbound_id for event in events]) if one.redacted_at is None]
    words = [_word(one) for one in _held(found)]
    if words:
        take_in(DESK, received=words, now=moment.now())


def on_message_sent_settle_answers(events: Sequence[MessageSent]) -> None:
    """Let answers count that have left."""
    if sent := [event.message_id for event in events if event.about_kind == SUBJECT]:
        follow_outbox(DESK, sent=sent, failed={}, now=moment.now())


def on_message_failed_mark_answers(events: Sequence[MessageFailed]) -> None:
    """Show that an answer did not get through."""
    if failed := {event.message_id: event.reason or event.state for event in events if event.about_kind == SUBJECT}:
        follow_outbox(DESK, sent=[], failed=failed, now=moment.now())


def on_customer_erased_forget_words(events: Sequence[CustomerErased]) -> None:
    """Redact what an erased customer wrote and was told."""
    forget_words(DESK, customer_ids=[event.customer_id for event in events])


def _held(found: Sequence[InboundView]) -> Sequence[InboundView]:
    """Let chats be held by who holds them now: their visitor may have asked for a person since they wrote."""
    visit_ids = {one.facts["visit_id"] for one in found if one.channel == "chat" and "visit_id" in one.facts}
    if not visit_ids:
        return found
    known = visitors(visit_ids, now=moment.now())
    return [
        structs.replace(one, facts=one.facts | _holding(known[one.facts["visit_id"]]))
        if one.facts.get("visit_id") in known
        else one
        for one in found
    ]


def _holding(visitor: Visitor) -> dict[str, str]:
    return {"holder": visitor.holder, "start": "bot" if visitor.has_assistant else "waiting"}


def _word(one: InboundView) -> Word:
    return Word(
        inbound_id=one.id,
        channel=one.channel,
        box=one.box,
        at=one.sent_at,
        customer_id=one.customer_id,
        subject=one.subject,
        text=one.text,
        quoted=one.quoted,
        html=one.html,
        reference=one.message_ref,
        references=tuple(one.references),
        conversation_id=conversation_of(one.reply_token) if one.reply_token else None,
        automatic=one.automatic,
        language=one.language,
        order_number=one.order_number,
        due_at=_due_at(one.facts),
        facts=one.facts,
        attachment_ids=tuple(one.attachment_ids),
        simulated=one.simulated,
    )


def _due_at(facts: Mapping[str, Any]) -> datetime | None:
    """Read until when a marketplace wants its answer; what has no time zone, or is none, sets nothing."""
    try:
        due = datetime.fromisoformat(str(facts.get("due_at", "")))
    except ValueError:
        return None
    return due if due.tzinfo is not None else None
