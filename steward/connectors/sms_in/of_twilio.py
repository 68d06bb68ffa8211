"""Twilio's incoming messages: a signed form; nothing is answered at once (an empty TwiML).

Source: https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from __future__ import annotations

import hmac
from datetime import datetime
from urllib.parse import parse_qsl

from steward.connectors.sms_in.message import ShortMessage, heard
from steward.connectors.twilio_sms.signing import signature
from steward.modules.messaging.ports import ChannelCall, ForgedReport, HeardCall, UnreadableReport
from steward.modules.messaging.rules.accounts import Account

NOTHING = b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
MOST_FIELDS = 200


class TwilioIn:
    """Serves `messaging.channel.sms.twilio`; the account's key is Twilio's auth token."""

    def read(self, call: ChannelCall, account: Account, *, now: datetime) -> HeardCall:
        """Read the message of a call. Raises: ForgedReport, UnreadableReport."""
        secret = account.secrets.get("key", "")
        url = f"{call.url}?{call.query_text}" if call.query_text else call.url
        form = _form(call.body)
        right = signature(url, form, secret=secret)
        given = call.headers.get("x-twilio-signature", "")
        if not secret or not hmac.compare_digest(given.encode(), right.encode()):
            raise ForgedReport(why="signature")
        links = [form[name] for place in range(10) if (name := f"MediaUrl{place}") in form]
        text = "\n".join(part for part in (form.get("Body", ""), *links) if part)
        message = ShortMessage(id=form.get("MessageSid", ""), phone=form.get("From", ""), text=text, at=now)
        return heard([message], account, answer=NOTHING, answer_type="text/xml")


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise UnreadableReport(why=str(error)) from error
