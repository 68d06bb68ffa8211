"""Two connections bring the same at the same moment, and each believes to be the first."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection

from steward.kernel import numbering
from steward.modules.customers.models import Customer, Identity
from steward.modules.inventory import queries as inventory
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.receive import receive_resilient
from steward.modules.orders.models import Conflict, Order
from steward.modules.orders.rules.drafts import BuyerDraft, OrderDraft
from tests import make
from tests.races.crowd import assert_balanced, meeting

pytestmark = pytest.mark.django_db(transaction=True)


def take_in(*drafts: OrderDraft, key: str | None = None) -> list[Receipt]:
    """Take drafts in as the API does."""
    intakes = [Intake(draft, "api", key) for draft in drafts]
    return receive_resilient(make.TESTER, intakes=intakes, now=make.NOW)


def test_the_same_order_over_two_connections_is_one_order() -> None:
    make.item(stock=10)
    take = partial(take_in, make.draft())

    answers = [receipt for receipts in meeting(take, take) for receipt in receipts]

    assert sorted(receipt.outcome for receipt in answers) == ["created", "duplicate"]
    assert answers[0].number == answers[1].number == Order.objects.get().number
    assert_balanced()


def test_the_same_number_with_other_content_over_two_connections_is_one_order_and_a_conflict() -> None:
    make.item(stock=10)

    answers = meeting(partial(take_in, make.draft()), partial(take_in, make.draft(quantity=2)))

    assert sorted(receipts[0].outcome for receipts in answers) == ["conflict", "created"]
    assert Order.objects.count() == Conflict.objects.count() == 1
    assert_balanced()


def test_two_orders_of_one_new_buyer_over_two_connections_are_two_orders_of_one_customer() -> None:
    make.item(stock=10)

    answers = meeting(partial(take_in, make.draft("A-1")), partial(take_in, make.draft("A-2")))

    assert [receipts[0].outcome for receipts in answers] == ["created", "created"]
    assert Order.objects.values("customer_id").distinct().count() == 1
    assert Customer.objects.count() == 1
    assert set(Identity.objects.values_list("customer_id", flat=True)) == {Customer.objects.get().id}


def test_the_good_orders_beside_a_doubled_one_go_in_once_each() -> None:
    make.item(stock=10)
    buyers = [BuyerDraft(external_id=f"buyer-{number}") for number in range(4)]
    mine = [make.draft(f"A-{number}", buyer=buyers[number]) for number in (0, 1, 2)]
    theirs = [make.draft(f"A-{number}", buyer=buyers[number]) for number in (2, 3)]

    answers = [
        receipt for receipts in meeting(partial(take_in, *mine), partial(take_in, *theirs)) for receipt in receipts
    ]

    assert sorted(receipt.outcome for receipt in answers) == ["created"] * 4 + ["duplicate"]
    assert sorted(Order.objects.values_list("external_number", flat=True)) == ["A-0", "A-1", "A-2", "A-3"]
    assert_balanced()


def test_batches_in_opposite_order_lock_the_stock_in_one_order() -> None:
    skus = [f"SKU-{number}" for number in range(6)]
    for sku in skus:
        make.item(sku, stock=10)
    mine = [make.draft(f"M-{sku}", sku=sku, buyer=BuyerDraft(external_id=f"m-{sku}")) for sku in skus]
    theirs = [make.draft(f"T-{sku}", sku=sku, buyer=BuyerDraft(external_id=f"t-{sku}")) for sku in reversed(skus)]

    answers = [
        receipt for receipts in meeting(partial(take_in, *mine), partial(take_in, *theirs)) for receipt in receipts
    ]

    assert [receipt.outcome for receipt in answers] == ["created"] * 12
    assert_balanced()


def test_the_same_key_and_content_over_two_connections_is_one_order_and_its_answer_again() -> None:
    make.item(stock=10)
    take = partial(take_in, make.draft(), key="key-1")

    first, second = sorted((receipts[0] for receipts in meeting(take, take)), key=lambda receipt: receipt.replayed)

    assert (first.outcome, second.outcome, second.replayed) == ("created", "created", True)
    assert first.number == second.number == Order.objects.get().number
    assert_balanced()


def test_the_same_key_for_two_orders_over_two_connections_takes_one_and_refuses_the_other() -> None:
    make.item(stock=10)

    answers = meeting(
        partial(take_in, make.draft("A-1"), key="key-1"), partial(take_in, make.draft("A-2"), key="key-1")
    )

    first, second = sorted((receipts[0] for receipts in answers), key=lambda receipt: receipt.code)
    assert first.outcome == "created"
    assert (second.outcome, second.code) == ("conflict", "idempotency_key_reused")
    assert Order.objects.get().number == first.number
    assert inventory.promises_of_order(first.order_id)[0].quantity == 1
    assert_balanced()


def test_ids_drawn_over_a_connection_that_was_lost_are_not_used_over_the_next() -> None:
    pool = numbering.Pool("customers_customer_id_seq", block=10)
    first = pool.take()
    assert pool.take() == first + 1
    connection.close()

    assert pool.take() == first + 10
