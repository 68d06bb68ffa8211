"""Post over HTTP to an address that was looked at: the name is resolved once, judged, and that very address called.

So a name that answers with a public address first and a private one later gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from urllib.parse import SplitResult, urlsplit

from steward.modules.messaging.ports import Answer
from steward.modules.messaging.rules import webhooks

TIMEOUT_S = 10.0
READ_AT_MOST = 300


class HttpPoster:
    """Posts and tells what was answered."""

    def __init__(self, *, private_allowed: bool, timeout_s: float = TIMEOUT_S, ca_file: str | None = None) -> None:
        self._private_allowed = private_allowed
        self._timeout_s = timeout_s
        self._ca_file = ca_file

    def post(self, url: str, *, headers: dict[str, str], body: bytes) -> Answer:
        """Post once; what cannot be reached, or must not be, is an answer with status 0."""
        begun = time.monotonic()
        if fault := webhooks.url_fault(url, private_allowed=self._private_allowed):
            return Answer(0, f"refused here: {fault}", 0)
        try:
            status, text = self._answered(urlsplit(url), headers, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            status, text = 0, f"{type(error).__name__}: {error}"
        return Answer(status, text, int((time.monotonic() - begun) * 1000))

    def _answered(self, parts: SplitResult, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = self._judged(host, port)
        connection = self._connection(parts.scheme, host, port, address)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(READ_AT_MOST).decode("utf-8", "replace").strip()
        finally:
            connection.close()

    def _judged(self, host: str, port: int) -> str:
        """Resolve a name. Raises: PermissionError when any of its addresses is not to be called; OSError."""
        found = list(
            dict.fromkeys(str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        )
        if not all(webhooks.is_reachable(address, private_allowed=self._private_allowed) for address in found):
            raise PermissionError("the address is private or reserved; webhooks go to public addresses only")
        return found[0]

    def _connection(self, scheme: str, host: str, port: int, address: str) -> http.client.HTTPConnection:
        """Connect to the judged address; the certificate is still checked against the name."""
        line = socket.create_connection((address, port), timeout=self._timeout_s)
        connection = http.client.HTTPConnection(host, port, timeout=self._timeout_s)
        if scheme == "https":
            context = ssl.create_default_context(cafile=self._ca_file)
            try:
                line = context.wrap_socket(line, server_hostname=host)
            except OSError:
                line.close()
                raise
        connection.sock = line
        return connection
