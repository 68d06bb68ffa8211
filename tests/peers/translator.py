"""A translating server of our own: answers in both shapes, turns letters round, and remembers what it was sent."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Translator:
    """The server, in a thread. `status` and `body` are answered instead, where they are set."""

    status: int = 200
    body: bytes | None = None
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)

    def __enter__(self) -> Translator:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"translator": self}))
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


class Handler(BaseHTTPRequestHandler):
    """What the server does with one request."""

    translator: Translator

    def log_message(self, format: str, *args: object) -> None:
        """Keep silent."""

    def do_POST(self) -> None:
        """Answer in the shape of the address."""
        wish = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.translator.asked.append((self.path, wish, headers))
        if self.path == "/translate":
            told: dict[str, Any] = {"translatedText": f"<{wish['target']}> {wish['q']}"}
        else:
            said = wish["messages"][-1]["content"]
            told = {"choices": [{"message": {"role": "assistant", "content": f"<model> {said}"}}]}
        body = json.dumps(told).encode() if self.translator.body is None else self.translator.body
        self.send_response(self.translator.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
