"""Links that open one thing for who holds them: signed, expiring, for one purpose; nothing is stored to make one.

A token is `payload.signature`, both base64url. The payload names the key's version, the purpose, the subject, when it
was made and when it ends. The signature is an HMAC over the payload as it was sent.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import Struct

PATH = "/p/"
SIGNATURE_BYTES = 16
LONGEST_TOKEN = 200
PURPOSE = re.compile(r"[a-z][a-z_]{0,39}(\.[a-z_]{1,40})?")
Fault = Literal["", "broken", "expired"]


class SignedLink(Struct, frozen=True, array_like=True):
    """What a link says. Units: milliseconds and seconds since 1970."""

    key_version: int
    purpose: str
    subject_id: int
    issued_ms: int
    expires_s: int

    @property
    def issued_at(self) -> datetime:
        """Return when it was made."""
        return datetime.fromtimestamp(self.issued_ms / 1000, UTC)

    @property
    def expires_at(self) -> datetime:
        """Return when it ends."""
        return datetime.fromtimestamp(self.expires_s, UTC)


class Reading(Struct, frozen=True):
    """What reading a token gave: the link, and why it is not to be followed (empty: it is)."""

    link: SignedLink | None
    fault: Fault = ""


def token(
    purpose: str, subject_id: int, *, issued_at: datetime, expires_at: datetime, keys: Mapping[int, bytes]
) -> str:
    """Sign a link with the newest key. Raises: ValueError for a purpose that is no code."""
    if not PURPOSE.fullmatch(purpose):
        raise ValueError(f"no purpose: {purpose!r}")
    version = max(keys)
    link = SignedLink(version, purpose, subject_id, int(issued_at.timestamp() * 1000), int(expires_at.timestamp()))
    payload = _text(msgspec.msgpack.encode(link))
    return f"{payload}.{_text(_signature(payload, keys[version]))}"


def read(text: str, *, keys: Mapping[int, bytes], now: datetime) -> Reading:
    """Read a token: the signature first, in constant time; only then is anything in it believed."""
    payload, dot, given = text.partition(".")
    if not dot or len(text) > LONGEST_TOKEN:
        return Reading(None, "broken")
    try:
        link = msgspec.msgpack.decode(_octets(payload), type=SignedLink)
        signature = _octets(given)
    except (msgspec.DecodeError, binascii.Error, UnicodeError, ValueError):
        return Reading(None, "broken")
    key = keys.get(link.key_version)
    if key is None or not hmac.compare_digest(_signature(payload, key), signature):
        return Reading(None, "broken")
    return Reading(link, "expired" if now.timestamp() >= link.expires_s else "")


def _signature(payload: str, key: bytes) -> bytes:
    return hmac.digest(key, payload.encode(), hashlib.sha256)[:SIGNATURE_BYTES]


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
