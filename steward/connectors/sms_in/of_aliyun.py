"""Aliyun's SmsUp: a JSON list of short messages, known by the key in the address.

Source: https://help.aliyun.com/document_detail/101508.html (SmsUp)
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from steward.connectors.reading import as_json, instant, named_by, require_key
from steward.connectors.sms_in.message import ShortMessage, heard
from steward.modules.messaging.ports import ChannelCall, HeardCall
from steward.modules.messaging.rules.accounts import Account

THANKS = b'{"code": 0, "msg": "OK"}'


class Told(Struct, frozen=True):
    """One message. `dest_code` is the number it was sent to."""

    phone_number: str
    content: str
    send_time: str = ""
    dest_code: str = ""
    sequence_id: int | str = ""


class AliyunIn:
    """Serves `messaging.channel.sms.aliyun`."""

    def read(self, call: ChannelCall, account: Account, *, now: datetime) -> HeardCall:
        """Read the messages of a call. Raises: ForgedReport, UnreadableReport."""
        require_key(call.query.get("key", ""), account.secrets.get("key", ""))
        messages = [
            ShortMessage(
                id=named_by(str(one.sequence_id), one.phone_number, one.send_time, one.content),
                phone=_e164(one.phone_number),
                text=one.content,
                at=instant(one.send_time, now=now),
            )
            for one in as_json(call.body, list[Told])
        ]
        return heard(messages, account, answer=THANKS, answer_type="application/json")


def _e164(number: str) -> str:
    """Write a number of the mainland with its prefix; others come with theirs (00852…)."""
    digits = number.strip().lstrip("+")
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+86{digits}" if len(digits) == 11 and digits.startswith("1") else f"+{digits}"
