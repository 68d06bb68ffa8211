"""The service desk of the sample: what customers wrote by every channel, and how far the desk has got with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from msgspec import Struct

from steward.kernel.actor import Actor, system
from steward.modules.desk.commands import answering, moving, owning, restating, standard_answers
from steward.modules.desk.commands.settling import settle_answers
from steward.modules.desk.commands.taking_in import Word, take_in
from steward.modules.desk.commands.views import ViewDraft, save_view
from steward.modules.desk.queries.inbox import TicketFilters, inbox_page
from steward.modules.desk.rules.views import Conditions
from steward.modules.messaging.commands.accounts import save_account
from steward.modules.messaging.commands.receiving import receive
from steward.modules.messaging.queries.inbound import InboundView, received
from steward.modules.messaging.rules.channels import Incoming, Sender
from steward.modules.orders.queries.allocating import numbers_of_orders
from steward.sample.people import Crew
from steward.sample.talks import ANSWERS, TALKS, Talk
from steward.sample.work import Case

DESK = system("desk")
BOXES = {
    "chat": "site", "email": "service", "wechat": "gh_sample", "sms": "1069", "app": "app", "web_form": "contact",
    "social": "weibo", "counter": "hangzhou", "phone": "400",
}  # fmt: skip
# The chat on the shop's own pages; a script on this machine may try it out.
CHAT = {
    "origins": "https://www.shop.example\nhttp://localhost\nhttp://127.0.0.1",
    "start": "person",
    "contact": "ask",
    "greeting": "您好，欢迎光临！选购、物流、售后问题都可以在这里问。",
    "greeting_en": "Welcome! Ask us about goods, parcels and returns.",
}
MOVES = {"waiting_customer": "wait_for_customer", "waiting_third": "wait_for_third", "solved": "solve"}
# Words come so long after each other, and every talk so long after the one before it. Units: minutes.
BETWEEN_MIN, APART_MIN, NEWEST_MIN = 9, 23, 4


class Running(Struct):
    """A talk on its way: who writes, when it began, its ticket once there is one, and who has it."""

    talk: Talk
    sender: Sender
    order_number: str
    begins_at: datetime
    place: int
    ticket_id: int = 0
    agent: Actor | None = None

    def said_at(self, turn: int) -> datetime:
        """Tell when the words of a turn were said."""
        return self.begins_at + timedelta(minutes=BETWEEN_MIN * turn)

    def words(self, turn: int) -> str:
        """Return the words of a turn, with the order they are about."""
        return self.talk.said[turn].format(order=self.order_number)


VIEWS = {
    "等回复的物流问题": Conditions(categories=("logistics",), awaiting=True),
    "Unowned, urgent": Conditions(owners=("nobody",), urgencies=("urgent",)),
}


def talk(crew: Crew, cases: Sequence[Case], now: datetime) -> int:
    """Let customers write, take part of it on, answer, and move it on. Returns how many tickets there are."""
    for code, (titles, bodies, category, then) in ANSWERS.items():
        draft = standard_answers.MacroDraft(code=code, titles=titles, bodies=bodies, category=category, then=then)
        standard_answers.save_macro(crew.first("after_sales_manager"), draft=draft, now=now)
    for name, conditions in VIEWS.items():
        shared = ViewDraft(name=name, conditions=conditions, shared="all")
        save_view(crew.first("after_sales_manager"), draft=shared, now=now)
    save_account(DESK, kind="chat", code=BOXES["chat"], name="官网在线客服", facts=CHAT, now=now)
    running = _begun(cases, now)
    _write(running, 0, now)
    _find_tickets(running, now)
    worked = [one for one in running if one.talk.stands not in ("new", "spam")]
    _take(crew, worked, now)
    _answer(worked, now)
    _write([one for one in worked if len(one.talk.said) > 2], 2, now)
    _settle(crew, running, now)
    return len(running)


def _begun(cases: Sequence[Case], now: datetime) -> list[Running]:
    """Give every talk a buyer with an order of theirs, the newest talk last."""
    by_buyer = {(case.planned.draft.shop, case.planned.draft.buyer.external_id): case for case in cases}
    known = [case for (_shop, buyer), case in by_buyer.items() if buyer]
    step = max(len(known) // len(TALKS), 1)
    chosen = known[::-1][::step][: len(TALKS)]
    numbers = numbers_of_orders([case.order_id for case in chosen])
    found = []
    for place, (one, case) in enumerate(zip(TALKS, chosen, strict=False)):
        draft = case.planned.draft
        sender = Sender(
            name=draft.buyer.name,
            email=draft.buyer.email or (f"buyer{place}@example.com" if one.channel == "email" else ""),
            phone=draft.buyer.phone,
            external_kind=f"shop:{draft.shop}",
            external_value=draft.buyer.external_id,
        )
        late = NEWEST_MIN + (len(TALKS) - place) * APART_MIN if one.stands != "new" else NEWEST_MIN + place * 7
        found.append(Running(one, sender, numbers.get(case.order_id, ""), now - timedelta(minutes=late), place))
    return found


def _write(running: Sequence[Running], turn: int, now: datetime) -> None:
    """Let customers say the words of a turn, through the transport, and the desk take them in."""
    incoming = [
        Incoming(
            channel=one.talk.channel,
            box=BOXES[one.talk.channel],
            external_id=f"sample-{one.place}-{turn}",
            sender=one.sender,
            at=min(one.said_at(turn), now),
            subject=one.talk.subject,
            text=one.words(turn),
            message_ref=f"<sample-{one.place}-{turn}@example.com>" if one.talk.channel == "email" else "",
            references=(f"<sample-{one.place}-0@example.com>",) if turn and one.talk.channel == "email" else (),
            language=one.talk.language,
            order_number=one.order_number,
        )
        for one in running
    ]
    taken = receive(DESK, incoming=incoming, now=now)
    heard = received([each.id for each in taken if each.outcome == "taken"])
    take_in(DESK, received=[_word(one) for one in heard], now=now)


def _word(one: InboundView) -> Word:
    return Word(
        inbound_id=one.id,
        channel=one.channel,
        box=one.box,
        at=one.sent_at,
        customer_id=one.customer_id,
        subject=one.subject,
        text=one.text,
        reference=one.message_ref,
        references=tuple(one.references),
        language=one.language,
        order_number=one.order_number,
    )


def _find_tickets(running: Sequence[Running], now: datetime) -> None:
    """Know each talk's ticket by what was said in it."""
    rows = inbox_page(TicketFilters(), now=now, limit=100).rows
    by_words = {row.last_text: row.id for row in rows}
    for one in running:
        one.ticket_id = by_words.get(one.words(0)[:140], 0)


