"""Put aside what could not be taken in, with its reason and its raw octets, so that the next one is taken."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, events, logs, secrets_box, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.queueing import PACKAGE
from steward.modules.messaging.events import MessageParked
from steward.modules.messaging.rules import texts
from steward.modules.messaging.rules.channels import Taken

RECEIVE = "messaging.receive"
RAW_PURPOSE = "messaging.parked"

LONGEST_REASON = 300
Key = tuple[str, str, str]


class Unreadable(Struct, frozen=True):
    """A message that could not be read or taken. `shape` says what the octets are.

    `rfc822` is an e-mail, `headers` the beginning of one that was not fetched, `incoming` a message of ours.

    One that is dropped at once is only remembered, with its reason.
    """

    channel: str
    box: str
    external_id: str
    raw: bytes
    why: str
    shape: str = "incoming"
    is_dropped: bool = False


@command(needs=RECEIVE)
def park_inbound(actor: Actor, *, unreadable: Sequence[Unreadable], now: datetime) -> list[Taken]:
    """Keep what could not be taken until a person has seen to it; the same one comes once, however often it fails.

    Emits: MessageParked, for those that are new. Locks: unique keys, in order.
    """
    wanted = {_key(one): one for one in unreadable}
    rows = list(wanted.items())
    columns: dict[str, str | datetime] = {
        "now": now,
        "channels": arrays.texts([key[0] for key, _ in rows]),
        "boxes": arrays.texts([key[1] for key, _ in rows]),
        "external_ids": arrays.texts([key[2] for key, _ in rows]),
        "shapes": arrays.texts([one.shape for _, one in rows]),
        "raw": arrays.octets([_sealed(one) for _, one in rows]),
        "states": arrays.texts(["dropped" if one.is_dropped else "parked" for _, one in rows]),
        "sizes": arrays.integers([len(one.raw) for _, one in rows]),
        "reasons": arrays.texts([_reason(one.why) for _, one in rows]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "park_inbound"), columns)
        found = {(row[0], row[1], row[2]): row[3:] for row in cursor.fetchall()}
    new = [(key, row) for key, row in found.items() if row[3] == 1 and row[1] == "parked"]
    events.record(
        actor,
        [MessageParked(parked_id=row[0], channel=key[0], box=key[1], reason=row[2]) for key, row in new],
    )
    return [_taken(*found[_key(one)][:3]) for one in unreadable]


def _taken(id_: int, state: str, reason: str) -> Taken:
    return Taken("parked", id_, reason) if state == "parked" else Taken("known", id_, reason)


def _sealed(one: Unreadable) -> bytes | None:
    return None if one.is_dropped else secrets_box.seal_with_master(one.raw, purpose=RAW_PURPOSE)


def digest(raw: bytes) -> str:
    """Name octets that have no name of their own."""
    return hashlib.sha256(raw).hexdigest()


def _key(one: Unreadable) -> Key:
    channel, box, external_id = (
        texts.clean(text, longest) or "-"
        for text, longest in ((one.channel, 12), (one.box, 80), (one.external_id, 255))
    )
    return channel, box, external_id


def _reason(why: str) -> str:
    return logs.redact_text(texts.clean(" ".join(why.split()), 2_000))[:LONGEST_REASON] or "-"
