"""Take calls of WeChat in: what customers say becomes a message, what they press a word of the account's menu."""

from __future__ import annotations

import secrets
from datetime import datetime

from steward.connectors.wechat import calls
from steward.connectors.wechat.kinds import Said, said
from steward.modules.messaging.ports import AwaitedFile, ChannelCall, HeardCall
from steward.modules.messaging.rules.accounts import Account
from steward.modules.messaging.rules.channels import Incoming, Sender

XML = "application/xml"


class WechatDoor:
    """Serves `messaging.channel.wechat`."""

    def read(self, call: ChannelCall, account: Account, *, now: datetime) -> HeardCall:
        """Prove and read one call. Raises: ForgedReport, UnreadableReport."""
        keys = calls.Keys(
            app_id=account.settings.get("app_id", ""),
            token=account.secrets.get("token", ""),
            aes_key=account.secrets.get("aes_key", ""),
        )
        if call.method == "GET":
            return HeardCall(answer=calls.echoed(call.query, keys))
        proven = calls.read(call.query, call.body, keys, now=now)
        heard = said(proven.fields)
        # The signature is right, so it is the account's name here that is wrong: nothing of it may get lost.
        strange = heard.account != account.settings.get("original_id")
        greeting = account.settings.get("greeting", "") if heard.kind == "subscribe" else ""
        incoming = _incoming(heard, account)
        first = account.settings.get("acknowledgement", "") if incoming else ""
        nonce = secrets.token_hex(8)
        return HeardCall(
            incoming=(incoming,) if incoming else (),
            files={heard.id: AwaitedFile(heard.media_id, heard.media_name)} if incoming and heard.media_id else {},
            doubts={heard.id: f"sent to {heard.account}, not to this account"} if incoming and strange else {},
            proof=proven.proof,
            answer=calls.answered(proven, greeting, keys, now=now, nonce=nonce),
            first_answer=calls.answered(proven, first, keys, now=now, nonce=nonce) if first else b"",
            answer_type=XML if greeting or first else "text/plain",
            once=heard.id,
            silence=calls.SILENCE,
        )


def _incoming(heard: Said, account: Account) -> Incoming | None:
    """Make a message of what was said, or of a press on the menu that the account gives words to."""
    text = heard.text
    if heard.kind == "menu":
        text = menu_words(account).get(heard.key, "")
    elif heard.kind != "message":
        return None
    if not text and not heard.media_id:
        return None
    return Incoming(
        channel="wechat",
        box=account.code,
        external_id=heard.id,
        sender=Sender(external_kind=f"wechat:{account.code}"[:40], external_value=heard.open_id),
        at=heard.at,
        text=text,
        facts=heard.facts | ({"menu": heard.key} if heard.kind == "menu" else {}),
    )


def menu_words(account: Account) -> dict[str, str]:
    """Read which words a press on the menu stands for: a line each, `KEY=words`."""
    lines = (line.partition("=") for line in account.settings.get("menu", "").splitlines())
    return {key.strip(): words.strip() for key, equals, words in lines if equals and words.strip()}
