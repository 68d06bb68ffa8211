"""Check who calls: Twilio signs the address and the sorted form with the account's token.

Source: https://www.twilio.com/docs/usage/security
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping


def signature(url: str, form: Mapping[str, str], *, secret: str) -> str:
    """Sign a call as Twilio does: HMAC-SHA1 over the whole address and each name and value, sorted by name."""
    signed = url + "".join(f"{name}{value}" for name, value in sorted(form.items()))
    return base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()
