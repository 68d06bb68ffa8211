"""Take messages in from any channel: each once, its sender recognised, addresses sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import structlog
from django.db import DataError, IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import arrays, events, numbering, parameters, personal, sql
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.customers.commands.matching import Match, match_customers
from steward.modules.customers.queries.search import canonical_phone
from steward.modules.customers.rules.buyers import Buyer, Profile
from steward.modules.messaging.commands import storing
from steward.modules.messaging.commands.parking import Unreadable, park_inbound
from steward.modules.messaging.commands.queueing import PACKAGE
from steward.modules.messaging.events import MessageReceived
from steward.modules.messaging.rules import channels
from steward.modules.messaging.rules.channels import Incoming, Part, Sender, Taken

RECEIVE = "messaging.receive"
SYSTEM = system("messaging")
SEQUENCE = "messaging_inbound_id_seq"
ATTEMPTS = 4
LONGEST = parameters.define(
    "messaging.inbound_longest_text",
    100_000,
    unit="",
    label=_("Characters kept of a message from outside"),
    minimum=1_000,
    maximum=1_000_000,
)
Key = tuple[str, str, str]
log = structlog.get_logger(__name__)

__all__ = ["Incoming", "Part", "Sender", "Taken", "receive"]


def receive(actor: Actor, *, incoming: Sequence[Incoming], now: datetime, again: bool = False) -> list[Taken]:
    """Take messages in, in one transaction for all; answer each in the order given.

    The same message (channel, box, its own id) is taken once however often it comes. What cannot be taken is parked
    with its reason, and the rest is taken; `again` tries what is parked. Called by doors, outside any transaction.
    Raises: OperationalError when the database cannot be asked; then nothing was taken and the same call may come again.
    Emits: MessageReceived, one per message; MessageParked.
    """
    longest = parameters.value(LONGEST)
    fit: dict[Key, Incoming] = {}
    unfit: dict[Key, str] = {}
    for one in incoming:
        if why := channels.fault(one):
            unfit[one.key] = why
        else:
            fit.setdefault(one.key, channels.storable(one, longest=longest))
    known = find_known(list(fit), again=again)
    fresh = _with_files(actor, [one for key, one in fit.items() if key not in known], now)
    taken = known | _take_apart(actor, fresh, now)
    for one in incoming:
        if one.key in unfit and one.key not in taken:
            taken[one.key] = _parked(actor, one, unfit[one.key], now)
    return [taken[one.key] for one in incoming]


def _with_files(actor: Actor, fresh: Sequence[Incoming], now: datetime) -> list[Incoming]:
    """Keep the files of messages before these are taken; what is not taken after all leaves them loose."""
    stored = storing.store_many(actor, messages=[one.parts for one in fresh], now=now)
    return [
        msgspec.structs.replace(one, attachment_ids=(*one.attachment_ids, *ids)) if ids else one
        for one, ids in zip(fresh, stored, strict=True)
    ]


def find_known(keys: Sequence[Key], *, again: bool = False) -> dict[Key, Taken]:
    """Find what was taken before, or parked and seen to; `again` looks past what is parked."""
    if not keys:
        return {}
    columns: dict[str, str | bool] = {
        "channels": arrays.texts([key[0] for key in keys]),
        "boxes": arrays.texts([key[1] for key in keys]),
        "external_ids": arrays.texts([key[2] for key in keys]),
        "again": again,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "find_inbound"), columns)
        rows: list[Any] = cursor.fetchall()
    found = {(row[0], row[1], row[2]): Taken(row[4], row[3], row[5]) for row in rows if row[4] == "parked"}
    return found | {(row[0], row[1], row[2]): Taken("known", row[3]) for row in rows if row[4] == "known"}


def _take_apart(actor: Actor, fresh: Sequence[Incoming], now: datetime) -> dict[Key, Taken]:
    """Take all, or by halves where one of them does not go in; that one is parked."""
    if not fresh:
        return {}
    try:
        return _take_patiently(actor, fresh, now)
    except (DataError, IntegrityError, ValueError, TypeError, OverflowError) as error:
        if len(fresh) == 1:
            return {fresh[0].key: _parked(actor, fresh[0], f"{type(error).__name__}: {error}", now)}
    middle = len(fresh) // 2
    return _take_apart(actor, fresh[:middle], now) | _take_apart(actor, fresh[middle:], now)


def _take_patiently(actor: Actor, fresh: Sequence[Incoming], now: datetime) -> dict[Key, Taken]:
    """Take a batch again that lost a race for a new customer: the second time the other's is found."""
    for _attempt in range(ATTEMPTS - 1):
        try:
            return take_messages(actor, incoming=fresh, now=now)
        except IntegrityError as error:
            log.info("took a batch of messages again", error=str(error)[:200])
    return take_messages(actor, incoming=fresh, now=now)


