"""Report what became of a message no carrier ever took, signed as Standard Webhooks say, so that the door is tried."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest
from standardwebhooks import Webhook, WebhookVerificationError

from steward.connectors.calling import Lost, NotHeard, post
from steward.connectors.report_key import signing_secret
from steward.kernel import moment
from steward.modules.messaging.ports import DeliveryReport, ForgedReport, UnreadableReport

NAME = "development"
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Told(msgspec.Struct, frozen=True):
    """One report."""

    reference: str
    arrived: bool
    detail: str = ""


def signed_report(reference: str, *, arrived: bool, detail: str = "") -> tuple[dict[str, str], bytes]:
    """Write a report and sign it; returns headers and body."""
    body, at = msgspec.json.encode(Told(reference, arrived, detail)), moment.now()
    id_ = f"report-{reference}"
    signature = Webhook(signing_secret(NAME)).sign(id_, at, body.decode())
    stamps = (id_, str(int(at.timestamp())), signature)
    return {"content-type": "application/json", **dict(zip(SIGNED, stamps, strict=True))}, body


def send_report(address: str, reference: str, *, arrived: bool, detail: str = "") -> int:
    """Post a report to a door, e.g. that of this very Steward; return its answer's status, 0 where none came."""
    headers, body = signed_report(reference, arrived=arrived, detail=detail)
    try:
        return post(address, headers=headers, body=body).status
    except (NotHeard, Lost):
        return 0


class DevelopmentReports:
    """Hears such reports. Satisfies the port `ReportDoor`."""

    thanks: dict[str, Any] = {}

    def read(self, request: HttpRequest) -> list[DeliveryReport]:
        """Read the report of a call. Raises: ForgedReport, UnreadableReport."""
        headers = {name: request.headers.get(name, "") for name in SIGNED}
        try:
            Webhook(signing_secret(NAME)).verify(request.body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError) as error:
            raise ForgedReport(why=str(error)) from error
        try:
            told = msgspec.json.decode(request.body, type=Told)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableReport(why=str(error)) from error
        return [DeliveryReport(carrier=NAME, reference=told.reference, arrived=told.arrived, detail=told.detail)]
