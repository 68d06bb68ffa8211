"""Take e-mails in: read them, tell what is new from what goes round in circles, hear what bounced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import logs, parameters, ports
from steward.kernel.actor import Actor
from steward.modules.messaging.commands import parking, receiving, reporting
from steward.modules.messaging.commands.parking import Unreadable
from steward.modules.messaging.models import Inbound, Message
from steward.modules.messaging.ports import DeliveryReport, MailReader, MailUnreadable, RawMail, ReadMail
from steward.modules.messaging.queries.mailboxes import MailboxView
from steward.modules.messaging.rules import mailboxes
from steward.modules.messaging.rules.channels import Incoming, Sender, Taken

PER_HOUR = parameters.define(
    "messaging.mail_sender_per_hour",
    60,
    unit="",
    label=_("E-mails one sender may write per hour before they are parked"),
    minimum=1,
    maximum=10_000,
)
AUTOMATIC_PER_HOUR = parameters.define(
    "messaging.mail_automatic_per_hour",
    5,
    unit="",
    label=_("Automatic e-mails one sender may write per hour before they are parked"),
    minimum=1,
    maximum=10_000,
)
HOUR = timedelta(hours=1)
OWN_MESSAGE = "a loop: it is one of our own messages"
OWN_ADDRESS = "a loop: it comes from one of our own addresses"
TOO_OFTEN = "its sender writes too often"


class Surroundings(Struct, frozen=True):
    """What is known around a batch of letters: our addresses, our messages they name, how often senders wrote."""

    own: Collection[str]
    ours: Mapping[str, Message]
    counts: Counter[bytes]


def take_letters(
    actor: Actor, *, mailbox: MailboxView, own: Collection[str], letters: Sequence[RawMail], now: datetime,
    by_hand: bool = False,
) -> list[Taken]:  # fmt: skip
    """Take letters of a mailbox in, those that can be taken in one transaction; answer each in the order given.

    A letter that cannot be read is parked with its octets; one of our own is dropped; one whose sender writes too often
    is parked, unless a person wants it (`by_hand`). Called outside any transaction.
    Raises: OperationalError. Emits: MessageReceived, MessageParked, MessageFailed, MessageDelivered.
    """
    reader: MailReader = ports.bound("messaging.mail_reader")()
    read: dict[int, ReadMail] = {}
    aside: dict[int, Unreadable] = {}
    for place, letter in enumerate(letters):
        try:
            if letter.why:
                raise MailUnreadable(letter.why)
            read[place] = reader.read(letter.content, arrived_at=now)
        except MailUnreadable as reason:
            aside[place] = _unread(mailbox, letter, str(reason))
    answers = _known(mailbox, read, by_hand=by_hand)
    fresh = {place: mail for place, mail in read.items() if place not in answers}
    around = _surroundings(list(fresh.values()), own, now)
    wanted: dict[int, Incoming] = {}
    for place, mail in fresh.items():
        if why := _circling(mail, around, by_hand=by_hand):
            is_ours = why in (OWN_MESSAGE, OWN_ADDRESS)
            aside[place] = _unread(mailbox, letters[place], why, digest=mail.digest, is_dropped=is_ours)
        else:
            wanted[place] = incoming(mail, mailbox, around)
    _hear_bounces(actor, fresh.values(), around, now)
    took = receiving.receive(actor, incoming=list(wanted.values()), now=now, again=by_hand)
    answers |= dict(zip(wanted, took, strict=True))
    if aside:
        put = parking.park_inbound(actor, unreadable=list(aside.values()), now=now)
        answers |= dict(zip(aside, put, strict=True))
    return [answers[place] for place in range(len(letters))]


def _known(mailbox: MailboxView, read: Mapping[int, ReadMail], *, by_hand: bool) -> dict[int, Taken]:
    """Find the letters that were taken, parked or dropped before."""
    keys = {place: ("email", mailbox.code, mail.digest) for place, mail in read.items()}
    found = receiving.find_known(list(keys.values()), again=by_hand)
    return {place: found[key] for place, key in keys.items() if key in found}


def _unread(
    mailbox: MailboxView, letter: RawMail, why: str, *, digest: str = "", is_dropped: bool = False
) -> Unreadable:
    name = digest or parking.digest(letter.content or f"{mailbox.code} {letter.uid}".encode())
    shape = "headers" if letter.why else "rfc822"
    return Unreadable("email", mailbox.code, name, letter.content, why, shape=shape, is_dropped=is_dropped)


def _surroundings(mails: Sequence[ReadMail], own: Collection[str], now: datetime) -> Surroundings:
    """Ask once for a whole batch."""
    refs = [mail.message_ref for mail in mails]
    refs += [ref for mail in mails if mail.bounce for ref in (*mail.bounce.message_refs, *mail.references)]
    keys = mailboxes.message_keys(refs)
    ours = {str(row.key): row for row in Message.objects.filter(key__in=keys)} if keys else {}
    indexes = {index for mail in mails if (index := _index(mail))}
    rows = (
        Inbound.objects.filter(sender_index__in=indexes, received_at__gt=now - HOUR)
        .values_list("sender_index")
        .annotate(number=Count("id"))
    )
    return Surroundings(own, ours, Counter({bytes(index or b""): number for index, number in rows}))


def _index(mail: ReadMail) -> bytes | None:
    return receiving.sender_index(Sender(email=mail.sender_address))


def _circling(mail: ReadMail, around: Surroundings, *, by_hand: bool) -> str:
    """Name why a letter goes round in circles, or return an empty text; every letter counts for its sender."""
    if any(key in around.ours for key in mailboxes.message_keys([mail.message_ref])):
        return OWN_MESSAGE
    if mail.automatic != "bounce" and mailboxes.is_own(mail.sender_address, around.own):
        return OWN_ADDRESS
    index = _index(mail)
    most = parameters.value(AUTOMATIC_PER_HOUR if mail.automatic else PER_HOUR)
    if not by_hand and mail.automatic != "bounce" and mailboxes.too_many(around.counts, index, most=most):
        return f"{TOO_OFTEN}: {most} within the hour"
    if index:
        around.counts[index] += 1
    return ""


def incoming(mail: ReadMail, mailbox: MailboxView, around: Surroundings) -> Incoming:
    """Write a letter as every channel hands its messages over.

    Of a bounce nothing stays but what the mail server says, masked: it names the reader's address, who never wrote it.
    """
    facts: dict[str, Any] = {"shop": mailbox.shop_code} if mailbox.shop_code else {}
    if mail.bounce:
        found = _bounced(mail, around)
        detail = logs.redact_text(mail.bounce.detail)
        facts["bounce"] = {
            "action": mail.bounce.action,
            "status": mail.bounce.status,
            "outbox_id": found.id if found else None,
        }
        mail = _without_words(mail, detail)
    return Incoming(
        channel="email",
        box=mailbox.code,
        external_id=mail.digest,
        sender=Sender(name=mail.sender_name, email=mail.sender_address),
        at=mail.at,
        subject=mail.subject,
        text=mail.text,
        quoted=mail.quoted,
        html=mail.html,
        message_ref=mail.message_ref,
        references=mail.references,
        reply_token=mailboxes.reply_token(mail.receivers, around.own),
        automatic=mail.automatic,
        facts=facts,
        parts=mail.parts,
    )


def _without_words(mail: ReadMail, detail: str) -> ReadMail:
    return ReadMail(
        digest=mail.digest, message_ref=mail.message_ref, references=mail.references, sender_name="", sender_address="",
        receivers=mail.receivers, subject=logs.redact_text(mail.subject), at=mail.at, text=detail, quoted="", html="",
        automatic=mail.automatic, bounce=mail.bounce, parts=(),
    )  # fmt: skip


def _bounced(mail: ReadMail, around: Surroundings) -> Message | None:
    refs = (*mail.bounce.message_refs, *mail.references) if mail.bounce else ()
    keys = mailboxes.message_keys(refs)
    return next((around.ours[key] for key in keys if key in around.ours), None)


def _hear_bounces(actor: Actor, mails: Collection[ReadMail], around: Surroundings, now: datetime) -> None:
    """Let what mail servers say of our letters count as their carriers' reports; a delay is no failure."""
    reports: list[DeliveryReport] = []
    for mail in mails:
        row = _bounced(mail, around)
        if mail.bounce is None or row is None or mail.bounce.action not in ("failed", "delivered"):
            continue
        arrived = mail.bounce.action == "delivered"
        detail = mail.bounce.detail or mail.bounce.status
        report = DeliveryReport(
            carrier=row.carrier, reference=row.reference, arrived=arrived, key=str(row.key), detail=detail
        )
        reports.append(report)
    if reports:
        reporting.record_reports(actor, reports=reports, now=now)
