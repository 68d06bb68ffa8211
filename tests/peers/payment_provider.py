"""A payment provider of our own: a small HTTP server with a ledger, signed both ways, and every bad habit.

`habits` are taken one per call of a refund, first come first served: `late` (answers after the caller gave up, the
money moved), `cut` (hangs up after the money moved), `lost` (hangs up before anything moved), `error` (500, nothing
moved), `error_after` (500, the money moved), `pending`, `refuse`, `other_amount`, `nonsense`.
Whatever the habit, a key moves money once.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from steward.connectors.payment_gateway.signing import SIGNATURE, TIMESTAMP, signature

MOVES = frozenset({"", "late", "cut", "error_after", "other_amount", "nonsense"})


class PaymentProvider:
    """The provider, running in a thread. Use as a context manager; `address` is where it listens."""

    def __init__(self, secret: bytes, *, late_s: float = 3.0) -> None:
        self.secret = secret
        self.late_s = late_s
        self.habits: deque[str] = deque()
        self.charges: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.moved: list[tuple[str, int]] = []
        self.calls: list[str] = []
        self.forged = 0
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"provider": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def address(self) -> str:
        """Say where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> PaymentProvider:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def charge(self, transaction: str, amount_minor: int, currency: str = "CNY", **named: str) -> None:
        """Let a customer have paid; `named` is what the order was called."""
        self.charges[transaction] = {
            "status": "succeeded",
            "transaction": transaction,
            "amount_minor": amount_minor,
            "currency": currency,
            "happened_at": datetime.now(UTC).isoformat(),
            **named,
        }

    def carry_out(self, order: dict[str, Any], habit: str) -> dict[str, Any]:
        """Pay back once per key; a charge never gives back more than it took."""
        with self.lock:
            key = order["key"]
            if key in self.refunds:
                return self.refunds[key]
            told: dict[str, Any]
            if habit == "refuse" or not self._covers(order):
                told = {"status": "refused", "code": "not_enough_money"}
            elif habit == "pending":
                told = self._told(order, "pending")
            else:
                told = self._told(order, "succeeded")
                told["amount_minor"] -= int(habit == "other_amount")
                self.moved.append((key, told["amount_minor"]))
            self.refunds[key] = told | {"payment": order["payment"]}
            return self.refunds[key]

    def finish(self, key: str) -> dict[str, Any]:
        """Pay a pending refund out; return what a callback would say."""
        with self.lock:
            told = self.refunds[key]
            if told["status"] == "pending":
                told["status"] = "succeeded"
                self.moved.append((key, told["amount_minor"]))
            return told

    def _told(self, order: dict[str, Any], status: str) -> dict[str, Any]:
        return {
            "status": status,
            "transaction": f"PR-{order['key']}",
            "amount_minor": order["amount_minor"],
            "currency": order["currency"],
            "happened_at": datetime.now(UTC).isoformat(),
        }

    def _covers(self, order: dict[str, Any]) -> bool:
        charge = self.charges.get(order["payment"])
        given = sum(
            one["amount_minor"]
            for one in self.refunds.values()
            if one.get("payment") == order["payment"] and one["status"] != "refused"
        )
        return charge is not None and given + order["amount_minor"] <= charge["amount_minor"]

    def rows(self, starts_at: datetime, ends_at: datetime) -> list[dict[str, Any]]:
        """State every movement of a span."""
        charges = [("payment", one) for one in self.charges.values()]
        refunds = [("refund", one) for one in self.refunds.values() if one["status"] == "succeeded"]
        return [
            {"direction": direction} | {name: one[name] for name in STATED}
            for direction, one in charges + refunds
            if starts_at <= datetime.fromisoformat(one["happened_at"]) < ends_at
        ]


STATED = ("transaction", "amount_minor", "currency", "happened_at")


class Handler(BaseHTTPRequestHandler):
    """What the provider does with one request."""

    provider: PaymentProvider
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Keep silent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self._is_signed(body):
            return
        self.provider.calls.append("refund")
        habit = self.provider.habits.popleft() if self.provider.habits else ""
        if habit == "lost":
            self._hang_up()
            return
        if habit == "error":
            self._answer(500, {})
            return
        told = self.provider.carry_out(json.loads(body), habit)
        if habit == "late":
            time.sleep(self.provider.late_s)
        if habit in ("late", "cut"):
            self._hang_up()
        elif habit == "error_after":
            self._answer(500, {})
        elif habit == "nonsense":
            self._answer(200, {"status": "perhaps"})
        else:
            self._answer(422 if told["status"] == "refused" else 200, told)

    def do_GET(self) -> None:
        if not self._is_signed(b""):
            return
        parts = urlsplit(self.path)
        kind, _slash, key = parts.path.removeprefix("/v1/").partition("/")
        self.provider.calls.append(f"ask {kind}")
        if kind == "statement":
            span = {name: datetime.fromisoformat(value[0]) for name, value in parse_qs(parts.query).items()}
            self._answer(200, {"rows": self.provider.rows(span["from"], span["to"])})
            return
        known = self.provider.refunds if kind == "refunds" else self.provider.charges
        told = known.get(unquote(key))
        self._answer(404 if told is None else 200, told or {"code": "unknown"})

    def _is_signed(self, body: bytes) -> bool:
        stamp = self.headers.get(TIMESTAMP, "")
        right = signature(self.provider.secret, method=self.command, path=self.path, timestamp=stamp, body=body)
        if self.headers.get(SIGNATURE) == right and abs(time.time() - int(stamp or 0)) < 300:
            return True
        self.provider.forged += 1
        self._answer(401, {"code": "signature"})
        return False

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        raw = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()
