"""What is Stripe's own: refunds found among many, kept answers, movements of the balance in the customer's currency."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from steward.connectors.stripe import open_gateway
from steward.modules.payments.ports import Access, Gateway, RefundOrder
from tests.peers.stripe import Stripe

ORDER = RefundOrder(key="RF-2026-000001", payment="pi_1", amount_minor=100, currency="USD")
DAY = timedelta(days=1)


@pytest.fixture
def peer() -> Iterator[Stripe]:
    with Stripe(page=2) as peer:
        peer.charge("pi_1", 2_000)
        yield peer


def reached(peer: Stripe) -> Gateway:
    return open_gateway(Access(code="stripe", address=peer.address, secret=b"", fields=peer.fields))


def several(peer: Stripe) -> list[str]:
    orders = [replace(ORDER, key=f"RF-2026-00000{number}") for number in range(1, 6)]
    return [reached(peer).refund(order).transaction for order in orders]


def test_a_refund_is_found_on_a_later_page(peer: Stripe) -> None:
    first = several(peer)[0]

    assert reached(peer).find_refund(ORDER).transaction == first
    assert peer.calls[-3:] == ["ask refunds"] * 3


def test_a_refund_whose_key_was_forgotten_is_still_found(peer: Stripe) -> None:
    reached(peer).refund(ORDER)
    peer.kept.clear()

    assert reached(peer).find_refund(ORDER).fate == "succeeded"


def test_the_same_key_for_something_else_moves_nothing(peer: Stripe) -> None:
    reached(peer).refund(ORDER)

    told = reached(peer).refund(replace(ORDER, amount_minor=200))

    assert (told.fate, len(peer.moved)) == ("unclear", 1)


def test_movements_are_stated_page_by_page_in_the_currency_the_customer_paid_in(peer: Stripe) -> None:
    names = several(peer)
    now = datetime.now(UTC)
    at = int(now.timestamp())
    source = {"id": "re_0001", "amount": 100, "currency": "usd"}
    peer.extra = [
        {"id": "txn_p", "type": "payout", "source": {"id": "po_1"}, "created": at},
        {"id": "txn_f", "type": "refund_failure", "source": source, "created": at},
    ]

    rows = reached(peer).statement(now - DAY, now + DAY)

    assert {row.currency for row in rows} == {"USD"}
    assert [(row.direction, row.transaction, row.amount_minor) for row in rows] == [
        ("payment", "pi_1", 2_000),
        *(("refund", name, 100) for name in names),
        ("payment", "re_0001", 100),  # it came back, and the ledger does not know: a person looks
    ]
