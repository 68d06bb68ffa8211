"""Messages of customers, handed in by an app or a form of one's own."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from steward.interfaces.api.access import ApiRequest, SpansAllShops
from steward.interfaces.api.schemas import Input, Instant, Plain, Text
from steward.kernel import errors, moment
from steward.kernel.actor import system
from steward.modules.messaging.commands.receiving import receive
from steward.modules.messaging.rules.channels import Incoming, Part, Sender

router = Router(tags=["messages"])
HAND_IN = "messaging.hand_in"
ACTOR = system("messaging.api")
MOST_FILE_CHARS = 14_000_000
Name = Annotated[str, Field(max_length=80, pattern=Plain)]


class SenderInput(Input):
    """Who writes; at least one of the ways to know them again. `user_id` is the app's own name of them."""

    name: Text = ""
    email: Annotated[str, Field(max_length=254, pattern=Plain)] = ""
    phone: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    user_id: Text = ""


class FileInput(Input):
    """A file; its content in base64."""

    filename: Annotated[str, Field(min_length=1, max_length=200, pattern=Plain)]
    content: Annotated[str, Field(max_length=MOST_FILE_CHARS, pattern=r"^[A-Za-z0-9+/]*={0,2}$")]


class IncomingInput(Input):
    """One message. The same `id` of the same `channel` and `box` is taken once, however often it comes.

    `box` is the app, form or shop it came by. `due_at` is by when somebody outside wants an answer, `reply_rule`
    whether an automatic one counts.
    """

    id: Annotated[str, Field(min_length=1, max_length=200, pattern=Plain)]
    channel: Literal["app", "web_form"] = "app"
    box: Annotated[str, Field(min_length=1, max_length=80, pattern=Plain)]
    sender: SenderInput
    at: Instant | None = None
    subject: Annotated[str, Field(max_length=500, pattern=Plain)] = ""
    text: Annotated[str, Field(max_length=100_000, pattern=Plain)] = ""
    language: Literal["", "zh-hans", "zh-hant", "en"] = ""
    order_number: Name = ""
    due_at: Instant | None = None
    reply_rule: Literal["any", "person"] = "person"
    files: Annotated[list[FileInput], Field(max_length=10)] = []


class IncomingBatch(Input):
    """Messages to take in together."""

    messages: Annotated[list[IncomingInput], Field(min_length=1, max_length=100)]


class TakenMessage(Schema):
    """What became of a message: taken, known already, or parked for a person to look at and why."""

    id: str
    outcome: Literal["taken", "known", "parked"]
    message_id: int
    why: str


class TakenBatch(Schema):
    """What became of each message, in the order given."""

    results: list[TakenMessage]


@router.post(
    "/messages/incoming", response=TakenBatch, operation_id="hand_in_messages", summary="Hand in customers' messages"
)
def hand_in_messages(request: ApiRequest, payload: IncomingBatch) -> Any:
    """Take in what customers wrote in an app or a form of one's own. Needs `messaging.hand_in`.

    A token limited to shops hands in for these (`box` is the shop's code). Answers go back by what the event stream
    tells of the conversation.
    """
    request.auth.require(HAND_IN)
    if not all(request.auth.covers(one.box) for one in payload.messages):
        raise SpansAllShops
    now = moment.now()
    if findings := find_faults(payload):
        raise errors.BadInput(findings)
    taken = receive(ACTOR, incoming=[incoming_of(one, now) for one in payload.messages], now=now)
    results = [
        {"id": one.id, "outcome": result.outcome, "message_id": result.id, "why": result.why}
        for one, result in zip(payload.messages, taken, strict=True)
    ]
    return {"results": results}


def find_faults(batch: IncomingBatch) -> list[dict[str, Any]]:
    """Name what no schema can say, of all messages."""
    return [found for place, one in enumerate(batch.messages) for found in _findings(one, place)]


def _findings(one: IncomingInput, place: int) -> list[dict[str, Any]]:
    """Name what no schema can say."""
    found = []
    sender = one.sender
    if not (sender.email or sender.phone or sender.user_id):
        words = _("Say how the sender can be known again: e-mail, phone or user_id.")
        found.append({"field": f"messages.{place}.sender", "code": "unknown_sender", "message": words})
    if not (one.text.strip() or one.subject.strip() or one.files):
        found.append({"field": f"messages.{place}.text", "code": "empty", "message": _("The message says nothing.")})
    for name in ("at", "due_at"):
        value = getattr(one, name)
        if value is not None and not 2000 < value.year < 2100:
            words = _("Give a time of this century.")
            found.append({"field": f"messages.{place}.{name}", "code": "unfit_time", "message": words})
    for which, file in enumerate(one.files):
        if _content(file.content) is None:
            field = f"messages.{place}.files.{which}.content"
            found.append({"field": field, "code": "no_base64", "message": _("This is no base64.")})
    return found


def incoming_of(one: IncomingInput, now: datetime) -> Incoming:
    """Write a message as every channel hands it over."""
    facts = {"due_at": one.due_at.isoformat(), "reply_rule": one.reply_rule} if one.due_at else {}
    sender = one.sender
    return Incoming(
        channel=one.channel,
        box=one.box,
        external_id=one.id,
        sender=Sender(
            name=sender.name,
            email=sender.email,
            phone=sender.phone,
            external_kind=f"app:{one.box}"[:40] if sender.user_id else "",
            external_value=sender.user_id,
        ),
        at=one.at or now,
        subject=one.subject,
        text=one.text,
        language=one.language,
        order_number=one.order_number,
        facts=facts,
        parts=tuple(Part(file.filename, _content(file.content) or b"") for file in one.files),
    )


def _content(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
