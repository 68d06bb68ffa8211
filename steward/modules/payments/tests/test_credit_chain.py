"""However money moves on from order to order as goods are exchanged, never does more go back than was paid in all."""

from __future__ import annotations

import secrets

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from steward.modules.payments import commands, queries
from steward.modules.payments.commands.requesting import NotEnoughLeft
from steward.modules.payments.commands.transferring import NotThere
from steward.modules.payments.models import Entry, OrderBalance, Refund
from steward.modules.payments.queries.refunds import payables
from steward.modules.payments.rules import OrderFacts, PaymentEntryDraft
from steward.modules.payments.tests import till

pytestmark = pytest.mark.django_db
CHAIN = (101, 102, 103)
orders = some.sampled_from(range(len(CHAIN)))
steps = some.one_of(
    some.tuples(some.just("pay"), orders, some.integers(1, 9)),
    some.tuples(some.just("credit"), some.sampled_from((0, 1)), some.integers(1, 9)),
    some.tuples(some.just("move"), some.sampled_from((0, 1)), some.integers(1, 9)),
    some.tuples(some.just("refund"), orders, some.integers(1, 9)),
    some.tuples(some.just("settle"), orders, some.integers(0, 9)),
)


def _facts(order_id: int) -> OrderFacts:
    return OrderFacts(order_id=order_id, number=f"SO-{order_id}", total_minor=9, currency="CNY", shop="main")


def _play(verb: str, place: int, amount: int) -> None:
    order = CHAIN[place]
    if verb == "pay":
        entry = PaymentEntryDraft(
            order_id=order,
            amount_minor=amount,
            currency="CNY",
            provider="alipay",
            transaction=secrets.token_hex(6),
            happened_at=till.NOW,
        )
        commands.record_payments(till.TESTER, entries=[entry], now=till.NOW)
    elif verb in ("credit", "move"):
        commands.transfer_money(
            till.TESTER,
            source=_facts(order),
            target=_facts(CHAIN[place + 1]),
            amount_minor=amount,
            label=secrets.token_hex(6),
            now=till.NOW,
            is_credit=verb == "credit",
        )
    elif verb == "refund":
        want = commands.RefundWant(order=_facts(order), cause="return", currency="CNY", amount_minor=amount)
        commands.request_refund(till.TESTER, want=want, now=till.NOW)
    else:
        _settle(order, amount)


def _settle(order: int, place: int) -> None:
    """Pay one of the refunds that wait for somebody's hand."""
    waiting = list(Refund.objects.filter(order_id=order, state="by_hand").order_by("id"))
    if waiting:
        one = waiting[place % len(waiting)]
        commands.settle_by_hand(till.TESTER, number=one.number, transaction=secrets.token_hex(6), now=till.NOW)


def _sum(**facts: object) -> int:
    return Entry.objects.filter(order_id__in=CHAIN, **facts).aggregate(sum=Sum("amount_minor"))["sum"] or 0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=some.lists(steps, max_size=25))
def test_never_more_than_was_paid_goes_back_over_the_whole_chain(plan: list[tuple[str, int, int]]) -> None:
    with transaction.atomic():
        for verb, place, amount in plan:
            try:
                with transaction.atomic():
                    _play(verb, place, amount)
            except (NotEnoughLeft, NotThere):
                assert verb in ("refund", "credit", "move")
            _balances()
        transaction.set_rollback(True)


def _balances() -> None:
    paid = _sum(direction="payment", origin=None)
    gone = _sum(direction="refund", origin=None)
    moved = _sum(direction="refund", origin__isnull=False)
    claimed = Refund.objects.filter(order_id__in=CHAIN, state="by_hand").aggregate(sum=Sum("amount_minor"))["sum"] or 0
    left = {order: sum(one.left_minor for one in payables(order, "CNY")) for order in CHAIN}
    assert sum(left.values()) == paid - gone - claimed >= 0
    assert moved == _sum(direction="payment", origin__isnull=False)
    assert all(queries.left_to_refund(order, "CNY") == left[order] for order in CHAIN)
    for row in OrderBalance.objects.filter(order_id__in=CHAIN):
        assert 0 <= row.claimed_minor + row.refunded_minor <= row.paid_minor or row.claimed_minor == 0
