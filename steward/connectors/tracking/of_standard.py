"""Our own format: signed as Standard Webhooks say, codes already ours. Source: https://www.standardwebhooks.com."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from standardwebhooks import Webhook, WebhookVerificationError

from steward.connectors.tracking.reading import as_json, converted, day, instant
from steward.modules.logistics.ports import Report, UnprovenReport

PREFIX = "whsec_"
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class _Event(Struct, frozen=True):
    tracking_number: str
    code: str
    at: str = ""
    carrier: str = ""
    text: str = ""
    place: str = ""
    district_code: str = ""
    expected_date: str = ""


class _Body(Struct, frozen=True):
    data: list[_Event]
    type: str = "tracking.events"


class Standard:
    """Serves `logistics.tracking.standard`."""

    def read(self, body: bytes, headers: Mapping[str, str], secret: bytes) -> Sequence[Report]:
        """Prove and read what was sent. Raises: UnprovenReport, UnreadableReport."""
        try:
            key = base64.b64decode(secret.decode().removeprefix(PREFIX), validate=True)
            Webhook(key).verify(body, {name: headers.get(name, "") for name in HEADERS}, json_parse=False)
        except (WebhookVerificationError, ValueError, binascii.Error) as error:
            raise UnprovenReport(why=str(error)) from error
        return reports(body)

    def answer(self) -> dict[str, Any]:
        """Say that it is safe."""
        return {"outcome": "recorded"}


def reports(body: bytes) -> list[Report]:
    """Read a body whose sender is known. Raises: UnreadableReport."""
    return [
        Report(
            tracking_number=one.tracking_number,
            codes=(one.code,),
            at=instant(one.at),
            raw_at=one.at,
            carrier_code=one.carrier,
            text=one.text,
            place=one.place,
            district_code=one.district_code,
            expected_date=day(one.expected_date),
        )
        for one in converted(as_json(body), _Body).data
    ]
