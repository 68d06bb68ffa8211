"""Sign requests to a provider: method, path, time and body, keyed with the secret both sides know.

The first line keeps a request from ever passing for one of the provider's callbacks, which the same secret signs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

DOMAIN = b"steward-request-v1"
TIMESTAMP, SIGNATURE = "steward-timestamp", "steward-signature"


def signature(secret: bytes, *, method: str, path: str, timestamp: str, body: bytes) -> str:
    """Compute the signature of one request."""
    head = b"\n".join([DOMAIN, method.encode(), path.encode(), timestamp.encode(), b""])
    return base64.b64encode(hmac.new(secret, head + body, hashlib.sha256).digest()).decode()
