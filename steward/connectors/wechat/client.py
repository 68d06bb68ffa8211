"""Speak with WeChat: access tokens, customer service messages, media up and down.

Source: https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/getStableAccessToken.html,
…/Message_Management/Service_Center_messages.html, …/Asset_Management/Get_temporary_materials.html
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from steward.connectors.calling import Heard, Lost, NotHeard, ask
from steward.connectors.wechat.answers import STALE_TOKEN, receipt
from steward.modules.messaging.ports import FileGone, Receipt, TokenKeeper

ADDRESS = "https://api.weixin.qq.com"
JSON = {"Content-Type": "application/json; charset=utf-8"}
LARGEST_MEDIA_BYTES = 20 * 1024 * 1024
MEDIA_HOSTS = (".qq.com", ".qpic.cn")
# A token is asked for anew some minutes before its end, so that none ends on its way.
EARLY_S = 300
LOOKS, LOOK_S = 10, 0.2
FILE_NAME = re.compile(r'filename="?([^";\r\n]{1,120})"?')


class NoToken(Exception):
    """Report that there is no access token now, and why."""


class WechatClient:
    """One official account at WeChat. Messages sent twice arrive twice."""

    def __init__(self, *, app_id: str, secret: str, tokens: TokenKeeper, address: str = "") -> None:
        self._app_id = app_id
        self._secret = secret
        self._tokens = tokens
        self._address = (address or ADDRESS).rstrip("/")

    def send(self, content: Mapping[str, Any]) -> Receipt:
        """Hand one customer service message over; where the token has ended meanwhile, once more with a new one."""
        body = msgspec.json.encode(content)
        told: Receipt = Receipt("retry", detail="no access token")
        for _ in range(2):
            try:
                token = self.token()
            except NoToken as error:
                return Receipt("retry", detail=f"no access token: {error}")
            try:
                heard = self._post("/cgi-bin/message/custom/send", token, JSON, body)
            except NotHeard as error:
                return Receipt("retry", detail=f"no connection: {error}")
            except Lost as error:
                return Receipt("unknown", detail=f"lost while sending: {error}")
            answer = _object(heard.body)
            if answer is None:
                return Receipt("retry" if heard.status in (429, 503) else "unknown", detail=f"http {heard.status}")
            told = receipt(answer)
            if answer.get("errcode") not in STALE_TOKEN:
                return told
            self._tokens.drop(token)
        return told

    def upload(self, kind: str, filename: str, content: bytes) -> str:
        """Hand a picture, voice or film over for three days; return its media id. Raises: FileGone."""
        boundary = secrets.token_hex(16)
        safe = re.sub(r'["\r\n\\]', "_", filename) or "file"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="media"; filename="{safe}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        answer = self._media_answer("POST", "/cgi-bin/media/upload", {"type": kind}, headers, body)
        told = _object(answer.body) or {}
        if media_id := told.get("media_id"):
            return str(media_id)
        raise FileGone(f"{told.get('errcode', answer.status)} {told.get('errmsg', '')}", final=_is_final(told))

    def fetch(self, media_id: str) -> tuple[str, bytes]:
        """Fetch a file by its media id; return its name (may be empty) and content. Raises: FileGone."""
        answer = self._media_answer("GET", "/cgi-bin/media/get", {"media_id": media_id}, {}, None)
        told = _object(answer.body) if answer.body[:1] == b"{" else None
        if told and (film := told.get("video_url")):
            return "", self._film(str(film))
        if told and "errcode" in told:
            raise FileGone(f"{told['errcode']} {told.get('errmsg', '')}", final=_is_final(told))
        if answer.status != 200 or not answer.body:
            raise FileGone(f"http {answer.status}", final=False)
        name = FILE_NAME.search(answer.headers.get("content-disposition", ""))
        return (name.group(1) if name else ""), answer.body

    def token(self) -> str:
        """Return a token that is good for now; of all processes one asks for a new one. Raises: NoToken."""
        for _ in range(LOOKS):
            if known := self._tokens.current():
                return known
            if self._tokens.claim():
                return self._new_token()
            time.sleep(LOOK_S)
        raise NoToken("another process asks for one")

    def _new_token(self) -> str:
        wish = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret}
        wish["force_refresh"] = self._tokens.was_dropped()  # type: ignore[assignment]
        try:
            heard = ask("POST", f"{self._address}/cgi-bin/stable_token", headers=JSON, body=msgspec.json.encode(wish))
        except (NotHeard, Lost) as error:
            self._tokens.give_up()
            raise NoToken(str(error)) from error
        told = _object(heard.body) or {}
        token, lives_s = told.get("access_token"), told.get("expires_in")
        if not isinstance(token, str) or not isinstance(lives_s, int) or not token:
            self._tokens.give_up()
            raise NoToken(f"{told.get('errcode', heard.status)} {told.get('errmsg', '')}"[:200])
        self._tokens.keep(token, lives_s=max(lives_s - EARLY_S, 1))
        return token

    def _post(self, path: str, token: str, headers: Mapping[str, str], body: bytes) -> Heard:
        return ask("POST", f"{self._address}{path}?{urlencode({'access_token': token})}", headers=headers, body=body)

    def _media_answer(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes | None
    ) -> Heard:
        """Ask for or hand over a file, once more with a new token where the first had ended. Raises: FileGone."""
        for attempt in range(2):
            try:
                token = self.token()
                url = f"{self._address}{path}?{urlencode({'access_token': token, **query})}"
                heard = ask(method, url, headers=headers, body=body, largest_bytes=LARGEST_MEDIA_BYTES)
            except (NoToken, NotHeard, Lost) as error:
                raise FileGone(str(error), final=False) from error
            told = _object(heard.body) if heard.body[:1] == b"{" else None
            if attempt or not told or told.get("errcode") not in STALE_TOKEN:
                return heard
            self._tokens.drop(token)
        return heard

    def _film(self, url: str) -> bytes:
        """Fetch a film from where WeChat keeps it, and from nowhere else. Raises: FileGone."""
        host = urlsplit(url).hostname or ""
        if host != urlsplit(self._address).hostname and not host.endswith(MEDIA_HOSTS):
            raise FileGone(f"not a place of WeChat: {host[:80]}", final=True)
        try:
            heard = ask("GET", url, headers={}, largest_bytes=LARGEST_MEDIA_BYTES)
        except (NotHeard, Lost) as error:
            raise FileGone(str(error), final=False) from error
        if heard.status != 200:
            raise FileGone(f"http {heard.status}", final=heard.status in (403, 404, 410))
        return heard.body


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _is_final(told: Mapping[str, Any]) -> bool:
    """Tell whether a file is gone for good: an unknown or ended media id, or a shape WeChat does not take."""
    return told.get("errcode") in (40007, 40004, 40005, 40006, 45001, 41006)
