"""See to what was parked: have it taken after all, or drop it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, secrets_box
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands import letters, receiving
from steward.modules.messaging.commands.parking import RAW_PURPOSE
from steward.modules.messaging.events import ParkedSettled, ParkedShown
from steward.modules.messaging.models import ParkedInbound
from steward.modules.messaging.ports import RawMail
from steward.modules.messaging.queries import mailboxes
from steward.modules.messaging.rules.channels import Incoming, Taken

SETTLE, REVEAL = "messaging.retry", "customers.reveal"
SHOWN_BYTES = 20_000


class StillUnreadable(errors.Refusal):
    """Refuse to take what still cannot be taken."""

    code = "still_unreadable"
    status = 422
    message = _("It still cannot be taken: %(why)s")


def retry_parked(actor: Actor, *, parked_id: int, now: datetime) -> int:
    """Take a parked message after all, from its raw octets; return the message's id. Called outside any transaction.

    Raises: NotPermitted, NotFound, NotPossible, StillUnreadable. Emits: MessageReceived, ParkedSettled.
    """
    actor.require(SETTLE)
    row = ParkedInbound.objects.filter(id=parked_id).first()
    if row is None:
        raise errors.NotFound(key=parked_id)
    if row.state != "parked" or row.sealed_raw is None:
        raise errors.NotPossible(state=row.state, verb="retry")
    raw = secrets_box.unseal_with_master(row.sealed_raw, purpose=RAW_PURPOSE)
    taken = _taken(row, raw, now)
    if taken.outcome == "parked":
        raise StillUnreadable(why=taken.why)
    settle_parked(actor, parked_id=parked_id, state="taken", message_id=taken.id, now=now)
    return taken.id


def _taken(row: ParkedInbound, raw: bytes, now: datetime) -> Taken:
    if row.shape == "headers":
        raise StillUnreadable(why=row.reason)
    if row.shape == "incoming":
        one = msgspec.msgpack.decode(raw, type=Incoming)
        return receiving.receive(receiving.SYSTEM, incoming=[one], now=now, again=True)[0]
    mailbox = mailboxes.find_mailbox(row.box)
    if mailbox is None:
        raise errors.NotFound(key=row.box)
    letter = RawMail(0, raw)
    return letters.take_letters(
        receiving.SYSTEM, mailbox=mailbox, own=mailboxes.own_addresses(), letters=[letter], now=now, by_hand=True
    )[0]


@command(needs=SETTLE)
def show_parked(actor: Actor, *, parked_id: int) -> str:
    """Show the beginning of a parked message in clear; who looked is recorded. Empty once it was seen to.

    Raises: NotPermitted, NotFound. Emits: ParkedShown.
    """
    actor.require(REVEAL)
    row = ParkedInbound.objects.filter(id=parked_id).first()
    if row is None:
        raise errors.NotFound(key=parked_id)
    if row.sealed_raw is None:
        return ""
    raw = secrets_box.unseal_with_master(row.sealed_raw, purpose=RAW_PURPOSE)
    events.record(actor, [ParkedShown(parked_id=parked_id)])
    return raw[:SHOWN_BYTES].decode("utf-8", "replace").replace("\0", "\ufffd")


@command(needs=SETTLE)
def drop_parked(actor: Actor, *, parked_id: int, now: datetime) -> None:
    """Drop a parked message and its octets; that it came stays known, so it does not come again.

    Raises: NotFound, NotPossible. Emits: ParkedSettled.
    """
    settle_parked(actor, parked_id=parked_id, state="dropped", message_id=None, now=now)


@command(needs=SETTLE)
def settle_parked(actor: Actor, *, parked_id: int, state: str, message_id: int | None, now: datetime) -> None:
    """Write what became of a parked message, by compare-and-set.

    Raises: NotFound, NotPossible. Emits: ParkedSettled.
    """
    found = ParkedInbound.objects.filter(id=parked_id, state="parked")
    if not found.update(state=state, sealed_raw=None, settled_at=now, settled_by=actor.id):
        row = ParkedInbound.objects.filter(id=parked_id).first()
        if row is None:
            raise errors.NotFound(key=parked_id)
        raise errors.NotPossible(state=row.state, verb=state)
    events.record(actor, [ParkedSettled(parked_id=parked_id, state=state, message_id=message_id)])
