"""The webhook of 17TRACK, v2.2: JSON, signed by SHA-256 over body, slash and key in the header `sign`.

Source: api.17track.net, TRACKING_UPDATED.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from steward.connectors.tracking.reading import as_json, converted, day, instant, require_same
from steward.modules.logistics.ports import Report
from steward.modules.logistics.rules.shipped_codes import carrier_of


class _Event(Struct, frozen=True):
    time_utc: str | None = ""
    time_iso: str | None = ""
    description: str | None = ""
    location: str | None = ""
    stage: str | None = ""
    sub_status: str | None = ""


class _Provider(Struct, frozen=True):
    events: list[_Event] = []


class _Tracking(Struct, frozen=True):
    providers: list[_Provider] = []


class _Day(Struct, frozen=True):
    to: str | None = ""


class _Metrics(Struct, frozen=True):
    estimated_delivery_date: _Day | None = None


class _Info(Struct, frozen=True):
    tracking: _Tracking = _Tracking()
    time_metrics: _Metrics | None = None


class _Data(Struct, frozen=True):
    number: str
    carrier: int | str = ""
    track_info: _Info = _Info()


class _Body(Struct, frozen=True):
    event: str
    data: _Data


class Track17:
    """Serves `logistics.tracking.track17`."""

    def read(self, body: bytes, headers: Mapping[str, str], secret: bytes) -> Sequence[Report]:
        """Prove and read what was sent. Raises: UnprovenReport, UnreadableReport."""
        require_same(headers.get("sign", "").lower(), hashlib.sha256(body + b"/" + secret).hexdigest())
        told = converted(as_json(body), _Body)
        info, metrics = told.data.track_info, told.data.track_info.time_metrics
        expected = metrics.estimated_delivery_date if metrics else None
        return [
            Report(
                tracking_number=told.data.number,
                codes=tuple(code for code in (one.sub_status, one.stage) if code),
                at=instant(one.time_utc or one.time_iso),
                raw_at=one.time_utc or one.time_iso or "",
                carrier_code=carrier_of("track17", str(told.data.carrier)),
                text=one.description or "",
                place=one.location or "",
                expected_date=day(expected.to) if expected else None,
            )
            for provider in info.tracking.providers
            for one in provider.events
        ]

    def answer(self) -> dict[str, Any]:
        """Say that it is safe; any answer of 200 counts."""
        return {"code": 0}
