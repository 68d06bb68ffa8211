"""What the payment providers of tests share: an HTTP server with a ledger and every bad habit.

`habits` are taken one per refund that is asked for, first come first served: `late` (answers after the caller gave up,
the money moved), `cut` (hangs up after the money moved), `lost` (hangs up before anything moved), `error` (500, nothing
moved), `error_after` (500, the money moved), `pending`, `refuse`, `refuse_after` (the money moved), `poor` (the
merchant's account is empty), `busy`, `other_amount`, `nonsense`, `forged` (signed with a stranger's key), `unsigned`.
While it is `down` it hangs up on everybody. Whatever the habit, a key moves money once.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec import Struct

CHINA = timezone(timedelta(hours=8))


class Asked(Struct, frozen=True):
    """A request as it came."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Said(Struct, frozen=True):
    """An answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}


class Pay(Struct):
    """A payment the provider took."""

    name: str
    amount_minor: int
    number: str
    at: datetime


class Back(Struct):
    """A refund the provider made, or is about to make."""

    key: str
    name: str
    payment: Pay
    amount_minor: int
    at: datetime
    state: str


@cache
def key_pair(whose: str) -> tuple[rsa.RSAPrivateKey, str, str]:
    """Make somebody's key: to sign with, and both halves as text."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key, private.decode(), public.decode()


class Merchants(ABC):
    """A provider, running in a thread. Use as a context manager; `address` is where it listens."""

    path = ""
    prefix = "R"
    currency = "cny"

    def __init__(self, *, late_s: float = 3.0) -> None:
        self.late_s = late_s
        self.habits: deque[str] = deque()
        self.payments: dict[str, Pay] = {}
        self.backs: dict[str, Back] = {}
        self.moved: list[tuple[str, int]] = []
        self.calls: list[str] = []
        self.forged = 0
        self.down = False
        self.habit = ""
        self.at_moved: Callable[[], None] = lambda: None
        self.at_heard: Callable[[], None] = lambda: None
        self.lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        """Say where it listens; before it runs that is where nobody does."""
        return f"http://127.0.0.1:{self._server.server_port if self._server else 9}{self.path}"

    @property
    @abstractmethod
    def fields(self) -> dict[str, str]:
        """Say what a merchant has to be told."""

    def __enter__(self) -> Self:
        self._server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"peer": self}))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def charge(self, name: str, amount_minor: int, number: str = "SO-2026-000007") -> None:
        """Let a customer have paid."""
        self.payments[name] = Pay(name, amount_minor, number, datetime.now(UTC).replace(microsecond=0))

    def pay_back(self, key: str, payment: Pay | None, amount_minor: int, habit: str) -> Back | None:
        """Pay back once per key; a payment never gives back more than it took: then None."""
        with self.lock:
            if key in self.backs:
                return self.backs[key]
            given = sum(one.amount_minor for one in self.backs.values() if one.payment is payment)
            if payment is None or habit == "refuse" or given + amount_minor > payment.amount_minor:
                return None
            paid_minor = amount_minor - int(habit == "other_amount")
            at = datetime.now(UTC).replace(microsecond=0)
            state = "pending" if habit == "pending" else "succeeded"
            self.backs[key] = Back(key, f"{self.prefix}{len(self.backs) + 1:04}", payment, paid_minor, at, state)
            if state == "succeeded":
                self.moved.append((key, paid_minor))
            return None if habit == "refuse_after" else self.backs[key]

    def finish(self, key: str) -> None:
        """Pay a pending refund out."""
        with self.lock:
            back = self.backs[key]
            if back.state == "pending":
                back.state = "succeeded"
                self.moved.append((key, back.amount_minor))

    @abstractmethod
    def kind_of(self, asked: Asked) -> str:
        """Name what a request is about; `refund` takes a habit."""

    @abstractmethod
    def answer(self, kind: str, asked: Asked, habit: str) -> Said:
        """Answer a request whose sender is proven."""

    @abstractmethod
    def is_known(self, asked: Asked) -> bool:
        """Tell whether a request comes from our merchant."""

    def stranger(self) -> Said:
        """Answer who cannot prove who they are."""
        return Said(401, b"{}")


class Server(ThreadingHTTPServer):
    """Takes it as it comes when a caller is gone: some are killed."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say what went wrong, unless the caller went away."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            traceback.print_exc()


class Handler(BaseHTTPRequestHandler):
    """What a provider does with one request."""

    peer: Merchants
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Keep silent."""

    def do_POST(self) -> None:
        self._do()

    def do_GET(self) -> None:
        self._do()

    def _do(self) -> None:
        peer = self.peer
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if peer.down:
            peer.calls.append("down")
            self._hang_up()
            return
        path, _mark, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, path, query, headers, body)
        if not peer.is_known(asked):
            peer.forged += 1
            self._say(peer.stranger())
            return
        kind = peer.kind_of(asked)
        peer.calls.append(kind)
        habit = peer.habits.popleft() if kind == "refund" and peer.habits else ""
        if kind == "refund":
            peer.at_heard()
        if habit == "lost":
            self._hang_up()
        elif habit == "error":
            self._say(Said(500, b"oops"))
        else:
            self._behave(kind, asked, habit)

    def _behave(self, kind: str, asked: Asked, habit: str) -> None:
        peer = self.peer
        said = peer.answer(kind, asked, habit)
        if kind == "refund":
            peer.at_moved()
        if habit == "late":
            time.sleep(peer.late_s)
        if habit in ("late", "cut"):
            self._hang_up()
        elif habit == "error_after":
            self._say(Said(500, b"oops"))
        elif habit == "nonsense":
            self._say(Said(200, b'{"status": "perhaps"}'))
        else:
            self._say(said)

    def _say(self, said: Said) -> None:
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()


def as_china(at: datetime) -> str:
    """Write a time as Chinese providers do."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def yuan(amount_minor: int) -> str:
    """Write an amount."""
    return f"{amount_minor // 100}.{amount_minor % 100:02}"


Facts = dict[str, Any]
