"""Ask an outside system, and tell apart what was certainly not heard from what nobody can tell."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LARGEST_BYTES = 64 * 1024
LONGEST_S = 20.0
PIECE = 16 * 1024


class NotHeard(Exception):
    """Report that no connection came about, so that the other side heard nothing."""


class Lost(Exception):
    """Report that the connection broke after the request had begun: the other side may have heard it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the other side answered; the names of its headers in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def post(url: str, *, headers: Mapping[str, str], body: bytes, timeout_s: float = 10.0) -> Heard:
    """Post once; redirects are not followed. Raises: NotHeard, Lost."""
    return ask("POST", url, headers=headers, body=body, timeout_s=timeout_s)


def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    timeout_s: float = 10.0,
    largest_bytes: int = LARGEST_BYTES,
) -> Heard:
    """Ask once; redirects are not followed, an answer bigger than said counts as lost. Raises: NotHeard, Lost."""
    parts = urlsplit(url)
    opened = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = opened(parts.hostname or "", parts.port, timeout=timeout_s)
    try:
        try:
            line.connect()
        except OSError as error:
            raise NotHeard(type(error).__name__) from error
        try:
            line.request(method, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", body, dict(headers))
            answer = line.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Heard(answer.status, _whole(answer, largest_bytes), told)
        except (OSError, http.client.HTTPException) as error:
            raise Lost(type(error).__name__) from error
    finally:
        line.close()


def _whole(answer: http.client.HTTPResponse, largest_bytes: int) -> bytes:
    """Read a body that is neither too big nor too slow. Raises: Lost."""
    begun, pieces, size = time.monotonic(), [], 0
    while piece := answer.read1(PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > largest_bytes or time.monotonic() - begun > LONGEST_S:
            raise Lost("answer too big or too slow")
    return b"".join(pieces)
