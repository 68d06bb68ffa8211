"""A shop's page on another origin, with a strict content policy of its own and nothing but our one script."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>双人帐篷</title></head>
<body><h1>双人帐篷</h1><script src="{house}/chat/{code}.js" async></script></body></html>"""


@contextmanager
def shop(house: str, code: str) -> Iterator[str]:
    """Serve the page; yields its origin."""
    policy = f"default-src 'none'; script-src {house}; frame-src {house}; base-uri 'none'"

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.startswith("/tents")
            body = PAGE.format(house=house, code=code).encode() if found else b""
            self.send_response(200 if found else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