def _parked(actor: Actor, one: Incoming, why: str, now: datetime) -> Taken:
    raw = msgspec.msgpack.encode(msgspec.structs.replace(one, attachment_ids=()))
    unreadable = Unreadable(one.channel, one.box, one.external_id, raw, why)
    return park_inbound(actor, unreadable=[unreadable], now=now)[0]


@command(needs=RECEIVE)
def take_messages(actor: Actor, *, incoming: Sequence[Incoming], now: datetime) -> dict[Key, Taken]:
    """Take a batch of messages that can be held, each once; return what became of each by its key.

    Emits: MessageReceived. Locks: customers' identities, then unique keys, each in their order.
    """
    buyers = [_buyer(one.sender) for one in incoming]
    matches = match_customers(buyers, simulated=[one.simulated for one in incoming])
    ids = numbering.next_ids(SEQUENCE, len(incoming))
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "insert_inbound"), _columns(incoming, buyers, matches, ids, now))
        inserted = {row[0] for row in cursor.fetchall()}
    rows = [row for row in zip(ids, incoming, matches, strict=True) if row[0] in inserted]
    _claim_attachments([(id_, one.attachment_ids) for id_, one, _match in rows])
    events.record(actor, [_received(id_, one, match) for id_, one, match in rows])
    taken = {one.key: Taken("taken", id_) for id_, one, _match in rows}
    return taken | find_known([one.key for one in incoming if one.key not in taken], again=True)


def _received(id_: int, one: Incoming, match: Match | None) -> MessageReceived:
    return MessageReceived(
        inbound_id=id_,
        channel=one.channel,
        box=one.box,
        automatic=one.automatic,
        customer_id=match.customer_id if match else None,
        simulated=one.simulated,
    )


def _buyer(sender: Sender) -> Buyer | None:
    """Name the ways to recognise a sender: the channel's own name of them, then phone, then e-mail."""
    phone, email = canonical_phone(sender.phone), sender.email.lower()
    known = [(sender.external_kind, sender.external_value), ("phone", phone), ("email", email)]
    identities = [(kind, value) for kind, value in known if kind and value]
    if not identities and not sender.name:
        return None
    return Buyer(identities, Profile(name=sender.name, phone=phone or sender.phone, email=sender.email))


def sender_index(sender: Sender) -> bytes | None:
    """Index who sent a message by their address there, so that the same one is found again."""
    for kind, value in (
        ("inbound_email", sender.email.lower()),
        ("inbound_phone", canonical_phone(sender.phone) or sender.phone),
        (f"inbound_{sender.external_kind}", sender.external_value),
    ):
        if value:
            return personal.blind_index(kind, value)
    return None


def _columns(
    incoming: Sequence[Incoming],
    buyers: Sequence[Buyer | None],
    matches: Sequence[Match | None],
    ids: Sequence[int],
    now: datetime,
) -> Mapping[str, Any]:
    sealed = [
        personal.seal(match.key, msgspec.structs.asdict(one.sender)) if match else None
        for one, match in zip(incoming, matches, strict=True)
    ]
    return {
        "now": now,
        "ids": arrays.integers(ids),
        "channels": arrays.texts([one.channel for one in incoming]),
        "boxes": arrays.texts([one.box for one in incoming]),
        "external_ids": arrays.texts([one.external_id for one in incoming]),
        "customers": arrays.integers([match.customer_id if match else None for match in matches]),
        "senders": arrays.octets(sealed),
        "indexes": arrays.octets([sender_index(one.sender) for one in incoming]),
        "sent": arrays.instants([one.at for one in incoming]),
        "subjects": arrays.texts([one.subject for one in incoming]),
        "bodies": arrays.texts([one.text for one in incoming]),
        "quoted": arrays.texts([one.quoted for one in incoming]),
        "html": arrays.texts([one.html for one in incoming]),
        "message_refs": arrays.texts([one.message_ref for one in incoming]),
        "refs": arrays.texts([arrays.texts(one.references) for one in incoming]),
        "tokens": arrays.texts([one.reply_token for one in incoming]),
        "automatic": arrays.texts([one.automatic for one in incoming]),
        "languages": arrays.texts([one.language for one in incoming]),
        "orders": arrays.texts([one.order_number for one in incoming]),
        "facts": arrays.texts([msgspec.json.encode(one.facts).decode() for one in incoming]),
        "simulated": arrays.flags([one.simulated for one in incoming]),
    }


def _claim_attachments(claims: Sequence[tuple[int, Sequence[int]]]) -> None:
    pairs = [(attachment_id, inbound_id) for inbound_id, attachments in claims for attachment_id in attachments]
    if pairs:
        columns = {
            "ids": arrays.integers([attachment_id for attachment_id, _inbound in pairs]),
            "inbound": arrays.integers([inbound_id for _attachment, inbound_id in pairs]),
        }
        with connection.cursor() as cursor:
            cursor.execute(sql.load(PACKAGE, "claim_attachments"), columns)
