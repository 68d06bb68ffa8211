"""Money is recorded once, and what cannot be is named."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from steward.kernel.actor import NotPermitted, system
from steward.kernel.models import Event
from steward.modules.payments import commands, queries
from steward.modules.payments.models import Entry, Provider
from steward.modules.payments.rules import PaymentEntryDraft
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TESTER = system("tests")


def entry(transaction: str = "T-1", **changes: Any) -> PaymentEntryDraft:
    facts: dict[str, Any] = {
        "order_id": 7,
        "amount_minor": 500,
        "currency": "CNY",
        "provider": "alipay",
        "transaction": transaction,
        "happened_at": NOW,
    }
    return PaymentEntryDraft(**(facts | changes))


def record(*entries: PaymentEntryDraft) -> list[str]:
    return [result.outcome for result in commands.record_payments(TESTER, entries=entries, now=NOW)]


def announced() -> int:
    return Event.objects.filter(kind="payments.payment_recorded").count()


def test_a_batch_is_recorded_in_order_and_announced_one_by_one() -> None:
    assert record(entry("T-2"), entry("T-1"), entry("T-1", direction="refund")) == ["recorded"] * 3
    assert announced() == 3
    assert queries.paid_and_refunded({7: "CNY"}) == {7: (1_000, 500)}


def test_the_same_transaction_counts_once() -> None:
    record(entry())

    assert record(entry()) == ["duplicate"]
    assert Entry.objects.count() == announced() == 1


def test_the_same_transaction_twice_in_one_batch_counts_once() -> None:
    assert record(entry(), entry()) == ["recorded", "duplicate"]
    assert announced() == 1


def test_the_same_transaction_with_another_amount_is_a_conflict_and_changes_nothing() -> None:
    record(entry())

    assert record(entry(amount_minor=900)) == ["conflict"]
    assert Entry.objects.get().amount_minor == 500


def test_what_cannot_be_recorded_comes_back_and_the_rest_goes_in() -> None:
    outcomes = record(entry("T-1", amount_minor=0), entry("T-2", currency="ABC"), entry("T-3"))

    assert outcomes == ["refused", "refused", "recorded"]
    assert Entry.objects.get().transaction == "T-3"


def test_a_time_ahead_of_now_counts_as_now() -> None:
    record(entry(happened_at=NOW.replace(year=2030)))

    assert Entry.objects.get().happened_at == NOW


def test_recording_needs_the_permission() -> None:
    with pytest.raises(NotPermitted):
        commands.record_payments(make.outsider_sam(), entries=[entry()], now=NOW)
    assert Entry.objects.count() == 0


def test_a_providers_secret_is_kept_sealed() -> None:
    secret = commands.register_provider(make.administrator(), code="alipay", name="支付宝", shops=["own"])

    provider = Provider.objects.get()
    assert secret.startswith("whsec_")
    assert secret.removeprefix("whsec_").encode() not in bytes(provider.sealed_secret)
    assert len(queries.provider_secret(provider.id)) == 24


def test_registering_again_replaces_the_secret() -> None:
    first = commands.register_provider(TESTER, code="alipay", name="支付宝", shops=["own"])
    second = commands.register_provider(TESTER, code="alipay", name="支付宝", shops=["own"])

    assert first != second
    assert Provider.objects.count() == 1


@pytest.mark.parametrize("secret", ["whsec_short", "not base64!", "whsec_" + "A" * 200])
def test_a_secret_that_cannot_sign_is_refused(secret: str) -> None:
    with pytest.raises(commands.BadSecret):
        commands.register_provider(TESTER, code="alipay", name="支付宝", shops=["own"], secret=secret)


@pytest.mark.django_db(transaction=True)
def test_eight_writers_of_the_same_transactions_record_each_once() -> None:
    barrier = threading.Barrier(8)
    outcomes: list[str] = []

    def write() -> None:
        barrier.wait(10)
        found = commands.record_payments(TESTER, entries=[entry(f"T-{n}") for n in range(20)], now=NOW)
        outcomes.extend(result.outcome for result in found)
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert (outcomes.count("recorded"), outcomes.count("duplicate")) == (20, 140)
    assert Entry.objects.count() == announced() == 20
