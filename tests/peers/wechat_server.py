"""WeChat, as far as an official account sees it: a small HTTP server with tokens that end, and calls it would make.

It answers errors as WeChat does: HTTP 200 and an `errcode`.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from steward.connectors.wechat import sealing
from steward.connectors.wechat.signing import signature

APP_ID, SECRET, TOKEN = "wx5823bf96d3bd56c7", "app-secret", "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
ACCOUNT, MEI = "gh_680bdefc8c5d", "oIDrpjqASyTPnxRmpS9O_ruZGsfk"


def text_xml(text: str, *, id_: str = "4561255354251345929", at: int, sender: str = MEI) -> str:
    """Write a message of words as WeChat does."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>\n<FromUserName><![CDATA[{sender}]]></FromUserName>\n"
        f"<CreateTime>{at}</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[{text}]]></Content>\n"
        f"<MsgId>{id_}</MsgId>\n</xml>"
    )


def call(message: str, *, at: int, nonce: str = "1320562132", token: str = TOKEN) -> tuple[str, bytes]:
    """Sign a call in plain mode; returns query and body."""
    query = {"signature": signature(token, str(at), nonce), "timestamp": str(at), "nonce": nonce, "openid": MEI}
    return urlencode(query), message.encode()


def sealed_call(message: str, *, at: int, nonce: str = "1320562132", app_id: str = APP_ID) -> tuple[str, bytes]:
    """Seal and sign a call in AES mode; returns query and body."""
    cipher_text = sealing.sealed(message.encode(), key=sealing.key_of(AES_KEY), app_id=app_id)
    query = {
        "signature": signature(TOKEN, str(at), nonce),
        "timestamp": str(at),
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": signature(TOKEN, str(at), nonce, cipher_text),
    }
    body = f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{cipher_text}]]></Encrypt></xml>"
    return urlencode(query), body.encode()


@dataclass
class WechatServer:
    """The server, in a thread. `errors` are answered to the next messages, one each; `sent` is what it passed on."""

    errors: deque[int] = field(default_factory=deque)
    sent: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    good_token: str = ""
    tokens_given: int = 0

    def __enter__(self) -> WechatServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"wechat": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Say where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def new_token(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Give a token to who knows the account's secret."""
        if wish.get("appid") != APP_ID:
            return {"errcode": 40013, "errmsg": "invalid appid"}
        if wish.get("secret") != SECRET:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        self.tokens_given += 1
        self.good_token = f"token-{self.tokens_given}"
        return {"access_token": self.good_token, "expires_in": 7200}

    def fault(self, query: dict[str, list[str]]) -> dict[str, Any] | None:
        """Name why a call is not served."""
        if query.get("access_token") != [self.good_token]:
            return {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"}
        if self.errors:
            code = self.errors.popleft()
            return {"errcode": code, "errmsg": "as told"} if code else None
        return None


class Handler(BaseHTTPRequestHandler):
    """What WeChat does with one request."""

    wechat: WechatServer

    def log_message(self, format: str, *args: object) -> None:
        """Keep silent."""

    def do_POST(self) -> None:
        """Give a token, pass a message on or take a file."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path)
        if path.path == "/cgi-bin/stable_token":
            self._say(self.wechat.new_token(json.loads(body)))
        elif fault := self.wechat.fault(parse_qs(path.query)):
            self._say(fault)
        elif path.path == "/cgi-bin/media/upload":
            self.wechat.uploads.append(body)
            self._say({"type": "image", "media_id": f"up-{len(self.wechat.uploads)}", "created_at": 1348831860})
        else:
            self.wechat.sent.append(json.loads(body))
            self._say({"errcode": 0, "errmsg": "ok"})

    def do_GET(self) -> None:
        """Give a file, or say where a film lies."""
        path = urlsplit(self.path)
        query = parse_qs(path.query)
        if path.path == "/film.mp4":
            self._give(b"\x00\x00\x00\x18ftypmp42", {"Content-Type": "video/mp4"})
        elif fault := self.wechat.fault(query):
            self._say(fault)
        elif query["media_id"][0].startswith("film:"):
            self._say({"video_url": query["media_id"][0].removeprefix("film:")})
        elif found := self.wechat.media.get(query["media_id"][0]):
            self._give(found[1], {"Content-disposition": f'attachment; filename="{found[0]}"'})
        else:
            self._say({"errcode": 40007, "errmsg": "invalid media_id"})

    def _say(self, told: dict[str, Any]) -> None:
        self._give(json.dumps(told).encode(), {"Content-Type": "application/json; encoding=utf-8"})

    def _give(self, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
