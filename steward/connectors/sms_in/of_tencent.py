"""Tencent Cloud's replies: one JSON object a message, known by the key in the address.

Source: https://cloud.tencent.com/document/product/382/59177 (短信回复回调)
"""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from steward.connectors.reading import as_json, named_by, require_key, sensible
from steward.connectors.sms_in.message import ShortMessage, heard
from steward.modules.messaging.ports import ChannelCall, HeardCall
from steward.modules.messaging.rules.accounts import Account

THANKS = b'{"result": 0, "errmsg": "OK"}'
LATEST_S = 4_102_444_800


class Told(Struct, frozen=True):
    """One message. `extend` is what was added to the sender's number, `time` seconds since 1970."""

    mobile: str
    text: str
    nationcode: str = "86"
    time: int = 0
    extend: str = ""
    sign: str = ""


class TencentIn:
    """Serves `messaging.channel.sms.tencent`."""

    def read(self, call: ChannelCall, account: Account, *, now: datetime) -> HeardCall:
        """Read the message of a call. Raises: ForgedReport, UnreadableReport."""
        require_key(call.query.get("key", ""), account.secrets.get("key", ""))
        told = as_json(call.body, Told)
        at = sensible(datetime.fromtimestamp(told.time, UTC), now=now) if 0 < told.time < LATEST_S else now
        number = f"{told.nationcode.strip().lstrip('+')}{told.mobile.strip()}"
        message = ShortMessage(
            id=named_by(number, str(told.time), told.extend, told.text),
            phone=f"+{number}" if told.mobile.strip() else "",
            text=told.text,
            at=at,
        )
        return heard([message], account, answer=THANKS, answer_type="application/json")
