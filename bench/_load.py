"""Send prepared requests over keep-alive connections as fast as they are answered; cheap enough to share the cores.

Every connection has one request in flight. Run as a process of its own: `python -m bench._load HOST PORT FILE SECONDS
IN_FLIGHT` reads length-prefixed requests from FILE and prints one JSON line.
"""

import json
import select
import socket
import struct
import sys
import time
from pathlib import Path


def requests_of(path: Path) -> list[bytes]:
    """Read length-prefixed requests."""
    raw, requests, at = path.read_bytes(), [], 0
    while at < len(raw):
        (size,) = struct.unpack_from("<I", raw, at)
        requests.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    return requests


def write_requests(path: Path, requests: list[bytes]) -> None:
    """Write length-prefixed requests."""
    with path.open("wb") as file:
        for request in requests:
            file.write(struct.pack("<I", len(request)) + request)


def http_post(path: str, token: str, body: bytes, *, key: str = "", content_type: str = "application/json") -> bytes:
    """Write one HTTP/1.1 request."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return (head + (f"Idempotency-Key: {key}\r\n" if key else "") + "\r\n").encode() + body


class Answer:
    """Collects one answer until its body is whole."""

    def __init__(self) -> None:
        self.raw = b""
        self.need = -1

    def feed(self, part: bytes) -> bool:
        """Add what came; True when the answer is whole."""
        self.raw += part
        if self.need < 0:
            end = self.raw.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = self.raw[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.need = end + 4 + length
        return len(self.raw) >= self.need


def run(host: str, port: int, requests: list[bytes], seconds: float, in_flight: int) -> dict[str, float]:
    """Send until time or requests run out. Returns counts, the rate of good answers and latency quantiles in ms."""
    poll = select.epoll()
    open_: dict[int, tuple[socket.socket, Answer, float]] = {}
    source, good, bad, took = iter(requests), 0, 0, []
    started = time.perf_counter()
    for _ in range(in_flight):
        line = socket.create_connection((host, port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(line, select.EPOLLIN)
        line.sendall(next(source))
        open_[line.fileno()] = (line, Answer(), time.perf_counter())
    until = started + seconds
    while open_:
        for number, _event in poll.poll(5):
            line, answer, sent_at = open_[number]
            part = line.recv(262_144)
            if part and not answer.feed(part):
                continue
            now = time.perf_counter()
            took.append(now - sent_at)
            if answer.raw[9:12] in (b"201", b"200"):
                good += 1
            else:
                bad += 1
                if bad == 1:
                    print(answer.raw[:600], file=sys.stderr)
            request = next(source, None) if now < until and part else None
            if request is None:
                poll.unregister(line)
                line.close()
                del open_[number]
            else:
                line.sendall(request)
                open_[number] = (line, Answer(), now)
    elapsed = time.perf_counter() - started
    took.sort()
    counts = {"good": good, "bad": bad, "seconds": elapsed, "rate": good / elapsed}
    return {**counts, "p50_ms": _quantile_ms(took, 0.5), "p99_ms": _quantile_ms(took, 0.99)}


def _quantile_ms(took: list[float], share: float) -> float:
    return round(took[min(int(len(took) * share), len(took) - 1)] * 1000, 2)


if __name__ == "__main__":
    host_, port_, file_, seconds_, in_flight_ = sys.argv[1:6]
    print(json.dumps(run(host_, int(port_), requests_of(Path(file_)), float(seconds_), int(in_flight_))))
