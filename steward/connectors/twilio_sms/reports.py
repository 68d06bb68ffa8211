"""Hear what Twilio reports: a signed form per change of state; only final states count.

Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

from __future__ import annotations

import hmac
from typing import Any

from django.http import HttpRequest

from steward.connectors.twilio_sms.carrier import NAME
from steward.connectors.twilio_sms.signing import signature
from steward.modules.messaging.ports import DeliveryReport, ForgedReport, UnreadableReport

FINAL = {"delivered": True, "read": True, "undelivered": False, "failed": False}


class TwilioReports:
    """Hears Twilio's reports. Satisfies the port `ReportDoor`."""

    thanks: dict[str, Any] = {}

    def __init__(self, *, address: str, secret: str) -> None:
        self._address = address
        self._secret = secret

    def read(self, request: HttpRequest) -> list[DeliveryReport]:
        """Read the report of a call; what is still under way is left out. Raises: ForgedReport, UnreadableReport."""
        query = request.META.get("QUERY_STRING", "")
        url = f"{self._address}?{query}" if query else self._address
        form = {name: str(value) for name, value in request.POST.items()}
        given = request.headers.get("X-Twilio-Signature", "")
        right = signature(url, form, secret=self._secret)
        if not self._secret or not hmac.compare_digest(given.encode(), right.encode()):
            raise ForgedReport(why="signature")
        reference, status = form.get("MessageSid", ""), form.get("MessageStatus", "")
        if not reference or not status:
            raise UnreadableReport(why="MessageSid, MessageStatus")
        if status not in FINAL:
            return []
        arrived = FINAL[status]
        return [
            DeliveryReport(
                carrier=NAME,
                reference=reference,
                key=request.GET.get("message", "")[:40],
                arrived=arrived,
                detail="" if arrived else f"{status} {form.get('ErrorCode', '')}".strip(),
            )
        ]