def _take(crew: Crew, worked: Sequence[Running], now: datetime) -> None:
    agents = crew.all_of("customer_service")[:4]
    for one in worked:
        one.agent = agents[one.place % len(agents)]
    for agent in agents:
        if ids := [one.ticket_id for one in worked if one.agent is agent and one.ticket_id]:
            owning.take_tickets(agent, ticket_ids=ids, now=now)


def _answer(worked: Sequence[Running], now: datetime) -> None:
    """Answer, and let what was said count as having left; leave notes."""
    answered = []
    for one in worked:
        if one.agent is None or not one.ticket_id:
            continue
        if one.talk.note:
            at = one.said_at(2)
            answering.note_ticket(one.agent, ticket_id=one.ticket_id, text=one.talk.note, now=min(at, now))
        if len(one.talk.said) > 1:
            draft = answering.AnswerDraft(text=one.words(1))
            at = min(one.said_at(1), now)
            answered.append(answering.answer_ticket(one.agent, ticket_id=one.ticket_id, draft=draft, now=at))
    with transaction.atomic():
        settle_answers(DESK, message_ids=answered, now=now)


def _settle(crew: Crew, running: Sequence[Running], now: datetime) -> None:
    """Say what is true of tickets, and let them wait, be solved, put off, special or none at all."""
    manager = crew.first("after_sales_manager")
    by_facts: dict[tuple[str, bool, tuple[str, ...]], list[int]] = {}
    by_stand: dict[str, list[int]] = {}
    for one in running:
        if one.ticket_id:
            by_facts.setdefault((one.talk.category, one.talk.urgent, one.talk.tags), []).append(one.ticket_id)
            by_stand.setdefault(one.talk.stands, []).append(one.ticket_id)
    for (category, urgent, tags), ids in by_facts.items():
        facts = restating.Facts(
            category=category,
            sorted_by="person",
            urgency="urgent" if urgent else "normal",
            priority="high" if urgent else "normal",
            tags=list(tags),
        )
        restating.restate_tickets(manager, ticket_ids=ids, facts=facts, now=now)
    for stands, verb in MOVES.items():
        moving.move_tickets(manager, ticket_ids=by_stand.get(stands, []), verb=verb, now=now)
    moving.reject_tickets(manager, ticket_ids=by_stand.get("spam", []), reason="广告", now=now)
    for id_ in by_stand.get("snoozed", []):
        moving.snooze_ticket(manager, ticket_id=id_, until=now + timedelta(hours=5), now=now)
    for id_ in by_stand.get("special", []):
        reason = "公司大单，合同与分批送货需要多部门配合"
        restating.declare_special(manager, ticket_id=id_, special=True, reason=reason, now=now)
