"""A carrier of messages of our own: a small HTTP server that checks a call as its documents say, and bad habits.

`habits` are taken one per call: `cut` (hangs up after the message was taken), `nonsense` (an answer nobody can read).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from steward.modules.messaging.ports import Sms

# What a carrier does with one call (path, headers in lower case, body): the status and body it answers.
Serve = Callable[[str, dict[str, str], bytes], tuple[int, bytes]]


def sms(**changes: Any) -> Sms:
    """Write a short message for it."""
    facts: dict[str, Any] = {
        "key": "0d7f9a8e-0000-4000-8000-000000000001",
        "to_phone": "+8613812345521",
        "text": "【Steward】订单 SO-1 已收到",
        "locale": "zh-hans",
        "template": "order_received",
        "values": {"house": "Steward", "order_number": "SO-1"},
        "approved_code": "449739",
    }
    return Sms(**(facts | changes))


class MessageCarrier:
    """The carrier, running in a thread. Use as a context manager; `address` is where it listens."""

    def __init__(self, serve: Serve) -> None:
        self.serve = serve
        self.habits: deque[str] = deque()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"carrier": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def address(self) -> str:
        """Say where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> MessageCarrier:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Handler(BaseHTTPRequestHandler):
    """What the carrier does with one request."""

    carrier: MessageCarrier

    def log_message(self, format: str, *args: object) -> None:
        """Keep silent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        habit = self.carrier.habits.popleft() if self.carrier.habits else ""
        status, answer = self.carrier.serve(self.path, headers, body)
        if habit == "cut":
            self.close_connection = True
            self.connection.close()
            return
        answer = b"<html>sorry</html>" if habit == "nonsense" else answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
