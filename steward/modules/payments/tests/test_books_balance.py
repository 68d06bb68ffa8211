"""Whatever comes in whatever order, the books balance and nothing is ever refunded twice or beyond what was paid."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from steward.kernel import moment
from steward.modules.payments import commands, queries, tasks
from steward.modules.payments.commands.callbacks import CallbackBody, CallbackData
from steward.modules.payments.commands.requesting import NotEnoughLeft
from steward.modules.payments.models import Entry, OrderBalance, PaymentBalance, Refund
from steward.modules.payments.rules import refunds as rules
from steward.modules.payments.tests import till
from tests.peers.payment_provider import PaymentProvider

pytestmark = pytest.mark.django_db
HABITS = ("", "", "cut", "lost", "error", "error_after", "pending", "refuse", "other_amount", "nonsense")
# Every habit asks for a step of its own; amounts are small, so that they meet often.
steps = some.one_of(
    some.tuples(some.just("pay"), some.integers(1, 6)),
    some.tuples(some.just("ask"), some.integers(1, 6)),
    some.tuples(some.just("work"), some.sampled_from(HABITS)),
    some.tuples(some.just("call_back"), some.integers(0, 20)),
    some.tuples(some.just("fail_back"), some.integers(0, 20)),
    some.tuples(some.just("pay_again"), some.integers(0, 20)),
    some.tuples(some.just("elsewhere"), some.integers(1, 6)),
)


class Shop:
    """One order's money and its provider, played by the steps of an example."""

    def __init__(self, peer: PaymentProvider) -> None:
        self.peer = peer
        self.clock = till.NOW
        self.mark = secrets.token_hex(4)
        self.count = 0
        self.provider = queries.get_provider("alipay")

    def name(self) -> str:
        self.count += 1
        return f"{self.mark}-{self.count}"

    def play(self, verb: str, value: Any) -> None:
        acts: dict[str, Callable[[Any], None]] = {
            "pay": self.pay,
            "ask": self.ask,
            "work": self.work,
            "call_back": self.call_back,
            "fail_back": self.fail_back,
            "pay_again": self.pay_again,
            "elsewhere": self.elsewhere,
        }
        acts[verb](value)

    def pay(self, amount: int) -> None:
        name = self.name()
        self.peer.charge(name, amount)
        self.hear("payment.succeeded", name, amount)

    def ask(self, amount: int) -> None:
        try:
            with transaction.atomic():
                till.ask(amount)
        except NotEnoughLeft:
            assert queries.left_to_refund(7, "CNY") < amount

    def work(self, habit: str) -> None:
        self.peer.habits.clear()
        self.peer.habits.append(habit)
        self.clock += timedelta(hours=2)
        with moment.frozen(self.clock):
            tasks.work_batch()

    def call_back(self, place: int) -> None:
        if told := list(self.peer.refunds.items()):
            key, said = told[place % len(told)]
            if said["status"] == "pending":
                self.peer.finish(key)
            if said["status"] == "succeeded":
                self.hear("refund.succeeded", said["transaction"], said["amount_minor"], refund=key)

    def fail_back(self, place: int) -> None:
        if told := list(self.peer.refunds):
            self.hear("refund.failed", "F", 1, refund=told[place % len(told)])

    def pay_again(self, place: int) -> None:
        if charges := list(self.peer.charges.values()):
            charge = charges[place % len(charges)]
            self.hear("payment.succeeded", charge["transaction"], charge["amount_minor"])

    def elsewhere(self, amount: int) -> None:
        self.hear("refund.succeeded", f"{self.name()}-R", amount)

    def hear(self, kind: Any, name: str, amount: int, refund: str = "") -> None:
        data = CallbackData(name, amount, "CNY", self.clock, refund=refund)
        commands.receive_callback(
            till.TESTER,
            provider=self.provider,
            message_id=secrets.token_hex(8),
            body=CallbackBody(kind, data),
            order=till.ORDER,
            now=self.clock,
        )


def check(peer: PaymentProvider) -> None:
    """Hold the books against each other and against the provider's."""
    refunds = list(Refund.objects.all())
    for table in (OrderBalance, PaymentBalance):
        sums = table.objects.aggregate(claimed=Sum("claimed_minor"), refunded=Sum("refunded_minor"))
        assert (sums["claimed"] or 0) == sum(one.amount_minor for one in refunds if one.state in rules.OPEN)
        assert (sums["refunded"] or 0) == sum(one.paid_minor for one in refunds)
    for one in refunds:
        moved = [amount for key, amount in peer.moved if key == one.number]
        assert len(moved) <= 1, "the provider paid one refund twice"
        assert (one.state == "succeeded") == (one.entry_id is not None)
    booked = Entry.objects.filter(direction="refund", refund__isnull=False)
    assert booked.count() == sum(one.state == "succeeded" for one in refunds)
    row = OrderBalance.objects.filter(order_id=7).first()
    assert row is None or row.outside_minor + row.claimed_minor + row.refunded_minor <= row.paid_minor


@given(some.lists(steps, min_size=5, max_size=25))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_books_balance_after_every_step(monkeypatch: pytest.MonkeyPatch, story: list[tuple[str, Any]]) -> None:
    monkeypatch.setattr("steward.connectors.payment_gateway.client.TIMEOUT_S", 2.0)
    with transaction.atomic(), till.connected() as peer:
        shop = Shop(peer)
        for verb, value in story:
            shop.play(verb, value)
            check(peer)
        settle(shop)
        transaction.set_rollback(True)


def settle(shop: Shop) -> None:
    """Let every refund that can end come to its end, and compare what moved with what was booked."""
    for _ in range(8):
        for key, said in list(shop.peer.refunds.items()):
            if said["status"] == "pending":
                shop.peer.finish(key)
        shop.work("")
        check(shop.peer)
    left = Refund.objects.filter(state__in=rules.OPEN).exclude(state="disputed")
    assert not left.exists()
    # One that was never sent stands for a refund that somebody made elsewhere: the provider knows it by another name.
    ours = set(Refund.objects.filter(state="succeeded", tries__gt=0).values_list("number", flat=True))
    disputed = set(Refund.objects.filter(state="disputed").values_list("number", flat=True))
    assert {key for key, _amount in shop.peer.moved} == ours | (disputed & {key for key, _ in shop.peer.moved})
