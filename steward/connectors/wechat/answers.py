"""What WeChat's error codes mean for a message: may it work later, will it never, and what a person does about it.

Source: https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from steward.modules.messaging.ports import Receipt

# The token is no longer good, although its time is not over: another one may help.
STALE_TOKEN = frozenset({40001, 40014, 42001})
# Busy, counted out for today or this minute, not reachable from here until somebody mends the account's settings.
LATER = frozenset({-1, 45009, 45011, 40164, 40013, 40125, 48004, 50002, 61007})


def reason(code: int) -> str:
    """Say what a final refusal means and what to do; empty where WeChat's own words have to do."""
    if code == 45015:
        return _("The customer last wrote more than 48 hours ago (or left the account): WeChat lets no answer through.")
    if code == 45047:
        return _("WeChat lets no more answers through until the customer writes again.")
    if code in (43004, 40003):
        return _("The customer does not follow the account any more.")
    if code in (45002, 40058):
        return _("WeChat does not take a message of this length or shape.")
    if code in (48001, 50001):
        return _("The account may not send customer service messages; ask for the right at WeChat.")
    if code in (45157, 87014):
        return _("WeChat holds the content to be unlawful and does not pass it on.")
    return ""


def receipt(told: Mapping[str, Any]) -> Receipt:
    """Turn an answer into what became of the message. Sent only where WeChat says 0; a stale token is tried again."""
    code = told.get("errcode", 0)
    if not isinstance(code, int):
        return Receipt("unknown", detail="unreadable answer")
    detail = f"{code} {told.get('errmsg', '')}"[:200]
    if code == 0:
        return Receipt("sent", reference=str(told.get("msgid", "")), detail=detail)
    if code in LATER or code in STALE_TOKEN:
        return Receipt("retry", detail=detail)
    return Receipt("refused", detail=f"{words} ({detail})" if (words := reason(code)) else detail)
