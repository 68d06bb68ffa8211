"""Call Stripe: forms in, JSON out, over TLS with the account's secret key.

Source: https://docs.stripe.com/api (authentication, errors, idempotent requests, versioning).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from steward.connectors.paying import LARGEST_BILL_BYTES, Broken, call
from steward.modules.payments.ports import Access, UnfitKey

VERSION = "2024-06-20"  # what answers look like; Stripe keeps each version as it was


class Client:
    """One account at Stripe."""

    def __init__(self, address: str, secret_key: str) -> None:
        self._address = address.rstrip("/")
        self._headers = {"Authorization": f"Bearer {secret_key}", "Stripe-Version": VERSION}

    def told(
        self, method: str, path: str, facts: Sequence[tuple[str, str]] = (), *, key: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """Call and return status and answer; `key` makes it count once. Raises: Broken."""
        form = urlencode(facts)
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            heard = call(method, self._address + path, headers=headers, body=form.encode())
        else:
            url = f"{self._address}{path}?{form}" if form else self._address + path
            heard = call(method, url, headers=headers, largest_bytes=LARGEST_BILL_BYTES)
        try:
            return heard.status, msgspec.json.decode(heard.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Broken(f"http_{heard.status}") from error


def opened(access: Access) -> Client:
    """Open an account. Raises: UnfitKey."""
    for name in ("secret_key", "webhook_secret"):
        text = access.fields.get(name, "")
        if not (text.isascii() and text.isprintable() and text.strip() == text and len(text) >= 8):
            raise UnfitKey(field=name)
    return Client(access.address, access.fields["secret_key"])
