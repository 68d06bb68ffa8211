"""The push of kuaidi100 (快递100): a form with `param` (JSON) and `sign` (MD5 over param and salt, in capitals).

Source: api.kuaidi100.com, subscription and push of tracking.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct, field

from steward.connectors.tracking.reading import as_json, converted, day, instant, require_same
from steward.modules.logistics.ports import Report, UnreadableReport
from steward.modules.logistics.rules.shipped_codes import carrier_of


class _Event(Struct, frozen=True):
    context: str = ""
    ftime: str = ""
    time: str = ""
    area_code: str | None = field(default="", name="areaCode")
    area_name: str | None = field(default="", name="areaName")
    status_code: str | None = field(default="", name="statusCode")


class _Result(Struct, frozen=True):
    nu: str
    com: str = ""
    state: str = ""
    data: list[_Event] = []
    arrival_time: str | None = field(default="", name="arrivalTime")


class _Param(Struct, frozen=True):
    last_result: _Result = field(name="lastResult")


class Kuaidi100:
    """Serves `logistics.tracking.kuaidi100`."""

    def read(self, body: bytes, headers: Mapping[str, str], secret: bytes) -> Sequence[Report]:
        """Prove and read what was sent. Raises: UnprovenReport, UnreadableReport."""
        try:
            form = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20)
        except (UnicodeDecodeError, ValueError) as error:
            raise UnreadableReport(why=str(error)) from error
        param = form.get("param", [""])[0]
        # MD5 is what the sender signs with; the secret salt is what proves it.
        wanted = hashlib.md5(param.encode() + secret, usedforsecurity=False).hexdigest().upper()
        require_same(form.get("sign", [""])[0].upper(), wanted)
        result = converted(as_json(param), _Param).last_result
        arrival = day(result.arrival_time)
        # The newest event stands first and has the state of the whole; older pushes give events no code of their own.
        return [
            Report(
                tracking_number=result.nu,
                codes=_codes(one.status_code or "", result.state if place == 0 else "0"),
                at=instant(one.ftime or one.time),
                raw_at=one.ftime or one.time,
                carrier_code=carrier_of("kuaidi100", result.com),
                text=one.context,
                place=one.area_name or "",
                district_code=(one.area_code or "").removeprefix("CN")[:6],
                expected_date=arrival,
                inferred=not one.status_code,
            )
            for place, one in enumerate(result.data)
        ]

    def answer(self) -> dict[str, Any]:
        """Say what the sender wants to hear; it sends again otherwise."""
        return {"result": True, "returnCode": "200", "message": "成功"}


def _codes(own: str, of_the_whole: str) -> tuple[str, ...]:
    return tuple(code for code in (own, of_the_whole if not own else "") if code)
