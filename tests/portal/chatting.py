"""A visitor's browser as the doors of the chat see it."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from steward.kernel import moment
from steward.modules.messaging.commands.accounts import save_account
from tests import make

SHOP = "http://127.0.0.1:8999"
FACTS = {"origins": SHOP, "start": "person", "contact": "no"}


def account(code: str = "site", **changes: str) -> None:
    """Let a shop show a chat."""
    save_account(make.TESTER, kind="chat", code=code, name="Shop", facts=FACTS | changes, now=moment.now())


class Visitor:
    """One browser: keeps its token, calls the doors."""

    def __init__(self, code: str = "site") -> None:
        self.client = Client()
        self.code = code
        self.token = ""

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """Call a door with JSON, or with a form where files go along."""
        if "data" in more:
            return self.client.post(self._at(path), more["data"], headers=self._headers())
        headers = self._headers() | more.get("headers", {})
        return self.client.post(
            self._at(path), json.dumps(body or {}), content_type="application/json", headers=headers
        )

    def get(self, path: str) -> Any:
        """Read from a door."""
        return self.client.get(self._at(path), headers=self._headers())

    def begin(self, **page: str) -> dict[str, Any]:
        """Begin, or go on."""
        given = {"page": f"{SHOP}/tents?mail=a@b.c", "title": "Tents", "language": "zh-CN"} | page
        answer = self.post("session", given)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        self.token = found["token"]
        return found

    def says(self, text: str, id_: str = "message-1") -> Any:
        """Write a message."""
        return self.post("messages", {"id": id_, "text": text})

    def lines(self) -> list[tuple[str, str]]:
        """Read what this browser is shown: kind and words, or kind and code."""
        return [(line["kind"], line["text"] or line["code"]) for line in self.get("history").json()["lines"]]

    def _at(self, path: str) -> str:
        return f"/chat/{self.code}/{path}"

    def _headers(self) -> dict[str, str]:
        language = {"x-chat-language": "zh-hans"}
        return language | ({"authorization": f"Bearer {self.token}"} if self.token else {})
