"""What money that moved means for an order."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from steward.modules.payments.rules import (
    OrderFacts,
    PaymentEntryDraft,
    entry_fault,
    mismatch,
    payment_state,
    totals,
)

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ORDER = OrderFacts(order_id=1, number="SO-2026-000001", total_minor=100, currency="CNY")


@pytest.mark.parametrize(
    ("total", "paid", "refunded", "state"),
    [
        (100, 0, 0, "unpaid"),
        (100, 40, 0, "partly_paid"),
        (100, 100, 0, "paid"),
        (100, 130, 0, "overpaid"),
        (100, 130, 30, "paid"),
        (100, 130, 10, "overpaid"),
        (100, 100, 40, "partly_refunded"),
        (100, 100, 100, "refunded"),
        (100, 40, 40, "refunded"),
        (100, 0, 30, "refunded"),
        (0, 0, 0, "paid"),
    ],
)
def test_an_order_is_paid_as_its_money_says(total: int, paid: int, refunded: int, state: str) -> None:
    assert payment_state(total_minor=total, paid_minor=paid, refunded_minor=refunded) == state


amounts = some.integers(0, 10**12)


@given(amounts, amounts, amounts)
def test_an_order_is_settled_only_by_at_least_its_total(total: int, paid: int, refunded: int) -> None:
    state = payment_state(total_minor=total, paid_minor=paid, refunded_minor=refunded)
    assert (state in ("paid", "overpaid")) == (paid - refunded >= total)
    assert (state == "overpaid") == (paid - refunded > total)


@given(amounts, amounts, amounts, some.integers(1, 10**9))
def test_more_money_in_never_makes_an_order_less_paid(total: int, paid: int, refunded: int, more: int) -> None:
    settled = ("paid", "overpaid")
    before = payment_state(total_minor=total, paid_minor=paid, refunded_minor=refunded)
    after = payment_state(total_minor=total, paid_minor=paid + more, refunded_minor=refunded)
    assert before not in settled or after in settled


@given(some.lists(some.tuples(some.sampled_from(["payment", "refund"]), some.sampled_from(["CNY", "USD"]), amounts)))
def test_other_currencies_never_count(entries: list[tuple[str, str, int]]) -> None:
    paid, refunded = totals(entries, "CNY")
    assert paid - refunded == sum(a if d == "payment" else -a for d, currency, a in entries if currency == "CNY")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, ""),
        ({"amount_minor": 0}, "amount_not_positive"),
        ({"amount_minor": -5}, "amount_not_positive"),
        ({"currency": "XXY"}, "currency_unknown"),
        ({"transaction": ""}, "transaction_missing_or_long"),
    ],
)
def test_an_entry_that_makes_no_sense_is_named(changes: dict[str, object], fault: str) -> None:
    entry = PaymentEntryDraft(
        order_id=1, amount_minor=5, currency="CNY", provider="alipay", transaction="T", happened_at=NOW
    )
    assert entry_fault(msgspec.structs.replace(entry, **changes)) == fault


@pytest.mark.parametrize(
    ("direction", "amount", "currency", "paid", "refunded", "reason"),
    [
        ("payment", 100, "CNY", 0, 0, ""),
        ("payment", 60, "CNY", 40, 0, ""),
        ("payment", 60, "CNY", 0, 0, "amount_below_open"),
        ("payment", 160, "CNY", 0, 0, "amount_above_open"),
        ("payment", 100, "USD", 0, 0, "currency_differs"),
        ("refund", 60, "CNY", 100, 0, ""),
        ("refund", 60, "CNY", 100, 50, "refund_above_paid"),
        ("refund", 60, "CNY", 0, 0, "refund_above_paid"),
    ],
)
def test_a_movement_that_the_order_does_not_expect_is_named(
    direction: str, amount: int, currency: str, paid: int, refunded: int, reason: str
) -> None:
    found = mismatch(
        direction=direction,  # type: ignore[arg-type]
        amount_minor=amount,
        currency=currency,
        order=ORDER,
        paid_minor=paid,
        refunded_minor=refunded,
    )
    assert found == reason
