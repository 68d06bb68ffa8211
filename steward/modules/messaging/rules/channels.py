"""How people reach us, and what they hand in: the shape in which every channel gives a message over.

Source: CUS-3.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from steward.modules.messaging.rules import texts

CHANNELS_IN = ("email", "sms", "chat", "wechat", "app", "web_form", "social", "counter", "phone")
# What a program wrote: an answering machine, a carrier's notice that something did not arrive, a newsletter.
AUTOMATIC = ("", "auto_reply", "bounce", "bulk")
SCAN_STATES = ("unscanned", "clean", "infected")
PARKED_STATES = ("parked", "taken", "dropped")
RAW_SHAPES = ("rfc822", "headers", "incoming")
LONGEST_BOX, LONGEST_EXTERNAL_ID, LONGEST_REF, MOST_REFS, LONGEST_TOKEN = 80, 255, 500, 100, 80
TOKEN = re.compile(r"[A-Za-z0-9_.-]{1,80}")
Outcome = Literal["taken", "known", "parked"]


class Sender(Struct, frozen=True):
    """Who says it, as the channel knows them; `external_kind` and `external_value` name them within it."""

    name: str = ""
    email: str = ""
    phone: str = ""
    external_kind: str = ""
    external_value: str = ""


class Part(Struct, frozen=True):
    """A file that came with a message; what it is, its content tells, not its name."""

    filename: str
    content: bytes
    content_id: str = ""


class Incoming(Struct, frozen=True, kw_only=True):
    """One message from outside.

    `box` is the account it came by (mailbox, official account, number, shop), `external_id` the channel's own name of
    it. `text` are the new words, `quoted` what was folded away, `html` is cleaned already. `reply_token` names the
    conversation it answers. `facts` are the channel's own: a marketplace's due time, a rating. `attachment_ids` are
    files that were stored before; `parts` are stored when it is taken.
    """

    channel: str
    box: str
    external_id: str
    sender: Sender
    at: datetime
    subject: str = ""
    text: str = ""
    quoted: str = ""
    html: str = ""
    message_ref: str = ""
    references: tuple[str, ...] = ()
    reply_token: str = ""
    automatic: str = ""
    language: str = ""
    order_number: str = ""
    facts: dict[str, Any] = {}
    parts: tuple[Part, ...] = ()
    attachment_ids: tuple[int, ...] = ()
    simulated: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what makes it one message however often it comes."""
        return (self.channel, self.box, self.external_id)


class Taken(Struct, frozen=True):
    """What became of a message: taken anew, known already, or parked and why. `id` is the message's, or the parked."""

    outcome: Outcome
    id: int
    why: str = ""


def fault(one: Incoming) -> str:
    """Name what keeps a message from being taken at all, or return an empty text."""
    if one.channel not in CHANNELS_IN:
        return f"no channel {one.channel!r}"
    if not one.box or len(one.box) > LONGEST_BOX:
        return "the box is missing or too long"
    if not one.external_id or len(one.external_id) > LONGEST_EXTERNAL_ID:
        return "its own id is missing or too long"
    if one.automatic not in AUTOMATIC:
        return f"no way of being automatic: {one.automatic!r}"
    return "its time has no zone" if one.at.tzinfo is None else ""


def storable(one: Incoming, *, longest: int) -> Incoming:
    """Write a message as the database can hold it: no zero or lone half characters, nothing longer than `longest`.

    Units: characters. A token that is none is left out.
    """
    sender = one.sender
    return Incoming(
        channel=one.channel,
        box=texts.clean(one.box, LONGEST_BOX),
        external_id=texts.clean(one.external_id, LONGEST_EXTERNAL_ID),
        sender=Sender(
            name=texts.clean(sender.name, 200).strip(),
            email=texts.clean(sender.email, 254).strip(),
            phone=texts.clean(sender.phone, 40).strip(),
            external_kind=texts.clean(sender.external_kind, 40),
            external_value=texts.clean(sender.external_value, 255),
        ),
        at=one.at,
        subject=texts.clean(" ".join(one.subject.split()), 998),
        text=texts.clean(one.text, longest),
        quoted=texts.clean(one.quoted, longest),
        html=texts.clean(one.html, longest * 4) if len(one.html) <= longest * 4 else "",
        message_ref=texts.clean(one.message_ref, LONGEST_REF),
        references=tuple(texts.clean(ref, LONGEST_REF) for ref in one.references[-MOST_REFS:] if ref),
        reply_token=one.reply_token if TOKEN.fullmatch(one.reply_token) else "",
        automatic=one.automatic,
        language=texts.clean(one.language, 10),
        order_number=texts.clean(one.order_number, 80),
        facts=texts.clean_facts(one.facts),
        parts=one.parts,
        attachment_ids=one.attachment_ids,
        simulated=one.simulated,
    )
