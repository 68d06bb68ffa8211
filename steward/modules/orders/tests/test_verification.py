"""Entries by hand and changes by people wait for another person; then they go on, or back, by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.kernel import moment, parameters
from steward.kernel.actor import Actor, NotPermitted, system
from steward.modules.approvals import commands as approvals
from steward.modules.approvals import queries as asked
from steward.modules.approvals.rules import Tier
from steward.modules.orders.commands import audit, cancel, mend
from steward.modules.orders.commands import verification_deciding as deciding
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.commands.verification import AwaitsVerification
from steward.modules.orders.models import Order, OrderFinding, Verification
from tests import make

pytestmark = pytest.mark.django_db

RIGHT = {
    "recipient.phone": "+86 138 1234 5521",
    "recipient.district": "西湖",
    "recipient.street": "文三路90号5幢201室",
    "total_minor": "199.00",
}


def entered(by: Actor | None = None, **changes: Any) -> Receipt:
    """Let clerk Lin type a paid order into the form, and let what follows happen."""
    make.item(stock=50)
    facts = {"payments": [make.payment()], **changes}
    intake = Intake(draft=make.draft("H-1", **facts), source="form")
    receipt = receive_orders(by or make.clerk_lin(), intakes=[intake], now=make.NOW)[0]
    make.settle()
    return receipt


def state_of(receipt: Receipt) -> str:
    return Order.objects.get(id=receipt.order_id).state


def checked_right(receipt: Receipt, by: Actor) -> None:
    deciding.rekey_entry(by, order_id=receipt.order_id, typed=RIGHT, now=make.NOW)
    deciding.verify_entry(by, order_id=receipt.order_id, verdict="grant", now=make.NOW)
    make.settle()


def test_an_entry_by_hand_waits_for_another_person_and_then_goes_on_by_itself() -> None:
    order = entered()
    assert state_of(order) == "audit"
    with pytest.raises(AwaitsVerification):
        audit.approve_orders(make.checker_chen(), order_ids=[order.order_id], now=make.NOW)
    checked_right(order, make.checker_chen())
    assert state_of(order) == "approved"


def test_an_order_of_a_program_waits_for_nobody() -> None:
    make.item(stock=5)
    order = make.order(payments=[make.payment()])
    make.settle()
    assert state_of(order) == "approved"
    assert not Verification.objects.exists()


@pytest.mark.parametrize("who", ["lin", "admin"])
def test_nobody_checks_their_own_entry_whatever_their_role(who: str) -> None:
    make.staff(who)
    order = entered(make.administrator() if who == "admin" else None)
    own = make.staff(who)
    with pytest.raises((approvals.OwnMatter, NotPermitted)):
        deciding.rekey_entry(own, order_id=order.order_id, typed=RIGHT, now=make.NOW)
    with pytest.raises((approvals.OwnMatter, NotPermitted)):
        deciding.verify_entry(own, order_id=order.order_id, verdict="grant", now=make.NOW)
    assert Verification.objects.get().state == "open"


def test_nobody_agrees_before_typing_the_critical_fields_again() -> None:
    order = entered()
    with pytest.raises(deciding.RekeyFirst):
        deciding.verify_entry(make.checker_chen(), order_id=order.order_id, verdict="grant", now=make.NOW)
    approval_id = Verification.objects.get().approval_id
    assert approval_id is not None
    with pytest.raises(approvals.DecidedElsewhere):
        approvals.decide(make.checker_chen(), approval_id=approval_id, verdict="grant", now=make.NOW)


def test_only_the_first_unseen_try_counts() -> None:
    order, chen = entered(), make.checker_chen()
    wrong = {**RIGHT, "recipient.phone": "13812345527"}
    found = deciding.rekey_entry(chen, order_id=order.order_id, typed=wrong, now=make.NOW)
    assert found.differing == ["recipient.phone"]
    with pytest.raises(deciding.RekeyedAlready):
        deciding.rekey_entry(chen, order_id=order.order_id, typed=RIGHT, now=make.NOW)


def test_a_wrong_digit_goes_back_with_the_right_one_and_the_mended_order_goes_on() -> None:
    order, chen = entered(recipient=make.recipient(phone="13812345527")), make.checker_chen()
    found = deciding.rekey_entry(chen, order_id=order.order_id, typed=RIGHT, now=make.NOW)
    assert found.differing == ["recipient.phone"]
    deciding.verify_entry(
        chen, order_id=order.order_id, verdict="refuse", reason="one digit", wrong=found.differing, now=make.NOW
    )
    make.settle()
    assert state_of(order) == "received"
    finding = OrderFinding.objects.get(code="rekeyed_otherwise")
    assert (finding.params, finding.suggestion) == ({}, None)
    mend.take_suggestion(make.clerk_lin(), finding_id=finding.id, now=make.NOW)
    make.settle()
    assert not OrderFinding.objects.filter(resolved_at=None).exists()
    assert [(one.state, one.wrong) for one in Verification.objects.order_by("round")] == [
        ("refused", ["recipient.phone"]),
        ("open", []),
    ]
    checked_right(order, chen)
    assert state_of(order) == "approved"


def test_a_wrong_total_goes_back_with_the_right_one() -> None:
    order, chen = entered(), make.checker_chen()
    deciding.rekey_entry(chen, order_id=order.order_id, typed={**RIGHT, "total_minor": "189"}, now=make.NOW)
    deciding.verify_entry(
        chen, order_id=order.order_id, verdict="refuse", reason="189", wrong=["total_minor"], now=make.NOW
    )
    make.settle()
    finding = OrderFinding.objects.get(code="rekeyed_otherwise")
    mend.take_suggestion(make.clerk_lin(), finding_id=finding.id, now=make.NOW)
    make.settle()
    assert Order.objects.get().total_minor == 18_900
    assert not OrderFinding.objects.filter(resolved_at=None).exists()
    assert Verification.objects.order_by("round").last().state == "open"  # type: ignore[union-attr]


def test_a_change_by_a_person_waits_for_another_one_and_only_what_changed_is_typed_again() -> None:
    make.item(stock=5)
    order = make.order()
    make.settle()
    mend.mend_order(make.clerk_lin(), order_id=order.order_id, changes={"recipient.phone": "13912345521"}, now=make.NOW)
    one = Verification.objects.get()
    assert (one.cause, one.fields, one.worker) == ("changed", ["recipient.phone"], make.clerk_lin().id)


def test_a_changed_note_alone_needs_nobody() -> None:
    make.item(stock=5)
    order = make.order()
    mend.mend_order(make.clerk_lin(), order_id=order.order_id, changes={"note": "请放门口"}, now=make.NOW)
    assert not Verification.objects.exists()


def test_a_change_while_the_check_waits_takes_it_back_and_asks_anew() -> None:
    order = entered()
    mend.mend_order(
        make.administrator(), order_id=order.order_id, changes={"recipient.phone": "13912345521"}, now=make.NOW
    )
    states = [one.state for one in Verification.objects.order_by("round")]
    views = asked.approvals_of("order", [order.order_id])
    assert states == ["withdrawn", "open"]
    assert [view.state for view in views] == ["open", "withdrawn"]
    assert set(views[0].involved) == {make.clerk_lin().id, make.administrator().id}


def test_what_nobody_checked_in_time_is_asked_for_again() -> None:
    order = entered()
    assert approvals.expire_due(system("approvals.expire"), now=moment.now() + timedelta(days=2)) == 1
    make.settle()
    assert [one.state for one in Verification.objects.order_by("round")] == ["expired", "open"]
    assert state_of(order) == "audit"


def test_a_cancelled_order_waits_for_no_check() -> None:
    order = entered()
    cancel.cancel_order(make.checker_chen(), order_id=order.order_id, cause="customer", reason="no", now=make.NOW)
    make.settle()
    assert Verification.objects.get().state == "withdrawn"


def test_of_trusted_sources_a_share_is_looked_at_and_agreed_to_together() -> None:
    parameters.set_parameter(make.administrator(), name="orders.verification_sample_share", new=1.0, reason="test")
    make.item(stock=5)
    orders = [
        make.order(f"A-{n}", quantity=n, payments=[make.payment(19_900 * n, transaction=f"T-{n}")]) for n in (1, 2)
    ]
    make.settle()
    assert {state_of(order) for order in orders} == {"audit"}
    assert {one.cause for one in Verification.objects.all()} == {"sampled"}
    deciding.verify_many(make.checker_chen(), order_ids=[order.order_id for order in orders], now=make.NOW)
    make.settle()
    assert {state_of(order) for order in orders} == {"approved"}


def test_a_policy_that_asks_nobody_leaves_the_entry_to_the_audit() -> None:
    version = next(one.version for one in asked.policies() if one.kind == "order_entry")
    approvals.set_policy(make.administrator(), kind="order_entry", tiers=[Tier(deciders=0)], version=version)
    order = entered()
    assert state_of(order) == "audit"
    audit.approve_orders(make.checker_chen(), order_ids=[order.order_id], now=make.NOW)
    assert state_of(order) == "approved"
