"""Answer customers on WeChat by customer service messages: words in parts of what fits, files as WeChat takes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from steward.connectors.wechat.answers import reason
from steward.connectors.wechat.client import WechatClient
from steward.modules.messaging.ports import FileGone, Receipt

NAME = "wechat"
LONGEST_BYTES = 2_000  # WeChat takes 2,048 bytes of text
# Source: “within 48 hours of the customer's last message”, Service_Center_messages.html
WINDOW = timedelta(hours=48)
KINDS = {"image/jpeg": "image", "image/png": "image", "image/gif": "image", "video/mp4": "video", "audio/amr": "voice"}


class WechatCarrier:
    """Hands answers to one official account. Sent twice they arrive twice, so it is not idempotent."""

    name = NAME
    is_idempotent = False
    leaves_the_house = True

    def __init__(self, client: WechatClient) -> None:
        self._client = client

    def send(
        self,
        *,
        open_id: str,
        text: str,
        files: tuple[tuple[str, str, bytes], ...] = (),
        last_heard_at: datetime | None,
        now: datetime,
    ) -> Receipt:
        """Hand one answer over: its words, then its files (name, media type, content).

        Where a part went out and a later one did not, nobody should send the whole again: the fate is open.
        """
        if last_heard_at is not None and now - last_heard_at > WINDOW:
            return Receipt("refused", detail=reason(45015))
        if strange := [name for name, media_type, _content in files if media_type not in KINDS]:
            return Receipt("refused", detail=_("WeChat takes pictures, films and voice only: %s.") % ", ".join(strange))
        try:
            contents = [*_texts(open_id, text), *self._files(open_id, files)]
        except FileGone as error:
            return Receipt("refused" if error.final else "retry", detail=str(error))
        return self._all(contents)

    def _files(self, open_id: str, files: tuple[tuple[str, str, bytes], ...]) -> Iterator[dict[str, Any]]:
        """Hand files over before any word is said. Raises: FileGone."""
        for name, media_type, content in files:
            kind = KINDS[media_type]
            media = {"media_id": self._client.upload(kind, name, content)}
            yield {"touser": open_id, "msgtype": kind, kind: media | ({"title": name} if kind == "video" else {})}

    def _all(self, contents: list[dict[str, Any]]) -> Receipt:
        told = Receipt("refused", detail="nothing to say")
        for place, content in enumerate(contents):
            told = self._client.send(content)
            if told.outcome != "sent":
                parts = f"{place} of {len(contents)} parts were sent; {told.detail}"
                return Receipt("unknown", detail=parts) if place else told
        return told


def _texts(open_id: str, text: str) -> Iterator[dict[str, Any]]:
    for part in portions(text):
        yield {"touser": open_id, "msgtype": "text", "text": {"content": part}}


def portions(text: str, *, longest_bytes: int = LONGEST_BYTES) -> Iterator[str]:
    """Cut a text into parts that fit, at the end of a line or a space where there is one, never inside a character."""
    rest = text.strip()
    while len(encoded := rest.encode()) > longest_bytes:
        fitting = encoded[:longest_bytes].decode(errors="ignore")
        cut = max(fitting.rfind("\n"), fitting.rfind(" "), fitting.rfind("。") + 1)
        part = fitting[: cut if cut > len(fitting) // 2 else len(fitting)]
        yield part.rstrip()
        rest = rest[len(part) :].lstrip()
    if rest:
        yield rest
