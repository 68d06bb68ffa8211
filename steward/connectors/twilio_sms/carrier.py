"""Send short messages by Twilio: the text as it is, with an address to report to.

Source: https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

import base64
from urllib.parse import quote, urlencode

import msgspec

from steward.connectors.calling import Lost, NotHeard, post
from steward.modules.messaging.ports import Receipt, Sms

NAME = "twilio_sms"
SERVICE = "MG"  # what begins so is a messaging service, anything else a number or a name


class Told(msgspec.Struct, frozen=True):
    """What Twilio answers: a message, or a code and why."""

    sid: str = ""
    code: int | None = None
    message: str = ""


class TwilioSms:
    """Hands short messages to Twilio. Sent twice they arrive twice, so it is not idempotent."""

    name = NAME
    is_idempotent = False
    leaves_the_house = True

    def __init__(self, *, address: str, account: str, secret: str, sender: str, report_to: str) -> None:
        self._address = f"{address.rstrip('/')}/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
        self._login = base64.b64encode(f"{account}:{secret}".encode()).decode()
        self._sender = sender
        self._report_to = report_to

    def send(self, sms: Sms) -> Receipt:
        """Hand one short message over."""
        origin = "MessagingServiceSid" if self._sender.startswith(SERVICE) else "From"
        form = {
            "To": sms.to_phone,
            origin: self._sender,
            "Body": sms.text,
            "StatusCallback": f"{self._report_to}?{urlencode({'message': sms.key})}",
        }
        headers = {"Authorization": f"Basic {self._login}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            heard = post(self._address, headers=headers, body=urlencode(form).encode())
        except NotHeard as error:
            return Receipt("retry", detail=f"no connection: {error}")
        except Lost as error:
            return Receipt("unknown", detail=f"lost while sending: {error}")
        return _receipt(heard.status, heard.body)


def _receipt(status: int, body: bytes) -> Receipt:
    """Read an answer: 201 took it; a wrong key or too many calls may be mended, other 4xx never; the rest is open."""
    try:
        told = msgspec.json.decode(body, type=Told)
    except msgspec.DecodeError:
        told = Told()
    if 200 <= status < 300 and told.sid:
        return Receipt("sent", reference=told.sid)
    detail = f"http {status} {told.code or ''} {told.message}".strip()
    if status in (401, 403, 429, 503):
        return Receipt("retry", detail=detail)
    return Receipt("refused" if 400 <= status < 500 else "unknown", detail=detail)
