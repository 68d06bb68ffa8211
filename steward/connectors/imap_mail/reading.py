"""Read one e-mail from its octets, however broken; what cannot be read at all is an error with its reason."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import parsedate_to_datetime

from steward.connectors.imap_mail import headers, html, kinds
from steward.connectors.imap_mail.charsets import decoded
from steward.modules.messaging.ports import MailUnreadable, ReadMail
from steward.modules.messaging.rules.channels import Part
from steward.modules.messaging.rules.quoting import folded

MOST_PARTS = 500
LONGEST_TEXT = 2_000_000
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
NO_REPLY = ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer", "notification", "webform")
RECEIVERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to")


def read_mail(raw: bytes, *, arrived_at: datetime) -> ReadMail:
    """Read an e-mail. `arrived_at` stands for a date that is missing or cannot be.

    Raises: MailUnreadable, and nothing else.
    """
    try:
        return _read(raw, arrived_at)
    except MailUnreadable:
        raise
    except RecursionError as error:
        raise MailUnreadable("parts lie too deep in each other") from error
    except Exception as error:  # the standard library's parser of broken e-mails has no list of what it raises
        raise MailUnreadable(f"{type(error).__name__}: {error}") from error


def _read(raw: bytes, arrived_at: datetime) -> ReadMail:
    message = message_from_bytes(raw, policy=compat32)
    if not message.keys():
        raise MailUnreadable("it has no headers")
    name, address = _sender(message)
    subject = " ".join(headers.text(message, "subject").split())
    automatic = kinds.automatic(message, sender=address, subject=subject)
    if not address and not automatic:
        raise MailUnreadable("it names no sender that could be answered")
    body = _Body(message)
    parts = folded(body.text)
    refs = headers.ids(message, "references", "in-reply-to")
    own = headers.ids(message, "message-id")[:1]
    return ReadMail(
        digest=_digest(message, raw),
        message_ref=own[0] if own else "",
        references=tuple(refs),
        sender_name=name,
        sender_address=address,
        receivers=tuple(dict.fromkeys(one.lower() for _name, one in headers.addresses(message, *RECEIVERS))),
        subject=subject,
        at=_date(message, arrived_at),
        text=parts.text,
        quoted=parts.quoted,
        html=body.html,
        automatic=automatic,
        bounce=kinds.bounce(message, raw) if automatic == "bounce" else None,
        parts=tuple(body.files),
    )


def _sender(message: Message) -> tuple[str, str]:
    """Find who is to be answered: who wrote it, or where answers shall go when a program's address sent it."""
    writers = headers.addresses(message, "from") or headers.addresses(message, "sender")
    answers = headers.addresses(message, "reply-to")
    name, address = writers[0] if writers else ("", "")
    local = address.partition("@")[0].lower()
    if answers and (not address or any(local.startswith(word) for word in NO_REPLY)):
        return answers[0][0] or name, answers[0][1]
    return name, address


def _digest(message: Message, raw: bytes) -> str:
    """Name a letter by what its writer made, not by the way it took: the same letter in two folders is one."""
    named = "\0".join(headers.raw(message, name) for name in ("message-id", "date", "from", "subject"))
    _head, _gap, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    return hashlib.sha256(named.encode("utf-8", "replace") + b"\0" + body.rstrip()).hexdigest()


def _date(message: Message, arrived_at: datetime) -> datetime:
    try:
        said = parsedate_to_datetime(headers.raw(message, "date"))
        at = said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return arrived_at
    return at if OLDEST < at < arrived_at + timedelta(days=1) else arrived_at


class _Body:
    """The words of a letter, its HTML, and the files with it."""

    def __init__(self, message: Message) -> None:
        self.plain: list[str] = []
        self.rich: list[str] = []
        self.files: list[Part] = []
        self._left = MOST_PARTS
        self._gather(message, inside_alternative=False)
        self.html = html.cleaned("\n<hr>\n".join(self.rich)) if self.rich else ""
        written = "\n\n".join(text.strip("\n") for text in self.plain if text.strip())
        self.text = written or html.as_text(self.html)

    def _gather(self, message: Message, *, inside_alternative: bool) -> None:
        self._left -= 1
        if self._left < 0:
            raise MailUnreadable(f"it has more than {MOST_PARTS} parts")
        payload = message.get_payload()
        kind = message.get_content_type()
        if kind == "message/rfc822":
            self.files.append(Part(_name(message, "message.eml"), _octets_of_letter(payload)))
        elif kind == "message/delivery-status" or kind == "text/rfc822-headers":
            return
        elif message.is_multipart() and isinstance(payload, list):
            for part in payload:
                if isinstance(part, Message):
                    self._gather(part, inside_alternative=inside_alternative or kind == "multipart/alternative")
        else:
            self._single(message, kind)

    def _single(self, message: Message, kind: str) -> None:
        disposition = headers.raw(message, "content-disposition").strip().lower()
        named = headers.filename(message)
        if kind.startswith("multipart/"):  # its boundary is missing: what there is can be read as words
            kind = "text/plain"
        is_words = kind in ("text/plain", "text/html") and not disposition.startswith("attachment")
        octets = _octets(message)
        if is_words and not named:
            text = decoded(octets[:LONGEST_TEXT], _charset(message))
            (self.rich if kind == "text/html" else self.plain).append(text)
        elif octets or named:
            content_id = headers.raw(message, "content-id").strip().strip("<>")
            self.files.append(Part(named or kind.replace("/", "."), octets, content_id))


def _charset(message: Message) -> str:
    try:
        label = message.get_param("charset", "")
    except (ValueError, IndexError, TypeError, AttributeError):
        return ""
    return str(label[2] if isinstance(label, tuple) else label or "")


def _octets(message: Message) -> bytes:
    """Return the content of a part; where its encoding is broken, what can be had of it."""
    try:
        payload = message.get_payload(decode=True)
    except (ValueError, TypeError, LookupError, AssertionError):
        payload = message.get_payload()
    if isinstance(payload, bytes):
        return payload
    return str(payload or "").encode("utf-8", "surrogateescape")


def _octets_of_letter(payload: object) -> bytes:
    inner = payload[0] if isinstance(payload, list) and payload else payload
    if not isinstance(inner, Message):
        return str(inner or "").encode("utf-8", "surrogateescape")
    return inner.as_bytes()


def _name(message: Message, default: str) -> str:
    return headers.filename(message) or default
