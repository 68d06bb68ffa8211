"""Speak ClamAV's protocol: one file per connection, in pieces, one line back.

Source: clamd(8), command INSTREAM.
"""

from __future__ import annotations

import socket
import struct

from steward.modules.messaging.ports import Verdict

PIECE_BYTES = 65_536
TIMEOUT_S = 20
LONGEST_ANSWER = 4_096


class ClamdScanner:
    """Asks the daemon at `unix:/path` or `host:port`. Satisfies the port `Scanner`."""

    name = "clamd"

    def __init__(self, address: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._address = address
        self._timeout_s = timeout_s

    def scan(self, content: bytes) -> Verdict:
        """Look at a file; a daemon that cannot be asked leaves it unscanned."""
        try:
            answer = self._asked(content)
        except (OSError, ValueError) as error:
            return Verdict("unscanned", f"{type(error).__name__}: {error}")
        return read_answer(answer)

    def _asked(self, content: bytes) -> str:
        with self._connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE_BYTES):
                piece = content[start : start + PIECE_BYTES]
                connection.sendall(struct.pack("!L", len(piece)) + piece)
            connection.sendall(struct.pack("!L", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
                piece = connection.recv(LONGEST_ANSWER)
                if not piece:
                    break
                answer += piece
        return answer.rstrip(b"\0\n").decode("utf-8", "replace")

    def _connected(self) -> socket.socket:
        if self._address.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self._timeout_s)
            try:
                connection.connect(self._address.removeprefix("unix:"))
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = self._address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=self._timeout_s)


def read_answer(answer: str) -> Verdict:
    """Read the daemon's line: `stream: OK`, `stream: NAME FOUND`, or an error."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Verdict("clean")
    if said.endswith(" FOUND"):
        return Verdict("infected", said.removesuffix(" FOUND"))
    return Verdict("unscanned", said or "no answer")
