"""Hold a chat with a visitor: open a visit, take their words in, show them lines, tell their browsers.

A visitor's history is that of their browser alone: who they say they are joins nobody else's lines to it.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.bundle import write
from steward.kernel.command import command
from steward.modules.customers.commands.matching import match_customers
from steward.modules.customers.rules.buyers import Buyer, Profile
from steward.modules.messaging.commands.receiving import RECEIVE, receive
from steward.modules.messaging.models import ChatLine, ChatVisit, Inbound
from steward.modules.messaging.queries.accounts import find_account
from steward.modules.messaging.queries.chats import CHAT_CHANNEL
from steward.modules.messaging.rules import chats
from steward.modules.messaging.rules.channels import Incoming, Sender, Taken

CHANNEL = "chat"
NOTIFY = "SELECT pg_notify(%(channel)s, %(payload)s)"


class LineDraft(Struct, frozen=True, kw_only=True):
    """A line to be shown: its words, or a code the widget has words for."""

    kind: str
    text: str = ""
    code: str = ""
    who: str = ""
    client_id: str = ""
    message_id: int | None = None
    attachment_ids: tuple[int, ...] = ()


def tell_browsers(**told: Any) -> None:
    """Tell the web processes, at commit: `visits` have something new, or one visit's `typing`."""
    write(NOTIFY, {"channel": CHAT_CHANNEL, "payload": msgspec.json.encode(told).decode()})


@command(needs=RECEIVE)
def open_visit(actor: Actor, *, code: str, language: str, facts: Mapping[str, Any], now: datetime) -> ChatVisit:
    """Begin a visit on an account's pages. Raises: NotFound."""
    account = find_account(CHANNEL, code)
    if account is None:
        raise errors.NotFound(key=code)
    holder = "bot" if account.settings.get("start") == "bot" else "waiting"
    return ChatVisit.objects.create(
        account_id=account.id,
        key=secrets.token_hex(16),
        holder=holder,
        language=language,
        facts=chats.page_facts(facts),
        opened_at=now,
        seen_at=now,
    )


@command(needs=RECEIVE)
def come_back(actor: Actor, *, visit_id: int, facts: Mapping[str, Any], now: datetime) -> None:
    """Note that a visitor is there again, and on which page."""
    kept = chats.page_facts(facts)
    changed: dict[str, Any] = {"seen_at": now} | ({"facts": kept} if kept else {})
    ChatVisit.objects.filter(id=visit_id).update(**changed)


def say(
    actor: Actor, *, visit: ChatVisit, client_id: str, text: str, attachment_ids: Sequence[int], now: datetime
) -> Taken:
    """Take a visitor's word in as any channel's, and show it to their browsers; the same word twice is one.

    Called by the door, outside any transaction. A word that was taken and not shown is shown when it comes again.
    """
    code = visit.account.code
    incoming = Incoming(
        channel=CHANNEL,
        box=code,
        external_id=f"{visit.id}:{client_id}",
        sender=Sender(external_kind=CHANNEL, external_value=visit.key),
        at=now,
        text=text,
        language=visit.language,
        facts={"visit_id": visit.id, "holder": visit.holder, **visit.facts},
        attachment_ids=tuple(attachment_ids),
    )
    taken = receive(actor, incoming=[incoming], now=now)[0]
    line = LineDraft(kind="visitor", text=text, client_id=client_id, attachment_ids=tuple(attachment_ids))
    show(actor, visit_id=visit.id, lines=[line], inbound_id=taken.id if taken.outcome != "parked" else None, now=now)
    return taken


