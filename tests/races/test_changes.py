"""Changes under pressure: against a cancel, a payment, another change and the last piece; terms against two orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import Sum

from steward.kernel import errors, moment
from steward.kernel.models import Event
from steward.modules.customers.commands.accounts import set_account
from steward.modules.inventory import queries as inventory
from steward.modules.orders.commands import cancel, changing
from steward.modules.orders.commands.change_merging import carry_over
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.models import Line, Order, OrderChange
from steward.modules.orders.rules.change_effects import Share
from steward.modules.orders.rules.change_plan import LineWish, Wish
from steward.modules.payments import queries as money
from steward.modules.payments.models import Entry, RefundRequest
from tests import make
from tests.races.crowd import assert_balanced, at_once, behind, promised_units, wanted_units

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PRICE = 19_900


def taken(number: str, *, quantity: int = 3, paid: bool = True, sku: str = "TENT-2") -> Order:
    """Take in an order of Mei's; a paid one is approved."""
    now = moment.now()
    facts: dict[str, Any] = {"payments": [make.payment(quantity * PRICE, f"T-{number}")]} if paid else {}
    placed_at = make.NOW - timedelta(hours=Order.objects.count())
    order_id = make.order(number, sku=sku, quantity=quantity, now=now, placed_at=placed_at, **facts).order_id
    advance_orders(make.TESTER, order_ids=[order_id], now=now)
    return Order.objects.get(id=order_id)


def proposed(one: Order, kind: Any, **facts: Any) -> int:
    """Preview a change."""
    wish = Wish(kind=kind, reason="The customer called", **facts)
    return changing.propose_change(make.TESTER, order_id=one.id, wish=wish, now=moment.now())


def confirmed(change_id: int) -> bool:
    """Confirm; tell whether it was carried out."""
    try:
        changing.confirm_change(make.TESTER, change_id=change_id, now=moment.now())
    except (changing.ChangeStale, changing.NotChangeable, changing.ChangeOver):
        return False
    return True


def attempted(work: Callable[[], object]) -> bool:
    """Do it; tell whether it was possible."""
    try:
        work()
    except errors.Refusal:
        return False
    return True


def pay(one: Order, amount_minor: int) -> None:
    """Let money come in."""
    make.bank_money(one.id, amount_minor, now=moment.now())


def held_of_all() -> int:
    """Sum what is held of all orders."""
    currencies = dict(Order.objects.values_list("id", "currency"))
    return sum(paid - refunded for paid, refunded in money.paid_and_refunded(currencies).values())


def test_a_change_and_a_cancel_at_once_give_back_every_cent_once() -> None:
    make.item(stock=50)
    for number in range(3):
        one = taken(f"A-{number}")
        line = Line.objects.get(order=one)
        change_id = proposed(one, "cancel_lines", lines=[LineWish(line_id=line.id, quantity=1)])
        now = moment.now()
        call_off = partial(
            cancel.cancel_order, make.TESTER, order_id=one.id, cause="customer", reason="Called", now=now
        )

        at_once(partial(confirmed, change_id), partial(attempted, call_off))

        one.refresh_from_db()
        back = RefundRequest.objects.filter(order_id=one.id).aggregate(sum=Sum("amount_minor"))["sum"]
        assert (one.state, back) == ("cancelled", 3 * PRICE)
        assert inventory.promises_of_order(one.id) == []
    assert_balanced()


def test_a_split_and_a_payment_at_once_lose_no_money() -> None:
    make.item(stock=50)
    for number in range(3):
        one, before = taken(f"A-{number}", paid=False), held_of_all()
        change_id = proposed(one, "split", shares=[Share(Line.objects.get(order=one).id, 1)])

        done, _paid = at_once(partial(confirmed, change_id), partial(attempted, partial(pay, one, 3 * PRICE)))
        make.settle()

        assert held_of_all() - before == 3 * PRICE
        assert Order.objects.filter(split_from=one).count() == int(done)
    set_aside = Order.objects.filter(fulfilment_state__in=("promised", "allocated"))
    assert promised_units() == wanted_units(set_aside.values_list("id", flat=True))
    assert inventory.differences() == []


