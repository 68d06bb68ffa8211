"""The gateway answers whatever the network does, and never takes a wrong address for a word about money."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from steward.connectors.payment_gateway import client, open_gateway
from steward.connectors.payment_gateway.signing import signature
from steward.modules.payments.ports import Access, Answer, Gateway, RefundOrder, Unreachable
from tests.peers.payment_provider import PaymentProvider

SECRET = b"0123456789abcdef0123456789abcdef"
ORDER = RefundOrder(key="RF-1", payment="T-1", amount_minor=500, currency="CNY")


def reached(address: str) -> Gateway:
    return open_gateway(Access(address=address, code="alipay", secret=SECRET))


@contextmanager
def opened() -> Iterator[tuple[PaymentProvider, Gateway]]:
    with PaymentProvider(SECRET, late_s=0.6) as peer:
        peer.charge("T-1", 2_000)
        yield peer, reached(peer.address)


@contextmanager
def saying(raw: bytes) -> Iterator[Gateway]:
    """Answer every connection with the same bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _address = server.accept()
                except OSError:
                    return
                with line:
                    line.recv(65_536)
                    line.sendall(raw)

        threading.Thread(target=serve, daemon=True).start()
        yield reached(f"http://127.0.0.1:{server.getsockname()[1]}")
        server.shutdown(socket.SHUT_RDWR)


def whole(status: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_refund_is_paid_and_can_be_asked_after() -> None:
    with opened() as (_peer, gateway):
        paid, asked = gateway.refund(ORDER), gateway.find_refund(ORDER)

    assert (paid.fate, paid.transaction, paid.amount_minor) == ("succeeded", "PR-RF-1", 500)
    assert asked == paid


def test_the_same_key_again_moves_nothing() -> None:
    with opened() as (peer, gateway):
        assert gateway.refund(ORDER) == gateway.refund(ORDER)
        assert peer.moved == [("RF-1", 500)]


def test_what_the_provider_never_heard_of_is_absent() -> None:
    with opened() as (_peer, gateway):
        assert (gateway.find_refund(replace(ORDER, key="RF-9")).fate, gateway.charge("T-9").fate) == (
            "absent",
            "absent",
        )
        assert gateway.charge("T-1").amount_minor == 2_000


def test_a_refusal_says_why() -> None:
    with opened() as (peer, gateway):
        peer.habits.append("refuse")
        assert gateway.refund(ORDER) == Answer(fate="refused", code="not_enough_money")


@pytest.mark.parametrize("habit", ["late", "cut", "lost", "error", "error_after", "nonsense"])
def test_what_breaks_is_unclear(habit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMEOUT_S", 0.3)
    with opened() as (peer, gateway):
        peer.habits.append(habit)
        assert gateway.refund(ORDER).fate == "unclear"


@pytest.mark.parametrize(
    "raw",
    [
        whole("404 Not Found", b"<h1>no such page</h1>"),
        whole("404 Not Found", b'{"code": "no_route"}'),
        whole("302 Found", b""),
        whole("200 OK", b'{"status": "succeeded", "amount_minor": 500, "currency": "CNY"}'),
        whole("200 OK", b"[" * 10_000),
        whole("503 Busy", b'{"status": "refused"}'),
        b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}",
        b"SSH-2.0-OpenSSH\r\n",
        b"",
    ],
)
def test_no_strange_answer_passes_for_a_word_about_a_refund(raw: bytes) -> None:
    with saying(raw) as gateway:
        assert (gateway.find_refund(ORDER).fate, gateway.refund(ORDER).fate) == ("unclear", "unclear")


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LARGEST_BYTES", 1_000)
    with saying(whole("200 OK", b"x" * 5_000)) as gateway:
        assert gateway.refund(ORDER) == Answer(fate="unclear", code="answer_too_big")


def test_nobody_there_is_unclear() -> None:
    gateway = reached("http://127.0.0.1:9")

    assert gateway.refund(ORDER).fate == "unclear"
    with pytest.raises(Unreachable):
        gateway.statement(datetime.now(UTC), datetime.now(UTC))


def test_a_statement_names_what_moved_in_its_span() -> None:
    now = datetime.now(UTC)
    with opened() as (_peer, gateway):
        gateway.refund(ORDER)
        rows = gateway.statement(now - timedelta(hours=1), now + timedelta(hours=1))
        earlier = gateway.statement(now - timedelta(hours=2), now - timedelta(hours=1))

    assert [(row.direction, row.transaction, row.amount_minor) for row in rows] == [
        ("payment", "T-1", 2_000),
        ("refund", "PR-RF-1", 500),
    ]
    assert earlier == []


def test_the_signature_covers_everything_that_matters() -> None:
    parts = {"method": "POST", "path": "/refunds", "timestamp": "1", "body": b"{}"}
    changes = ({"method": "GET"}, {"path": "/refund"}, {"timestamp": "2"}, {"body": b"[]"})

    signed = {signature(SECRET, **(parts | change)) for change in ({}, *changes)}  # type: ignore[arg-type]

    assert len(signed) == 5
