"""A program that calls the API."""

from __future__ import annotations

from typing import Any

import msgspec
from django.test import Client

from steward.modules.orders.rules.drafts import OrderDraft
from tests import make

NDJSON = "application/x-ndjson"
Answer = Any  # the test client adds `.json()` and more to what Django calls an HttpResponse
CLIENT = Client(raise_request_exception=False)  # one for all: each would load every middleware anew


class Caller:
    """Calls with a token of its own."""

    def __init__(
        self, *permissions: str, scopes: list[str] | None = None, language: str = "en", owner: str = "admin"
    ) -> None:
        secret = make.token(*(permissions or ["orders.view"]), scopes=scopes, owner=owner)
        self.secret = secret
        self._headers = {"authorization": f"Bearer {secret}"} | ({"accept-language": language} if language else {})

    def get(self, path: str, **query: Any) -> Answer:
        """Read."""
        return CLIENT.get(f"/api/v1/{path}", query, headers=self._headers)

    def post(self, path: str, body: Any = None, *, key: str = "", content_type: str = "application/json") -> Answer:
        """Change; `body` is bytes, or a value that becomes JSON."""
        raw = body if isinstance(body, bytes) else msgspec.json.encode({} if body is None else body)
        headers = self._headers | ({"idempotency-key": key} if key else {})
        return CLIENT.post(f"/api/v1/{path}", raw, content_type=content_type, headers=headers)

    def put(self, path: str, body: Any) -> Answer:
        """Replace."""
        raw = msgspec.json.encode(body)
        return CLIENT.put(f"/api/v1/{path}", raw, content_type="application/json", headers=self._headers)

    def patch(self, path: str, body: Any) -> Answer:
        """Replace."""
        raw = msgspec.json.encode(body)
        return CLIENT.patch(f"/api/v1/{path}", raw, content_type="application/json", headers=self._headers)


def order_body(number: str = "A-1", **changes: Any) -> bytes:
    """Return the body of a faultless order."""
    return msgspec.json.encode(make.draft(number, **changes))


def lines(*drafts: OrderDraft | bytes) -> bytes:
    """Return drafts as NDJSON."""
    return b"\n".join(one if isinstance(one, bytes) else msgspec.json.encode(one) for one in drafts)