def test_a_change_confirmed_twice_at_once_is_done_once() -> None:
    make.item(stock=50)
    one = taken("A-1")
    change_id = proposed(one, "split", shares=[Share(Line.objects.get(order=one).id, 1)])

    at_once(partial(confirmed, change_id), partial(confirmed, change_id))

    assert Order.objects.filter(split_from=one).count() == 1
    assert held_of_all() == 3 * PRICE
    assert OrderChange.objects.get().state == "confirmed"


def test_two_orders_that_want_to_go_into_each_other_do_so_one_way() -> None:
    make.item(stock=50)
    one, other = taken("A-1"), taken("A-2", quantity=2)
    there, back = proposed(one, "merge", other_number=other.number), proposed(other, "merge", other_number=one.number)

    done = at_once(partial(confirmed, there), partial(confirmed, back))

    assert sorted(done) == [False, True]
    live = Order.objects.exclude(state="cancelled").get()
    assert (live.total_minor, held_of_all()) == (5 * PRICE, 5 * PRICE)
    assert_balanced()


def test_the_last_pieces_go_to_a_change_or_to_an_order_never_to_both() -> None:
    make.item(stock=4)
    one = taken("A-1")
    line = Line.objects.get(order=one)
    change_id = proposed(one, "lines", lines=[LineWish(line_id=line.id, quantity=4)])

    done, _other = at_once(partial(confirmed, change_id), partial(taken, "A-2", quantity=1))

    promised = {
        row.id: sum(each.quantity for each in inventory.promises_of_order(row.id)) for row in Order.objects.all()
    }
    assert sum(promised.values()) == 4
    assert promised[one.id] == (4 if done else 3)
    assert_balanced()


def test_two_orders_at_once_cannot_both_use_the_last_of_what_may_be_owed() -> None:
    make.item(stock=50)
    first = taken("A-0", paid=False)
    assert first.customer_id is not None
    now = moment.now()
    set_account(
        make.TESTER,
        customer_id=first.customer_id,
        currency="CNY",
        limit_minor=PRICE,
        days=30,
        reason="Contract",
        now=now,
    )
    cancel.cancel_order(make.TESTER, order_id=first.id, cause="other", reason="-", now=now)
    for number in range(3):
        receipts = [
            make.order(f"B-{number}-{place}", placed_at=make.NOW + timedelta(hours=2 * number + place), now=now)
            for place in (0, 1)
        ]
        ids = [receipt.order_id for receipt in receipts]

        at_once(*(partial(advance_orders, make.TESTER, order_ids=[id_], now=now) for id_ in ids))

        states = sorted(Order.objects.filter(id__in=ids).values_list("state", flat=True))
        assert states == ["approved", "audit"]
        for id_ in ids:
            cancel.cancel_order(make.TESTER, order_id=id_, cause="other", reason="-", now=now)


def test_late_money_for_an_order_that_is_taken_out_at_this_moment_stays_with_it() -> None:
    # given: an order that went into another, money that comes for it, and somebody who takes it out again
    make.item(stock=50)
    one, other = taken("A-1", paid=False), taken("A-2", quantity=2, paid=False)
    assert confirmed(proposed(one, "merge", other_number=other.number))
    pay(other, 2 * PRICE)
    entries = list(Entry.objects.values_list("id", flat=True))
    change_id = proposed(one, "unmerge", undoes=OrderChange.objects.get(kind="merge").id)
    # when: the job that carries late money over waits for them
    carry = partial(carry_over, make.TESTER, entry_ids=entries, now=moment.now())
    behind(partial(confirmed, change_id), carry)
    # then: it counts where it was paid for
    sums = money.paid_and_refunded({each.id: each.currency for each in (one, other)})
    assert [sums[each.id] for each in (one, other)] == [(0, 0), (2 * PRICE, 0)]


def test_a_preview_that_is_confirmed_at_this_moment_is_not_said_to_have_lapsed() -> None:
    make.item(stock=50)
    change_id = proposed(taken("A-1"), "service", service="sf/express")
    late = moment.now() + timedelta(days=3)

    lapsed = behind(partial(confirmed, change_id), partial(changing.lapse_changes, make.TESTER, now=late))

    assert (lapsed, OrderChange.objects.get().state) == (0, "confirmed")
    assert not Event.objects.filter(kind="orders.order_change_ended").exists()
