"""How orders move on by themselves."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.kernel import events, parameters
from steward.kernel.models import Event
from steward.modules.deadlines.models import Clock
from steward.modules.orders.commands import mend, progress, waiting
from steward.modules.orders.commands.intake import Intake
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.models import Order
from steward.modules.orders.rules.drafts import LineDraft
from steward.modules.payments.commands import reporting
from steward.modules.payments.events import PaymentMismatched
from steward.modules.payments.rules import PaymentEntryDraft
from tests import make

pytestmark = pytest.mark.django_db


def _state(number: str = "A-1") -> tuple[str, str]:
    found = Order.objects.values_list("state", "payment_state", "fulfilment_state").get(external_number=number)
    return found[0], found[2] if found[1] == "unpaid" else found[1]


def test_an_overpaid_order_waits_for_a_person_before_any_finding_is_open() -> None:
    make.item(stock=5)
    order = make.order(payments=[make.payment(20_000)])

    progress.advance_orders(make.TESTER, order_ids=[order.order_id], now=make.NOW)

    assert _state() == ("audit", "overpaid")


def test_money_announced_as_unexpected_holds_a_paid_order_until_its_finding_is_open() -> None:
    make.item(stock=5)
    order = make.order()
    parts = [(9_900, "T-1", "amount_below_open"), (10_000, "T-2", "")]
    for amount, transaction, fault in parts:
        entry = PaymentEntryDraft(
            order_id=order.order_id,
            amount_minor=amount,
            currency="CNY",
            provider="alipay",
            transaction=transaction,
            happened_at=make.NOW,
        )
        result = reporting.record_payments(make.TESTER, entries=[entry], now=make.NOW)[0]
        if fault:
            _announce(order.order_id, result.entry_id, fault, amount)

    progress.follow_payments(make.TESTER, order_ids=[order.order_id], now=make.NOW)

    assert _state() == ("audit", "paid")


def _announce(order_id: int, entry_id: int, reason: str, amount_minor: int) -> None:
    """Announce money that was not expected, as the callback does in the payment's transaction."""
    events.record(
        make.TESTER,
        [
            PaymentMismatched(
                order_id=order_id,
                entry_id=entry_id,
                reason=reason,
                amount_minor=amount_minor,
                currency="CNY",
                expected_minor=19_900,
                expected_currency="CNY",
            )
        ],
    )


def test_a_currency_without_a_limit_waits_for_a_person() -> None:
    make.item(stock=5)
    make.order("A-1", payments=[make.payment(transaction="T-1")])
    parameters.set_parameter(make.TESTER, name=progress.AUTO_LIMITS.name, new={"USD": 500_000}, reason="abroad first")

    make.settle()

    assert _state() == ("audit", "paid")


def test_younger_orders_get_goods_that_came_though_many_older_ones_wait_for_other_goods() -> None:
    came, _gone = make.item("CAME"), make.item("GONE")
    both = [LineDraft(sku=sku, unit_price_minor=19_900) for sku in ("CAME", "GONE")]
    for number in ("OLD-1", "OLD-2", "OLD-3"):
        make.order(number, lines=both)
    make.order("YOUNG", sku="CAME")
    make.arrival(came, 1)

    promised = waiting.promise_waiting(make.TESTER, item_ids=[came], now=make.NOW, limit=2)

    assert promised == 1
    assert _state("YOUNG") == ("checked", "promised")


def test_a_queue_longer_than_a_page_is_looked_through_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LOOKED_AT", 1)
    came = make.item("CAME")
    for number in ("A-1", "A-2", "A-3"):
        make.order(number, sku="CAME", quantity=2)
    make.order("SMALL", sku="CAME")
    make.arrival(came, 1)

    assert waiting.promise_all_waiting(make.TESTER, item_ids=[came], now=make.NOW) == 1
    assert _state("SMALL") == ("checked", "promised")


def test_paid_orders_get_the_goods_before_older_unpaid_ones() -> None:
    came = make.item("CAME")
    make.order("UNPAID", sku="CAME")
    make.order("PAID", sku="CAME", payments=[make.payment()])
    make.arrival(came, 1)

    waiting.promise_waiting(make.TESTER, item_ids=[came], now=make.NOW, limit=1)

    assert Order.objects.get(external_number="PAID").fulfilment_state == "promised"
    assert _state("UNPAID") == ("received", "short")


def test_the_clocks_a_simulated_order_comes_to_are_recognisable() -> None:
    make.item(stock=5)
    intake = Intake(draft=make.draft(recipient=make.recipient(phone="123")), source="api", simulated=True)
    order = receive_orders(make.TESTER, intakes=[intake], now=make.NOW)[0]

    mend.mend_order(make.TESTER, order_id=order.order_id, changes={"recipient.phone": "13812345521"}, now=make.NOW)

    assert Clock.objects.get(subject_id=order.order_id, kind="order_payment").simulated


def test_the_payment_of_many_orders_is_followed_by_one_statement() -> None:
    make.item(stock=50)
    ids = [make.order(f"A-{number}", **make.somebody(number)).order_id for number in range(6)]
    for id_ in ids[:5]:
        make.bank_money(id_, 19_900)

    with CaptureQueriesContext(connection) as seen:
        progress.follow_payments(make.TESTER, order_ids=ids, now=make.NOW)

    writes = [one["sql"] for one in seen if "UPDATE" in one["sql"] and "refunded_minor" in one["sql"]]
    assert len(writes) == 1
    paid = Order.objects.filter(payment_state="paid", paid_minor=19_900, refunded_minor=0)
    assert set(paid.values_list("id", flat=True)) == set(ids[:5])
    told = Event.objects.filter(kind="orders.order_payment_changed").order_by("id")
    assert [one.subject_id for one in told] == ids[:5]


def test_payment_that_is_followed_again_is_told_of_once() -> None:
    make.item(stock=5)
    order = make.order()
    make.bank_money(order.order_id, 19_900)

    for _ in range(2):
        progress.follow_payments(make.TESTER, order_ids=[order.order_id], now=make.NOW)

    assert Event.objects.filter(kind="orders.order_payment_changed").count() == 1
