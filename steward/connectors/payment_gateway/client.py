"""Call a provider. Whatever the network does, the caller gets an answer: what is not understood is unclear."""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from steward.connectors.payment_gateway.signing import SIGNATURE, TIMESTAMP, signature
from steward.modules.payments.ports import Answer, RefundOrder, StatedRow, Unreachable

TIMEOUT_S = 10.0
LONGEST_S = 20.0
LARGEST_BYTES = 64 * 1024
LARGEST_STATEMENT_BYTES = 64 * 1024 * 1024
PIECE = 64 * 1024
MOST_PAGES = 10_000
BROKEN = (OSError, http.client.HTTPException)


class Broken(Exception):
    """Report that a call broke off. `down`: the provider itself seems not to work."""

    def __init__(self, code: str, *, down: bool = True) -> None:
        super().__init__(code)
        self.down = down


class Told(msgspec.Struct, frozen=True):
    """The body of an answer about a charge or a refund."""

    status: Literal["succeeded", "pending", "refused"]
    transaction: str = ""
    amount_minor: int = 0
    currency: str = ""
    happened_at: datetime | None = None
    code: str = ""
    order: str = ""
    shop: str = ""
    external_number: str = ""


class Page(msgspec.Struct, frozen=True):
    """A page of a statement."""

    rows: list[StatedRow]
    next: str = ""


class SignedGateway:
    """One provider. Satisfies the port `Gateway`."""

    def __init__(self, *, address: str, code: str, secret: bytes) -> None:
        self._parts = urlsplit(address)
        self._code = code
        self._secret = secret

    def charge(self, transaction: str) -> Answer:
        """Ask what became of a payment."""
        return self._ask(f"/charges/{quote(transaction, safe='')}")

    def refund(self, order: RefundOrder) -> Answer:
        """Have money paid back under the order's key."""
        try:
            status, body = self._call("POST", "/refunds", msgspec.json.encode(order), LARGEST_BYTES)
        except Broken as error:
            return Answer(fate="unclear", code=str(error), down=error.down)
        if status == 404:
            return Answer(fate="unclear", code="http_404")  # a wrong address, not a word about the refund
        return _read(status, body)

    def find_refund(self, order: RefundOrder) -> Answer:
        """Ask what became of a refund."""
        return self._ask(f"/refunds/{quote(order.key, safe='')}")

    def statement(self, starts_at: datetime, ends_at: datetime) -> Sequence[StatedRow]:
        """Fetch every movement of a span, page by page. Raises: Unreachable."""
        rows: list[StatedRow] = []
        span = {"from": starts_at.astimezone(UTC).isoformat(), "to": ends_at.astimezone(UTC).isoformat()}
        after = ""
        for _ in range(MOST_PAGES):
            query = urlencode(span | {"after": after})
            try:
                status, body = self._call("GET", f"/statement?{query}", b"", LARGEST_STATEMENT_BYTES)
                page = msgspec.json.decode(body, type=Page) if status == 200 else None
            except (Broken, msgspec.DecodeError) as error:
                raise Unreachable(why=str(error)) from error
            if page is None:
                raise Unreachable(why=f"http_{status}")
            rows += page.rows
            if not page.next or page.next == after:
                return rows
            after = page.next
        raise Unreachable(why="statement_without_end")

    def _ask(self, path: str) -> Answer:
        try:
            status, body = self._call("GET", path, b"", LARGEST_BYTES)
        except Broken as error:
            return Answer(fate="unclear", code=str(error), down=error.down)
        if status == 404:
            known = _problem_code(body) == "unknown"
            return Answer(fate="absent") if known else Answer(fate="unclear", code="http_404")
        return _read(status, body)

    def _call(self, method: str, path: str, body: bytes, largest: int) -> tuple[int, bytes]:
        """Send one signed request; redirects are not followed. Raises: Broken."""
        target = self._parts.path.rstrip("/") + path
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "steward-provider": self._code,
            TIMESTAMP: stamp,
            SIGNATURE: signature(self._secret, method=method, path=target, timestamp=stamp, body=body),
        }
        secure = self._parts.scheme == "https"
        opened = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        line = opened(self._parts.hostname or "", self._parts.port, timeout=TIMEOUT_S)
        try:
            line.request(method, target, body or None, headers)
            answer = line.getresponse()
            return answer.status, _whole(answer, largest)
        except BROKEN as error:
            raise Broken(type(error).__name__) from error
        finally:
            line.close()


def _whole(answer: http.client.HTTPResponse, largest: int) -> bytes:
    """Read a body that is neither too big nor too slow. Raises: Broken."""
    begun, pieces, size = time.monotonic(), [], 0
    while piece := answer.read1(PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > largest:
            raise Broken("answer_too_big", down=False)
        if time.monotonic() - begun > LONGEST_S:
            raise Broken("answer_too_slow")
    if answer.length:
        raise Broken("answer_cut_off")
    return b"".join(pieces)


def _read(status: int, body: bytes) -> Answer:
    """Understand an answer: 2xx tells, 4xx with a refusal in it refuses, anything else is unclear."""
    try:
        told = msgspec.json.decode(body, type=Told)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Answer(fate="unclear", code=f"http_{status}", down=status >= 500)
    fits = (status == 422) if told.status == "refused" and status >= 300 else 200 <= status < 300
    if not fits or (told.status == "succeeded" and not told.transaction):
        return Answer(fate="unclear", code=f"http_{status}", down=status >= 500)
    happened_at = told.happened_at if told.happened_at and told.happened_at.tzinfo else None
    return Answer(
        fate=told.status,
        transaction=told.transaction[:120],
        amount_minor=told.amount_minor,
        currency=told.currency,
        happened_at=happened_at,
        code=told.code[:80],
        order=told.order[:40],
        shop=told.shop[:80],
        external_number=told.external_number[:80],
    )


def _problem_code(body: bytes) -> str:
    try:
        return str(msgspec.json.decode(body, type=dict[str, object]).get("code", ""))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
