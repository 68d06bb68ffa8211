"""Reports of carriers that sign nothing are known by a key in the address they were told to call."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TypeVar

import msgspec
from django.conf import settings
from django.http import HttpRequest

from steward.modules.messaging.ports import ForgedReport, UnreadableReport

Told = TypeVar("Told")


def key_of(carrier: str) -> str:
    """Make the key a carrier's address carries: another one for each, so that none opens another's door."""
    return hmac.new(settings.REPORT_SECRET.encode(), carrier.encode(), hashlib.sha256).hexdigest()


def signing_secret(carrier: str) -> str:
    """Make the secret with which a carrier of ours signs as Standard Webhooks say."""
    return "whsec_" + base64.b64encode(bytes.fromhex(key_of(carrier))).decode()


def require_key(request: HttpRequest, carrier: str) -> None:
    """Let only who knows the carrier's key go on. Raises: ForgedReport."""
    given = request.GET.get("key", "")
    if not hmac.compare_digest(given.encode(), key_of(carrier).encode()):
        raise ForgedReport(why="key")


def keyed_list(request: HttpRequest, carrier: str, shape: type[Told]) -> list[Told]:
    """Read the JSON list of who knows the carrier's key. Raises: ForgedReport, UnreadableReport."""
    require_key(request, carrier)
    try:
        return msgspec.json.decode(request.body, type=list[shape])  # type: ignore[valid-type]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableReport(why=str(error)) from error
