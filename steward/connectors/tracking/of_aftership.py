"""The webhook of AfterShip: JSON, signed by a base64 HMAC-SHA-256 of the body in `aftership-hmac-sha256`.

Source: www.aftership.com/docs/tracking, webhook signature and specification.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from steward.connectors.tracking.reading import as_json, converted, day, instant, require_same
from steward.modules.logistics.ports import Report
from steward.modules.logistics.rules.shipped_codes import carrier_of


class _Checkpoint(Struct, frozen=True):
    checkpoint_time: str | None = ""
    message: str | None = ""
    location: str | None = ""
    city: str | None = ""
    tag: str | None = ""
    subtag: str | None = ""


class _Message(Struct, frozen=True):
    tracking_number: str
    slug: str | None = ""
    expected_delivery: str | None = ""
    checkpoints: list[_Checkpoint] = []


class _Body(Struct, frozen=True):
    msg: _Message


class AfterShip:
    """Serves `logistics.tracking.aftership`."""

    def read(self, body: bytes, headers: Mapping[str, str], secret: bytes) -> Sequence[Report]:
        """Prove and read what was sent. Raises: UnprovenReport, UnreadableReport."""
        wanted = base64.b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()
        require_same(headers.get("aftership-hmac-sha256", ""), wanted)
        told = converted(as_json(body), _Body).msg
        expected = day(told.expected_delivery)
        return [
            Report(
                tracking_number=told.tracking_number,
                codes=tuple(code for code in (one.subtag, one.tag) if code),
                at=instant(one.checkpoint_time),
                raw_at=one.checkpoint_time or "",
                carrier_code=carrier_of("aftership", told.slug or ""),
                text=one.message or "",
                place=one.location or one.city or "",
                expected_date=expected,
            )
            for one in told.checkpoints
        ]

    def answer(self) -> dict[str, Any]:
        """Say that it is safe; any answer of 200 counts."""
        return {"outcome": "recorded"}
