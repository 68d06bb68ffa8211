"""What tests of refunds start from: an order that was paid, and a provider of our own that can be reached."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from steward.kernel import moment
from steward.kernel.actor import Actor, system
from steward.modules.approvals import commands as approvals
from steward.modules.approvals.rules import Verdict
from steward.modules.payments import commands, queries, tasks
from steward.modules.payments.commands import providers
from steward.modules.payments.models import OrderBalance
from steward.modules.payments.rules import OrderFacts, PaymentEntryDraft
from tests import make
from tests.peers.merchants import Merchants
from tests.peers.payment_provider import PaymentProvider

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TESTER = system("tests")
SECRET = b"0123456789abcdef0123456789abcdef"
WRITTEN_SECRET = providers.PREFIX + base64.b64encode(SECRET).decode()
ORDER = OrderFacts(
    order_id=7, number="SO-2026-000007", total_minor=50_000, currency="CNY", shop="own", external_number="A-7"
)


def person(number: int) -> Actor:
    """Return somebody who may do everything with money."""
    return Actor(id=f"person:{number}", kind="person", permissions=frozenset({"*"}))


@contextmanager
def connected(code: str = "alipay", **habits: Any) -> Iterator[PaymentProvider]:
    """Start a provider and let it be reached."""
    with PaymentProvider(SECRET, **habits) as peer:
        commands.register_provider(TESTER, code=code, name="支付宝", shops=["own"], secret=WRITTEN_SECRET)
        commands.connect_provider(TESTER, code=code, connector="signed_http", address=peer.address)
        yield peer


def reach(peer: Merchants, kind: str, code: str = "alipay") -> None:
    """Let a provider of a kind of its own be reached."""
    commands.register_provider(TESTER, code=code, name="支付", shops=["own"], secret=WRITTEN_SECRET)
    commands.connect_provider(TESTER, code=code, connector=kind, address=peer.address, fields=peer.fields)


def pay(
    amount_minor: int = 50_000, transaction: str = "T-1", *, peer: PaymentProvider | None = None, **changes: Any
) -> None:
    """Let money come in for the order, here and at the provider."""
    facts: dict[str, Any] = {
        "order_id": ORDER.order_id,
        "amount_minor": amount_minor,
        "currency": "CNY",
        "provider": "alipay",
        "transaction": transaction,
        "happened_at": NOW,
    }
    results = commands.record_payments(TESTER, entries=[PaymentEntryDraft(**(facts | changes))], now=NOW)
    assert results[0].outcome == "recorded"
    if peer is not None:
        peer.charge(transaction, amount_minor)


def ask(amount_minor: int = 20_000, *, by: Actor = TESTER, **changes: Any) -> commands.RequestReceipt:
    """Ask for money back as a person does."""
    facts: dict[str, Any] = {"order": ORDER, "cause": "goodwill", "currency": "CNY", "amount_minor": amount_minor}
    want = commands.RefundWant(**(facts | changes))
    return commands.request_refund(by, want=want, now=NOW)


def work(*, after_s: float = 0) -> int:
    """Let a worker run once, some time after the beginning."""
    with moment.frozen(NOW + timedelta(seconds=after_s)):
        return tasks.work_batch()


def work_until_done(limit: int = 40) -> None:
    """Let workers run until no refund is due within days."""
    work()
    for round_ in range(1, limit):
        if not work(after_s=4_000.0 * round_):
            return
    raise AssertionError("refunds are still under way")


def approval_of(receipt: commands.RequestReceipt) -> int:
    """Name the approval a request waits for."""
    found = queries.refund(receipt.numbers[0]).approval_id
    assert found is not None
    return found


def decide(receipt: commands.RequestReceipt, verdict: Verdict = "grant", *, by: Actor, reason: str = "so") -> None:
    """Let somebody decide about a request, and let what follows from it follow."""
    approvals.decide(by, approval_id=approval_of(receipt), verdict=verdict, reason=reason, now=NOW)
    make.settle()


def states() -> list[str]:
    """List where the order's refunds stand."""
    return [row.state for row in queries.refunds_of_order(ORDER.order_id)]


def balance() -> tuple[int, int, int]:
    """Return what was paid, what is claimed, what was given back."""
    row = OrderBalance.objects.get(order_id=ORDER.order_id, currency="CNY")
    return row.paid_minor, row.claimed_minor, row.refunded_minor


def ledger() -> tuple[int, int]:
    """Return what the ledger says was paid and refunded."""
    return queries.paid_and_refunded({ORDER.order_id: "CNY"})[ORDER.order_id]
