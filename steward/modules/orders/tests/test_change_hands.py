"""Whoever changes an order neither audits what comes of it nor agrees to the money it gives back.

Source: ORD-3, ORD-9.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.kernel.actor import Actor, system
from steward.modules.approvals import commands as approvals
from steward.modules.orders.commands import audit, auditing, changing, offers
from steward.modules.orders.commands.offers_answering import answer_offer
from steward.modules.orders.models import Order, OrderChange
from steward.modules.orders.queries import offers as offer_queries
from steward.modules.orders.queries.money import facts_of
from steward.modules.orders.rules.change_effects import Share
from steward.modules.orders.rules.change_plan import LineWish, Wish
from steward.modules.orders.tests.test_changing import PRICE, change, line_of, order
from steward.modules.payments import commands as payments
from steward.modules.payments.models import RefundRequest
from tests import make

pytestmark = pytest.mark.django_db
DEAR = 40  # pieces: above the limit of automatic approval, of which a half is below


def somebody(number: int) -> Actor:
    """Return a person who may do everything."""
    return Actor(id=f"person:{number}", kind="person", permissions=frozenset({"*"}))


def pay(one: Order, amount_minor: int) -> None:
    """Let the money of an order come in."""
    make.bank_money(one.id, amount_minor)
    make.settle()


def refuses_audit_by(actor: Actor, one: Order) -> bool:
    """Tell whether an order may not be audited by somebody who changed it."""
    with pytest.raises(audit.OwnMend):
        audit.approve_orders(actor, order_ids=[one.id], now=make.NOW)
    return True


def test_halves_of_an_order_above_the_limit_wait_for_a_person_as_the_whole_does() -> None:
    one = order(quantity=DEAR, stock=DEAR)
    assert one.state == "audit"

    after = change(one, "split", shares=[Share(line_of(one).id, DEAR // 2)])

    part = Order.objects.get(split_from=one)
    assert (after.state, part.state) == ("audit", "audit")
    why = auditing.waiting_of([one.id, part.id], make.NOW)
    assert all({"above_limit", "amounts_mended"} <= set(each.reasons) for each in why.values())
    assert refuses_audit_by(make.checker_chen(), after)
    assert refuses_audit_by(make.checker_chen(), part)
    assert audit.approve_orders(make.administrator(), order_ids=[one.id, part.id], now=make.NOW) == 2


def test_a_part_of_a_part_is_judged_by_the_whole_and_so_is_what_it_goes_into() -> None:
    one, other = order(quantity=DEAR, stock=2 * DEAR, paid=False), order("A-2", quantity=1, paid=False)
    change(one, "split", shares=[Share(line_of(one).id, DEAR // 2)])
    part = Order.objects.get(split_from=one)
    change(part, "split", shares=[Share(line_of(part).id, 1)])
    smallest = Order.objects.get(split_from=part)

    change(other, "merge", other_number=smallest.number)

    family = Order.objects.filter(id__in=[one.id, part.id, smallest.id, other.id])
    assert {each.whole_minor for each in family} == {DEAR * PRICE}


def test_an_order_its_buyer_splits_is_judged_by_the_whole_too() -> None:
    make.item(stock=DEAR // 2)
    receipt = make.order(quantity=DEAR, payments=[make.payment(DEAR * PRICE)])
    make.settle()
    offer_id = offers.make_offer(make.TESTER, order_id=receipt.order_id, now=make.NOW)
    split = next(one for one in offer_queries.options(offer_queries.get_offer(offer_id)) if one.kind == "split")

    answer_offer(make.TESTER, offer_id=offer_id, option=split.code, now=make.NOW)
    make.settle()

    first = Order.objects.get(id=receipt.order_id)
    assert (first.total_minor, first.state, first.mended_by) == (DEAR // 2 * PRICE, "audit", [])
    assert auditing.waiting_of([first.id], make.NOW)[first.id].reasons == ["above_limit"]


def test_who_splits_for_the_buyer_audits_neither_part() -> None:
    make.item(stock=2)
    receipt = make.order(quantity=5, payments=[make.payment(5 * PRICE)])
    make.settle()
    offer_id = offers.make_offer(make.TESTER, order_id=receipt.order_id, now=make.NOW)
    split = next(one for one in offer_queries.options(offer_queries.get_offer(offer_id)) if one.kind == "split")

    answer_offer(somebody(901), offer_id=offer_id, option=split.code, reason="They called", now=make.NOW)
    make.settle()

    first = Order.objects.get(id=receipt.order_id)
    assert first.state == "audit"
    assert refuses_audit_by(somebody(901), first)


def test_who_merged_orders_does_not_audit_the_one_they_became() -> None:
    one, other = order("A-1", paid=False), order("A-2", quantity=2, paid=False)
    merged = change(one, "merge", other_number=other.number)

    pay(merged, 5 * PRICE)

    merged.refresh_from_db()
    assert merged.state == "audit"
    assert refuses_audit_by(make.checker_chen(), merged)


def test_an_order_that_was_taken_out_again_waits_for_somebody_else() -> None:
    one, other = order("A-1"), order("A-2", quantity=2)
    change(one, "merge", other_number=other.number)

    change(one, "unmerge", undoes=OrderChange.objects.get(kind="merge").id)

    other.refresh_from_db()
    assert other.state == "audit"
    assert refuses_audit_by(make.checker_chen(), other)


def refuses_refund_by(actor: Actor, request: RefundRequest) -> bool:
    """Tell whether somebody may not agree to a refund because it is their own matter."""
    with pytest.raises(approvals.OwnMatter):
        approvals.decide(actor, approval_id=request.approval_request_id or 0, verdict="grant", now=make.NOW)
    return True


def test_nobody_who_asked_for_a_change_or_decided_it_agrees_to_its_refund() -> None:
    # given: a change that gives back more than passes without a second person, wished by one and confirmed by another
    one = order(quantity=6)
    wish = Wish(kind="cancel_lines", reason="Called", lines=[LineWish(line_id=line_of(one).id, quantity=1)])
    change_id = changing.propose_change(somebody(901), order_id=one.id, wish=wish, now=make.NOW)
    # when
    changing.confirm_change(somebody(902), change_id=change_id, now=make.NOW)
    # then: neither of them agrees to it; a third person does
    request = RefundRequest.objects.get()
    assert (request.amount_minor, request.approval) == (5 * PRICE, "awaiting")
    assert refuses_refund_by(somebody(901), request)
    assert refuses_refund_by(somebody(902), request)
    granted = approvals.decide(
        make.administrator(), approval_id=request.approval_request_id or 0, verdict="grant", now=make.NOW
    )
    assert granted == "granted"


def test_nobody_who_asked_for_a_cancellation_or_confirmed_it_agrees_to_its_refund() -> None:
    # given: a cancellation that gives back more than passes without a second person
    one = order(quantity=6)
    wish = Wish(kind="cancel", reason="Called", cause="customer")
    change_id = changing.propose_change(somebody(901), order_id=one.id, wish=wish, now=make.NOW)
    # when
    changing.confirm_change(somebody(902), change_id=change_id, now=make.NOW)
    # then: neither of them agrees to it; a third person does
    request = RefundRequest.objects.get()
    assert (request.amount_minor, request.approval) == (6 * PRICE, "awaiting")
    assert refuses_refund_by(somebody(902), request)
    assert refuses_refund_by(somebody(901), request)
    granted = approvals.decide(
        make.administrator(), approval_id=request.approval_request_id or 0, verdict="grant", now=make.NOW
    )
    assert granted == "granted"


def ask_back(one: Order, amount_minor: int) -> payments.RequestReceipt:
    """Let one person ask for money of an order back."""
    want = payments.RefundWant(order=facts_of([one.id])[0], cause="goodwill", currency="CNY", amount_minor=amount_minor)
    return payments.request_refund(somebody(901), want=want, now=make.NOW)


def test_slices_of_a_split_order_wait_for_a_second_person_too() -> None:
    # given: an order in three, the third split off the second; each slice passes by itself
    one = order(quantity=9)
    change(one, "split", shares=[Share(line_of(one).id, 6)])
    part = Order.objects.get(split_from=one)
    change(part, "split", shares=[Share(line_of(part).id, 3)])
    smallest = Order.objects.get(split_from=part)
    # when
    first, second = ask_back(one, 2 * PRICE), ask_back(smallest, 2 * PRICE)
    # then
    assert (first.approval, second.approval) == ("not_needed", "awaiting")
    assert ask_back(part, 1).approval == "awaiting"


def test_a_slice_of_a_split_order_that_is_asked_for_anew_waits_again() -> None:
    # given: the second half waits for somebody because of the first
    one = order(quantity=4)
    change(one, "split", shares=[Share(line_of(one).id, 2)])
    part = Order.objects.get(split_from=one)
    assert ask_back(one, 2 * PRICE).approval == "not_needed"
    change(part, "cancel", cause="customer")
    assert RefundRequest.objects.get(order_id=part.id).approval == "awaiting"
    # when: nobody decides in time
    approvals.expire_due(system("approvals.expire"), now=make.NOW + timedelta(days=1))
    make.settle()
    # then
    assert RefundRequest.objects.filter(order_id=part.id).latest("id").approval == "awaiting"
    assert RefundRequest.objects.filter(order_id=part.id).count() == 2


@pytest.mark.parametrize(("kind", "stock"), [("cancel", 0), ("partial", 1)])
def test_who_answers_an_offer_for_the_buyer_does_not_agree_to_its_refund(kind: str, stock: int) -> None:
    make.item(stock=stock)
    receipt = make.order(quantity=6, payments=[make.payment(6 * PRICE)])
    make.settle()
    offer_id = offers.make_offer(make.TESTER, order_id=receipt.order_id, now=make.NOW)
    found: list[Any] = [one for one in offer_queries.options(offer_queries.get_offer(offer_id)) if one.kind == kind]

    answer_offer(somebody(901), offer_id=offer_id, option=found[0].code, reason="They called", now=make.NOW)

    request = RefundRequest.objects.get()
    assert request.requested_by == "person:901"
    assert refuses_refund_by(somebody(901), request)
