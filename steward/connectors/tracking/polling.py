"""Ask a source over HTTP where parcels are: numbers go out under its key, events come back in our own format."""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from contextlib import closing
from urllib.parse import urlsplit

import msgspec

from steward.connectors.tracking.of_standard import reports
from steward.modules.logistics.ports import Report, SourceUnreachable, UnreadableReport

TIMEOUT_S = 15.0
LARGEST_BYTES = 8 * 1024 * 1024
BROKEN = (OSError, http.client.HTTPException, ValueError)


def poll(*, address: str, secret: bytes, numbers: Sequence[str]) -> Sequence[Report]:
    """Ask about parcels. Raises: SourceUnreachable."""
    try:
        status, body = _asked(address, secret, msgspec.json.encode({"tracking_numbers": list(numbers)}))
    except BROKEN as error:
        raise SourceUnreachable(why=type(error).__name__) from error
    if status != http.HTTPStatus.OK or len(body) > LARGEST_BYTES:
        raise SourceUnreachable(why=f"HTTP {status}")
    try:
        return reports(body)
    except UnreadableReport as error:
        raise SourceUnreachable(why=str(error)) from error


def _asked(address: str, secret: bytes, question: bytes) -> tuple[int, bytes]:
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {"authorization": f"Bearer {secret.decode()}", "content-type": "application/json"}
    with closing(kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)) as wire:
        wire.request("POST", parts.path or "/", body=question, headers=headers)
        answer = wire.getresponse()
        return answer.status, answer.read(LARGEST_BYTES + 1)
