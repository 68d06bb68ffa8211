"""Short answers of async handlers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from steward.interfaces.asgi.types import Send


async def reply(
    send: Send, *, status: int, body: bytes, content_type: str, extra: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """Send a whole answer."""
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *extra,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def reply_json(send: Send, value: Any, *, status: int = 200, content_type: str = "application/json") -> None:
    """Send a value as JSON."""
    await reply(send, status=status, body=msgspec.json.encode(value), content_type=content_type)
