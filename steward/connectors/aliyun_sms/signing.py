"""Sign a call of Aliyun's RPC style.

Source: https://www.alibabacloud.com/help/en/sms/signature-method
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote


def encoded(text: str) -> str:
    """Percent-encode as RFC 3986 says: everything but letters, digits and `-_.~`."""
    return quote(text, safe="-_.~")


def signature(parameters: Mapping[str, str], *, method: str, secret: str) -> str:
    """Sign sorted, encoded parameters with HMAC-SHA1 under the access key's secret and an ampersand."""
    canonical = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sorted(parameters.items()))
    to_sign = f"{method}&{encoded('/')}&{encoded(canonical)}"
    digest = hmac.new(f"{secret}&".encode(), to_sign.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
