"""Eight connections sell the same scarce goods: nothing is promised twice, nothing is lost, nothing is held back."""

from __future__ import annotations

import queue
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random

import pytest
from django.db.models import F

from steward.kernel.errors import NotPossible
from steward.modules.customers.models import Customer, Identity
from steward.modules.inventory.commands.moving import MovementDraft, PromisedAlready, record_movements
from steward.modules.inventory.models import Promise
from steward.modules.orders.commands.cancel import cancel_order
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.receive import receive_resilient
from steward.modules.orders.handlers import offer_released
from steward.modules.orders.models import Order, OrderFinding
from steward.modules.orders.rules.drafts import BuyerDraft, LineDraft, OrderDraft
from tests import make
from tests.races.crowd import assert_balanced, at_once, promised_units, wanted_units

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WRITERS = 8
BATCHES = 25
SKUS = [f"HOT-{number:02}" for number in range(20)]
STOCK = 45  # a good half of what is wanted
BUYERS = 300


def order(number: str, chance: Random) -> OrderDraft:
    """Return an order of one to three hot items, of a buyer whom others may bring at the same moment."""
    lines = [LineDraft(sku, chance.randint(1, 2), 19_900) for sku in chance.sample(SKUS, chance.randint(1, 3))]
    buyer = chance.randrange(BUYERS)
    phone = f"1381234{buyer:04}"
    known = BuyerDraft(external_id=f"buyer-{buyer}", phone=phone, email=f"buyer{buyer}@example.com")
    return make.draft(number, lines=lines, buyer=known, recipient=make.recipient(phone=phone))


def batches(writer: int, count: int = BATCHES) -> list[list[OrderDraft]]:
    """Return what one writer brings; the first order of each batch is brought by its neighbour, too."""
    chance = Random(writer)
    return [
        [order(f"W{writer}-{batch}-{place}", chance) for place in range(1, chance.randint(4, 8))]
        + [order(f"BOTH-{writer // 2}-{batch}", Random(writer // 2 * 1000 + batch))]
        for batch in range(count)
    ]


def bring(drafts: list[list[OrderDraft]], tell: Callable[[Receipt], None]) -> None:
    """Take batches in, one after the other."""
    for batch in drafts:
        for receipt in receive_resilient(make.TESTER, intakes=[Intake(one, "api") for one in batch], now=make.NOW):
            tell(receipt)


def open_shop(stock: int = STOCK) -> dict[str, int]:
    """Put the hot goods on the shelf; return their ids by SKU."""
    items = {sku: make.item(sku, stock=stock) for sku in SKUS}
    make.cost(*SKUS)
    return items


def assert_every_order_is_there_once(brought: list[list[list[OrderDraft]]], receipts: list[Receipt]) -> None:
    """Assert that each submitted number is one order, and that each answer was created or duplicate."""
    numbers = Counter(one.external_number for drafts in brought for batch in drafts for one in batch)
    outcomes = Counter(receipt.outcome for receipt in receipts)
    assert outcomes == {"created": len(numbers), "duplicate": numbers.total() - len(numbers)}
    assert Counter(Order.objects.values_list("external_number", flat=True)) == dict.fromkeys(numbers, 1)


def assert_buyers_are_one() -> None:
    """Assert that no buyer became two customers."""
    kinds = Identity.objects.values_list("customer_id", "kind")
    assert len(set(kinds)) == len(kinds)
    assert set(Order.objects.values_list("customer_id", flat=True)) == {customer for customer, _kind in kinds}
    assert Customer.objects.count() == len({customer for customer, _kind in kinds})


def test_eight_writers_sell_scarce_goods_to_the_last_piece_and_not_one_more() -> None:
    items = open_shop()
    brought = [batches(writer) for writer in range(WRITERS)]
    receipts: list[Receipt] = []

    at_once(*(partial(bring, drafts, receipts.append) for drafts in brought))

    assert_every_order_is_there_once(brought, receipts)
    assert_balanced()
    assert_buyers_are_one()
    short = set(Order.objects.filter(fulfilment_state="short").values_list("id", flat=True))
    assert short
    assert set(OrderFinding.objects.filter(code="short_of_stock").values_list("order_id", flat=True)) == short
    free = dict(Promise.objects.values_list("item_id", F("sellable") - F("promised")))
    assert set(free) == set(items.values())
    assert all(any(units > free[item] for item, units in wanted.items()) for wanted in wanted_units(short).values())


def test_goods_that_come_back_and_arrive_meanwhile_are_sold_once() -> None:
    items = open_shop(15)
    brought = [batches(writer, 8) for writer in range(WRITERS)]
    receipts: list[Receipt] = []
    to_cancel: queue.Queue[int | None] = queue.Queue()
    cancelled: list[int] = []

    def tell(receipt: Receipt) -> None:
        receipts.append(receipt)
        if receipt.outcome == "created" and receipt.order_id % 3 == 0:
            to_cancel.put(receipt.order_id)

    def cancel() -> None:
        while (order_id := to_cancel.get(timeout=30)) is not None:
            cancel_order(make.TESTER, order_id=order_id, cause="customer", reason="", now=make.NOW)
            cancelled.append(order_id)
            offer_released([order_id])

    def move() -> None:
        chance = Random(99)
        for _ in range(20):
            chosen = chance.sample(sorted(items.values()), 5)
            came = [MovementDraft("hangzhou", item, "received", chance.randint(1, 3)) for item in chosen]
            record_movements(make.TESTER, movements=came)
            went = [MovementDraft("hangzhou", item, "shipped", -1) for item in reversed(chosen)]
            try:
                record_movements(make.TESTER, movements=went)
            except PromisedAlready:
                continue

    def bring_all() -> None:
        try:
            at_once(*(partial(bring, drafts, tell) for drafts in brought), move)
        finally:
            to_cancel.put(None)
            to_cancel.put(None)

    at_once(bring_all, cancel, cancel)

    assert_every_order_is_there_once(brought, receipts)
    assert_balanced()
    assert_buyers_are_one()
    assert set(Order.objects.filter(state="cancelled").values_list("id", flat=True)) == set(cancelled) != set()
    assert not promised_units().keys() & set(cancelled)


def test_an_order_cancelled_twice_at_once_gives_its_goods_back_once() -> None:
    make.item(stock=5)
    order_id = make.order(quantity=2).order_id

    def cancel() -> str:
        try:
            cancel_order(make.TESTER, order_id=order_id, cause="customer", reason="", now=make.NOW)
        except NotPossible as refusal:
            return refusal.code
        return "cancelled"

    outcomes = at_once(cancel, cancel)

    assert sorted(outcomes) == ["cancelled", NotPossible.code]
    assert Promise.objects.get().promised == 0
    assert_balanced()


def test_goods_that_left_are_not_sold_and_promised_goods_do_not_leave() -> None:
    item = make.item(stock=5)
    make.cost()
    make.order(quantity=2)
    leave = partial(MovementDraft, "hangzhou", item, "shipped")

    record_movements(make.TESTER, movements=[leave(-3)])
    with pytest.raises(PromisedAlready):
        record_movements(make.TESTER, movements=[leave(-1)])

    assert make.order("A-2").state == "received"
    assert Promise.objects.values_list("sellable", "promised").get() == (2, 2)
    assert_balanced()
