"""Post to an outside system, and tell apart what was certainly not heard from what nobody can tell."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
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
    """What the other side answered."""

    status: int
    body: bytes


def post(url: str, *, headers: Mapping[str, str], body: bytes, timeout_s: float = 10.0) -> Heard:
    """Post once; redirects are not followed. Raises: NotHeard, Lost."""
    parts = urlsplit(url)
    opened = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = opened(parts.hostname or "", parts.port, timeout=timeout_s)
    try:
        try:
            line.connect()
        except OSError as error:
            raise NotHeard(type(error).__name__) from error
        try:
            line.request("POST", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", body, dict(headers))
            answer = line.getresponse()
            return Heard(answer.status, _whole(answer))
        except (OSError, http.client.HTTPException) as error:
            raise Lost(type(error).__name__) from error
    finally:
        line.close()


def _whole(answer: http.client.HTTPResponse) -> bytes:
    """Read a body that is neither too big nor too slow. Raises: Lost."""
    begun, pieces, size = time.monotonic(), [], 0
    while piece := answer.read1(PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_BYTES or time.monotonic() - begun > LONGEST_S:
            raise Lost("answer too big or too slow")
    return b"".join(pieces)