@command(needs=RECEIVE)
def show(
    actor: Actor, *, visit_id: int, lines: Sequence[LineDraft], now: datetime, inbound_id: int | None = None
) -> list[int]:
    """Add lines to what a visitor sees; one that is there already stays as it is. Returns their places.

    `inbound_id` is the visitor's own word: with it the visit learns whose it is; one whose writer was erased meanwhile
    is not shown. Raises: NotFound. Locks: the visit.
    """
    visit = ChatVisit.objects.select_for_update(of=("self",)).filter(id=visit_id).first()
    if visit is None:
        raise errors.NotFound(key=visit_id)
    word = Inbound.objects.filter(id=inbound_id).first() if inbound_id is not None else None
    if word is not None and word.redacted_at is not None:
        return []
    places = add_lines(visit, lines, now)
    if inbound_id is not None:
        if visit.customer_id is None:
            visit.customer_id = word.customer_id if word else None
        visit.types_until = None
        visit.save(update_fields=["customer", "types_until"])
    return places


def add_lines(visit: ChatVisit, lines: Sequence[LineDraft], now: datetime) -> list[int]:
    """Number lines and write them, as a step of commands that have locked the visit."""
    found: list[int] = []
    fresh: list[ChatLine] = []
    for one in lines:
        known = _known(visit, one)
        if known is not None:
            found.append(known)
            continue
        visit.last_seq += 1
        found.append(visit.last_seq)
        facts = msgspec.structs.asdict(one) | {"attachment_ids": list(one.attachment_ids)}
        fresh.append(ChatLine(visit=visit, seq=visit.last_seq, at=now, **facts))
    if fresh:
        ChatLine.objects.bulk_create(fresh)
        visit.save(update_fields=["last_seq"])
        tell_browsers(visits=[visit.id])
    return found


def _known(visit: ChatVisit, one: LineDraft) -> int | None:
    """Find a line that is there already, by what the browser or the outbox calls it."""
    rows = ChatLine.objects.filter(visit=visit)
    if one.message_id is not None:
        rows = rows.filter(message_id=one.message_id)
    elif one.client_id:
        rows = rows.filter(client_id=one.client_id)
    else:
        return None
    return rows.values_list("seq", flat=True).first()


def pass_visits(
    visit_ids: Iterable[int], *, before: Collection[str], holder: str, code: str, who: str, now: datetime
) -> int:
    """Tell visitors who they talk with now, with a line that says so where `code` has one. A step of the caller's.

    Only those that one of `before` holds: another's word may have come first. Returns how many are told something new.
    Locks: the visits, in id order.
    """
    rows = ChatVisit.objects.select_for_update(of=("self",)).filter(id__in=sorted(visit_ids)).order_by("id")
    told = [row for row in rows if row.holder != holder and row.holder in before]
    for row in told:
        row.holder = holder
        row.save(update_fields=["holder"])
        if code:
            add_lines(row, [LineDraft(kind="system", code=code, who=who)], now)
    if told and not code:
        tell_browsers(visits=[row.id for row in told])
    return len(told)


@command(needs=RECEIVE)
def give_contact(actor: Actor, *, visit_id: int, name: str, phone: str, email: str, now: datetime) -> int:
    """Note how a visitor says they can be reached, without proof. Returns the customer they are.

    First they are known by their browser, then by what they say: what belongs to somebody else is noted as shared,
    for the rules of merging to look at, and never makes them that person. Raises: NotFound. Locks: the visit,
    identities.
    """
    visit = ChatVisit.objects.select_for_update(of=("self",)).filter(id=visit_id).first()
    if visit is None:
        raise errors.NotFound(key=visit_id)
    own = (CHANNEL, visit.key)
    profile = Profile(name=name, phone=phone, email=email)
    match_customers([Buyer([own], profile)], simulated=[False])
    said = [one for one in (("phone", phone), ("email", email.lower())) if one[1]]
    match = match_customers([Buyer([own, *said], profile)], simulated=[False])[0]
    if match is None:
        raise errors.NotFound(key=visit_id)
    visit.customer_id, visit.reachable = match.customer_id, True
    visit.save(update_fields=["customer", "reachable"])
    add_lines(visit, [LineDraft(kind="system", code="contact_kept")], now)
    return match.customer_id
