"""Answer customers on WeChat by customer service messages: words in parts of what fits, files as WeChat takes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from steward.connectors.wechat.answers import reason
from steward.connectors.wechat.client import WechatClient
from steward.modules.messaging.ports import FileGone, Receipt, Reply, ReplyFile

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

    def send(self, reply: Reply, *, now: datetime) -> Receipt:
        """Hand one answer over: its words, then its files.

        Where a part went out and a later one did not, nobody should send the whole again: the fate is open.
        """
        if reply.last_heard_at is not None and now - reply.last_heard_at > WINDOW:
            return Receipt("refused", detail=reason(45015))
        if strange := [file.filename for file in reply.files if file.media_type not in KINDS]:
            words = _("WeChat takes pictures, films and voice only: %(files)s.")
            return Receipt("refused", detail=words % {"files": ", ".join(strange)})
        open_id = reply.to.external_value
        try:
            contents = [*_texts(open_id, reply.text), *self._files(open_id, reply.files)]
        except FileGone as error:
            return Receipt("refused" if error.final else "retry", detail=str(error))
        return self._all(contents)

    def _files(self, open_id: str, files: tuple[ReplyFile, ...]) -> Iterator[dict[str, Any]]:
        """Hand files over before any word is said. Raises: FileGone."""
        for file in files:
            kind = KINDS[file.media_type]
            media = {"media_id": self._client.upload(kind, file.filename, file.content)}
            more = {"title": file.filename} if kind == "video" else {}
            yield {"touser": open_id, "msgtype": kind, kind: media | more}

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
