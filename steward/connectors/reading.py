"""What doors of channels share: JSON that is JSON, times that are times, proofs compared in constant time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from standardwebhooks import Webhook, WebhookVerificationError

from steward.modules.messaging.ports import ForgedReport, UnreadableReport

# Chinese carriers write local times without a zone.
CHINA = ZoneInfo("Asia/Shanghai")
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
Shape = TypeVar("Shape")


def as_json(body: bytes, shape: type[Shape]) -> Shape:
    """Read JSON of a shape. Raises: UnreadableReport naming the field."""
    try:
        return msgspec.json.decode(body, type=shape, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableReport(why=str(error)) from error


def as_shape(data: Any, shape: type[Shape]) -> Shape:
    """Bring what was read into its shape. Raises: UnreadableReport naming the field."""
    try:
        return msgspec.convert(data, shape, strict=False)
    except (msgspec.ValidationError, RecursionError) as error:
        raise UnreadableReport(why=str(error)) from error


def instant(text: str, *, now: datetime) -> datetime:
    """Read a time; one without a zone is China's. What is no time, or lies far off, is the time it came."""
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
        return sensible((found if found.tzinfo else found.replace(tzinfo=CHINA)).astimezone(UTC), now=now)
    except (ValueError, OverflowError):
        return now


def sensible(at: datetime, *, now: datetime) -> datetime:
    """Return a time that a message can have been written at, else the time it came."""
    return at if EARLIEST < at < LATEST else now


def require_signed(headers: Mapping[str, str], body: bytes, secret: str) -> None:
    """Check a signature as Standard Webhooks say (https://www.standardwebhooks.com). Raises: ForgedReport."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        if not key:
            raise ForgedReport(why="secret")
        Webhook(key).verify(body, {name: headers.get(name, "") for name in SIGNED}, json_parse=False)
    except (WebhookVerificationError, ValueError, binascii.Error) as error:
        raise ForgedReport(why=str(error)) from error


def require_key(given: str, known: str) -> None:
    """Let only who knows the key in the address go on. Raises: ForgedReport."""
    if not known or not hmac.compare_digest(given.encode(), known.encode()):
        raise ForgedReport(why="key")


def named_by(*parts: str) -> str:
    """Name a message that has no id of its own by what it says, so that the same one has the same name."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:40]
