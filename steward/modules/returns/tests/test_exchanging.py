"""What is wanted in the place of goods is set aside when it is agreed, kept until they are back, and then sent."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.modules.logistics.tests import ship
from steward.modules.orders.commands import cancel
from steward.modules.orders.models import Line, Order
from steward.modules.returns.commands import deciding, exchange_ending, exchange_settling, exchanging, following
from steward.modules.returns.commands.closing import NotDone, complete_case
from steward.modules.returns.commands.drafts import Instead
from steward.modules.returns.commands.requesting import open_cases
from steward.modules.returns.models import Exchange, RefundDue
from steward.modules.returns.tests import case, swaps
from tests import make

pytestmark = pytest.mark.django_db


def test_the_same_again_is_set_aside_at_approval_and_costs_nothing() -> None:
    order = case.delivered()
    before = swaps.free("TENT-2")
    receipt = swaps.opened(order)

    exchange, made = swaps.both(receipt)

    assert (exchange.state, case.case_of(receipt).replacement_order_id) == ("reserved", made.id)
    assert (made.state, made.fulfilment_state, made.awaits_goods) == ("checked", "promised", True)
    assert (made.total_minor, made.credit_minor, made.replaces_id) == (19_900, 19_900, order.id)
    assert swaps.free("TENT-2") == before - 1
    make.settle()
    made.refresh_from_db()
    assert (made.state, made.awaits_goods) == ("checked", True)


def test_goods_that_are_back_pay_for_it_and_it_goes_once() -> None:
    order = case.delivered()
    receipt = swaps.opened(order)
    swaps.back(receipt)
    make.settle()

    exchange, made = swaps.both(receipt)
    assert exchange_settling.settle_exchanges(make.TESTER, case_ids=[receipt.id or 0], now=swaps.ARRIVED) == 0
    order.refresh_from_db()

    assert (exchange.state, exchange.credited_minor) == ("released", 19_900)
    assert (made.state, made.payment_state, made.paid_minor, made.credit_minor) == ("approved", "paid", 19_900, 0)
    assert (order.payment_state, order.paid_minor, order.refunded_minor) == ("partly_refunded", 39_800, 19_900)
    due = RefundDue.objects.get()
    assert (due.state, due.credit_order_id, due.request_id, due.amount_minor) == ("paid", made.id, None, 19_900)
    assert sum(part.amount_minor for part in due.parts.all()) == due.amount_minor


def test_a_case_is_completed_when_its_replacement_arrived_and_not_before() -> None:
    receipt = swaps.opened(case.delivered())
    with pytest.raises(NotDone):
        complete_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)
    swaps.back(receipt)
    make.settle()
    _exchange, made = swaps.both(receipt)
    assert case.case_of(receipt).state == "approved"

    Order.objects.filter(id=made.id).update(fulfilment_state="delivered")
    assert exchange_settling.note_deliveries(make.TESTER, order_ids=[made.id], now=swaps.ARRIVED) == 1
    assert exchange_settling.note_deliveries(make.TESTER, order_ids=[made.id], now=swaps.ARRIVED) == 0

    assert (swaps.both(receipt)[0].state, case.case_of(receipt).state) == ("done", "completed")


def test_what_is_not_there_is_never_promised() -> None:
    order = case.delivered()
    swaps.shelf(stock=0)
    receipt = swaps.opened(order, sku=swaps.DEARER, approve=False)
    orders = Order.objects.count()

    with pytest.raises(exchanging.OutOfStock, match="TENT-4 × 1"):
        deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)

    assert (case.case_of(receipt).state, Order.objects.count()) == ("requested", orders)
    exchanging.choose_replacements(make.agent_wang(), case_id=receipt.id or 0, insteads=[], now=case.LATER)
    deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)
    assert swaps.both(receipt)[0].state == "reserved"


def test_what_is_no_kin_of_the_goods_cannot_be_had_instead() -> None:
    order = case.delivered()
    make.item("MUG-1", stock=5)
    line = Line.objects.get(order=order)

    refused = case.opened(order, kind="exchange", instead=(Instead(line.id, "MUG-1", 1),)).refusal
    assert refused is not None
    assert (refused.code, refused.params["sku"]) == ("unfit_choice", "MUG-1")
    assert not Exchange.objects.exists()
    receipt = swaps.opened(order)
    with pytest.raises(exchanging.NothingToChoose):
        exchanging.choose_replacements(make.agent_wang(), case_id=receipt.id or 0, insteads=[], now=case.LATER)


@pytest.mark.parametrize("ended", ["withdraw", "lapse"])
def test_a_case_that_comes_to_nothing_gives_its_goods_back(ended: str) -> None:
    order = case.delivered()
    before = swaps.free("TENT-2")
    receipt = swaps.opened(order)

    if ended == "withdraw":
        deciding.withdraw_case(make.agent_wang(), case_id=receipt.id or 0, now=case.LATER)
    else:
        following.lapse_cases(make.TESTER, now=case.LATER.replace(year=2027))
    make.settle()
    exchange_ending.end_with_cases(make.TESTER, case_ids=[receipt.id or 0], now=case.LATER)

    exchange, made = swaps.both(receipt)
    assert (exchange.state, made.state, swaps.free("TENT-2")) == ("ended", "cancelled", before)


def test_pieces_that_do_not_count_are_not_replaced() -> None:
    order = case.delivered(2)
    before = swaps.free("TENT-2")
    receipt = swaps.opened(order, 2)
    first, second = case.pieces(receipt)
    swaps.back(receipt, verdicts={first.id: "accept", second.id: "reject"})
    make.settle()

    exchange, made = swaps.both(receipt)
    assert (exchange.state, made.total_minor, made.payment_state) == ("released", 19_900, "paid")
    assert [line.quantity for line in Line.objects.filter(order=made)] == [1]
    assert swaps.free("TENT-2") == before - 1 + 1  # one is sent, one came back


def test_where_no_piece_counts_nothing_is_sent() -> None:
    order = case.delivered()
    receipt = swaps.opened(order)
    swaps.back(receipt, verdict="reject")
    make.settle()

    exchange, made = swaps.both(receipt)
    assert (exchange.state, exchange.why, made.state) == ("ended", "rejected", "cancelled")
    assert (case.case_of(receipt).state, RefundDue.objects.count()) == ("completed", 0)


def test_a_replacement_somebody_cancels_is_chosen_anew_or_paid_back() -> None:
    order = case.delivered()
    receipt = swaps.opened(order)
    _exchange, made = swaps.both(receipt)
    cancel.cancel_order(make.manager_zhao(), order_id=made.id, cause="other", reason="Torn", now=case.LATER)
    make.settle()
    exchange = Exchange.objects.get()
    assert (exchange.state, exchange.why) == ("open", "order_cancelled")

    exchange_ending.refund_instead(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)
    swaps.back(receipt)
    make.settle()

    due = RefundDue.objects.get()
    assert (case.case_of(receipt).kind, due.amount_minor, due.credit_order_id) == ("return_refund", 19_900, None)


def test_goods_that_come_after_all_are_exchanged_after_all() -> None:
    receipt = swaps.opened(case.delivered())
    following.lapse_cases(make.TESTER, now=case.LATER.replace(year=2027))
    make.settle()
    swaps.back(receipt)
    make.settle()

    exchange, made = swaps.both(receipt)
    assert (exchange.state, exchange.round, made.external_number) == ("released", 2, f"{receipt.number}/2")
    assert made.payment_state == "paid"


def test_many_are_set_aside_in_as_many_statements_as_a_few() -> None:
    made = [case.delivered(1, number="A-1"), *(_another(number) for number in ("A-2", "A-3", "A-4", "A-5"))]

    def asked(some: list[Order]) -> int:
        drafts = [case.wanted(one, kind="exchange") for one in some]
        with CaptureQueriesContext(connection) as seen:
            receipts = open_cases(make.agent_wang(), drafts=drafts, now=case.LATER)
        assert {one.state for one in receipts} == {"approved"}
        return len([one for one in seen if "kernel_parameter" not in one["sql"]])

    asked(made[:1])
    assert asked(made[1:2]) == asked(made[2:])
    assert Exchange.objects.filter(state="reserved").count() == 5


def _another(number: str) -> Order:
    """Let one more order be there that was delivered."""
    ship.approved(number)
    Order.objects.filter(external_number=number).update(fulfilment_state="delivered", state="completed")
    return Order.objects.get(external_number=number)
