"""A receiver of webhooks on the loopback that answers what a test asks and keeps what came."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """What came, and what is answered next (200 when nothing is left)."""

    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    url: str = ""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a receiver for the block."""
    peer = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep the request and answer."""
            body = self.rfile.read(int(self.headers["content-length"]))
            peer.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = peer.statuses.pop(0) if peer.statuses else 200
            self.send_response(status)
            if status == 302:
                self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(b"said the receiver")

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    peer.url = f"http://127.0.0.1:{server.server_address[1]}/hook?a=1"
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
