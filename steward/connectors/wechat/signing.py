"""Know WeChat by what it signs: SHA-1 over the sorted parts, one of them the token both sides know.

Source: https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Access_Overview.html
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

WINDOW_S = 300


def signature(*parts: str) -> str:
    """Sign parts as WeChat does: sorted, joined, SHA-1 in hexadecimal."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(given: str, *parts: str) -> bool:
    """Tell whether who calls knows all parts; compared in constant time."""
    return hmac.compare_digest(given.encode(), signature(*parts).encode())


def is_fresh(timestamp: str, *, now: datetime, window_s: int = WINDOW_S) -> bool:
    """Tell whether a call was signed within so many seconds of now, so that an old one cannot be played again."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= window_s
