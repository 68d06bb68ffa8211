"""Screening: what is judged, what is held, and that what is held goes nowhere until a person has decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from steward.kernel import errors
from steward.kernel.actor import system
from steward.modules.customers.commands import rights
from steward.modules.deadlines.queries import clocks_of
from steward.modules.orders import handlers
from steward.modules.orders.commands import audit, cancel, mend, screening_deciding
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.events import OrderReceived
from steward.modules.orders.models import Hold, HoldDecision, Order, Screening, Signal
from steward.modules.orders.rules.drafts import BuyerDraft, OriginDraft
from tests import make

pytestmark = pytest.mark.django_db
ORDERS = system("orders")
LATER = make.NOW + timedelta(minutes=5)
HASTY = OriginDraft(device_id="dev-77aa", ip="203.0.113.9", registered_at=make.NOW - timedelta(seconds=12))


def paid(number: str = "A-1", *, origin: OriginDraft | None = None, historic: bool = False, **changes: Any) -> Receipt:
    draft = make.draft(number, payments=[make.payment(transaction=f"T-{number}")], origin=origin, **changes)
    return receive_orders(make.TESTER, intakes=[Intake(draft=draft, source="api", historic=historic)], now=make.NOW)[0]


def other_buyer(number: int) -> BuyerDraft:
    return BuyerDraft(external_id=f"buyer-{number}", name=f"客户{number}")


@pytest.fixture(autouse=True)
def goods() -> None:
    make.item(stock=50)


def test_an_ordinary_order_is_screened_and_goes_on_by_itself() -> None:
    receipt = paid()
    make.settle()
    assert Order.objects.get().state == "approved"
    assert Screening.objects.get(order_id=receipt.order_id).score == 0
    kinds = set(Signal.objects.values_list("kind", flat=True))
    assert kinds == {"customer", "phone", "address"}


def test_an_order_within_a_minute_of_signing_up_is_held_and_goes_no_step_forward() -> None:
    receipt = paid(origin=HASTY)
    make.settle()
    for _ in range(3):
        advance_orders(ORDERS, order_ids=[receipt.order_id], now=LATER)
    order = Order.objects.get()
    assert (order.state, Screening.objects.get().score) == ("audit", 55)
    assert Hold.objects.filter(order=order, decision=None).count() == 1
    assert "order_screening" in {clock.kind for clock in clocks_of("order", order.id)}


def test_a_held_order_cannot_be_approved_by_hand() -> None:
    receipt = paid(origin=HASTY)
    make.settle()
    with pytest.raises(audit.HeldByScreening):
        audit.approve_orders(make.checker_chen(), order_ids=[receipt.order_id], now=LATER)
    assert Order.objects.get().state == "audit"


def test_an_order_that_no_worker_has_seen_is_screened_before_somebody_approves_it() -> None:
    receipt = paid(origin=HASTY)
    with pytest.raises(audit.HeldByScreening):
        audit.approve_orders(make.checker_chen(), order_ids=[receipt.order_id], now=LATER)


def test_a_held_order_that_is_paid_later_waits_for_its_release() -> None:
    receipt = make.order(origin=HASTY)
    make.settle()
    Order.objects.filter(id=receipt.order_id).update(payment_state="paid", paid_minor=19_900)
    advance_orders(ORDERS, order_ids=[receipt.order_id], now=LATER)
    assert Order.objects.get().state == "checked"


def test_a_released_order_goes_on_by_itself_and_stays_released() -> None:
    receipt = paid(origin=HASTY)
    make.settle()
    chen = make.checker_chen()
    screening_deciding.release_hold(chen, order_id=receipt.order_id, reason="电话核实为本人", now=LATER)
    make.settle()
    assert Order.objects.get().state == "approved"
    decision = HoldDecision.objects.get()
    assert (decision.outcome, decision.decided_by, decision.reason) == ("released", chen.id, "电话核实为本人")
    assert {c.kind: c.outcome for c in clocks_of("order", receipt.order_id)}["order_screening"] == "met"


def test_a_rejected_order_is_cancelled_as_fraud() -> None:
    receipt = paid(origin=HASTY)
    make.settle()
    screening_deciding.reject_hold(make.checker_chen(), order_id=receipt.order_id, reason="号码为空号", now=LATER)
    make.settle()
    order = Order.objects.get()
    assert (order.state, order.cancel_cause) == ("cancelled", "fraud")
    assert HoldDecision.objects.get().outcome == "rejected"


def test_a_hold_is_decided_once() -> None:
    receipt = paid(origin=HASTY)
    make.settle()
    screening_deciding.release_hold(make.checker_chen(), order_id=receipt.order_id, reason="核实", now=LATER)
    with pytest.raises(screening_deciding.NotHeld):
        screening_deciding.reject_hold(make.manager_zhao(), order_id=receipt.order_id, reason="可疑", now=LATER)
    assert HoldDecision.objects.get().outcome == "released"
    assert Order.objects.get().state == "approved"


def test_a_decision_needs_a_reason_and_a_person() -> None:
    receipt = paid(origin=HASTY)
    make.settle()
    with pytest.raises(audit.ReasonMissing):
        screening_deciding.release_hold(make.checker_chen(), order_id=receipt.order_id, reason=" ", now=LATER)
    with pytest.raises(screening_deciding.NeedsPerson):
        screening_deciding.release_hold(ORDERS, order_id=receipt.order_id, reason="automatic", now=LATER)
    assert not HoldDecision.objects.exists()


def test_whoever_entered_an_order_does_not_decide_about_it() -> None:
    zhao = make.manager_zhao()
    draft = make.draft(payments=[make.payment()], origin=HASTY)
    receipt = receive_orders(zhao, intakes=[Intake(draft=draft, source="form")], now=make.NOW)[0]
    make.settle()
    with pytest.raises(audit.OwnEntry):
        screening_deciding.release_hold(zhao, order_id=receipt.order_id, reason="我认识他", now=LATER)
    assert not HoldDecision.objects.exists()


def test_who_owns_the_program_that_entered_an_order_does_not_decide_about_it() -> None:
    draft = make.draft(payments=[make.payment()], origin=HASTY)
    receipt = receive_orders(make.program("orders.enter"), intakes=[Intake(draft=draft, source="api")], now=make.NOW)[0]
    make.settle()
    with pytest.raises(audit.OwnEntry):
        screening_deciding.release_hold(make.administrator(), order_id=receipt.order_id, reason="我认识他", now=LATER)
    assert not HoldDecision.objects.exists()


def test_an_order_that_is_cancelled_otherwise_ends_its_hold() -> None:
    receipt = paid(origin=HASTY)
    make.settle()
    cancel.cancel_order(make.manager_zhao(), order_id=receipt.order_id, cause="customer", reason="不要了", now=LATER)
    make.settle()
    assert HoldDecision.objects.get().outcome == "lapsed"
    assert {c.kind: c.outcome for c in clocks_of("order", receipt.order_id)}["order_screening"] == "cancelled"


def test_the_handler_run_twice_writes_everything_once() -> None:
    receipts = [paid(f"A-{n}", origin=HASTY) for n in range(3)]
    events = [
        OrderReceived(
            order_id=one.order_id, number=one.number, shop="own", external_number="", state=one.state, total_minor=0,
            currency="CNY", source="api",
        )
        for one in receipts
    ]  # fmt: skip
    handlers.on_order_received_advance_order(events)
    before = (Signal.objects.count(), Screening.objects.count(), Hold.objects.count())
    handlers.on_order_received_advance_order(events)
    assert (Signal.objects.count(), Screening.objects.count(), Hold.objects.count()) == before
    assert before[1:] == (3, 3)


def test_orders_of_one_batch_count_for_each_other_in_the_order_they_were_placed() -> None:
    for n in range(5):
        paid(f"A-{n}", origin=OriginDraft(device_id="dev-ring-1"), buyer=other_buyer(n), recipient=nobody(n))
    make.settle()
    scores = list(Screening.objects.order_by("order_id").values_list("score", flat=True))
    assert scores == [0, 10, 30, 30, 75]
    assert Screening.objects.order_by("order_id").last().reasons[0]["facts"]["count"] == 5  # type: ignore[union-attr]


def nobody(number: int) -> object:
    return make.recipient(name="", phone="", street=f"文三路 {number + 1000} 号")


def test_past_orders_count_but_are_never_held() -> None:
    for n in range(4):
        paid(f"P-{n}", historic=True, origin=OriginDraft(device_id="dev-old"), buyer=other_buyer(n))
    make.settle()
    assert not Screening.objects.exists()
    paid("NEW", origin=OriginDraft(device_id="dev-old"), buyer=other_buyer(9), recipient=nobody(9))
    make.settle()
    assert Screening.objects.get().score == 75
    assert Hold.objects.count() == 1


def test_an_order_mended_to_another_address_is_screened_anew() -> None:
    receipt = make.order()
    make.settle()
    mend.mend_order(
        make.manager_zhao(), order_id=receipt.order_id, changes={"recipient.street": "学院路 8 号 1201 室"}, now=LATER
    )
    assert Screening.objects.filter(order_id=receipt.order_id).count() == 2
    assert Signal.objects.filter(order_id=receipt.order_id, kind="address").count() == 1


def test_what_a_person_released_is_not_held_again_for_as_much() -> None:
    receipt = make.order(origin=HASTY)
    make.settle()
    screening_deciding.release_hold(make.checker_chen(), order_id=receipt.order_id, reason="核实", now=LATER)
    mend.mend_order(make.manager_zhao(), order_id=receipt.order_id, changes={"note": "周末送"}, now=LATER)
    assert Screening.objects.count() == 2
    assert Hold.objects.count() == 1


def test_an_erased_customer_leaves_no_signals() -> None:
    receipt = paid(origin=HASTY)
    make.settle()
    customer_id = Order.objects.get(id=receipt.order_id).customer_id
    assert customer_id is not None
    rights.erase_customer(make.administrator(), customer_id=customer_id, reason="本人要求", now=LATER)
    make.settle()
    assert not Signal.objects.exists()


def test_the_origin_rests_sealed_and_never_in_clear() -> None:
    paid(origin=HASTY)
    make.settle()
    with connection.cursor() as cursor:
        cursor.execute("SELECT (o.*)::text FROM orders_order o UNION ALL SELECT (s.*)::text FROM orders_signal s")
        texts = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT coalesce(string_agg(data::text, ' '), '') FROM kernel_event")
        texts += cursor.fetchone()[0]
    assert "dev-77aa" not in texts
    assert "203.0.113" not in texts


def test_what_was_judged_cannot_be_changed_afterwards() -> None:
    paid(origin=HASTY)
    make.settle()
    with pytest.raises(IntegrityError), transaction.atomic():
        Screening.objects.update(score=0)


def test_the_number_of_statements_does_not_grow_with_the_orders(django_assert_max_num_queries: object) -> None:
    ids = [paid(f"A-{n}", origin=OriginDraft(device_id=f"dev-{n}0"), buyer=other_buyer(n)).order_id for n in range(30)]
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        advance_orders(ORDERS, order_ids=ids, now=LATER)
    assert Screening.objects.count() == 30


def test_an_order_that_is_not_held_cannot_be_released() -> None:
    receipt = paid()
    make.settle()
    with pytest.raises(errors.Refusal) as refused:
        screening_deciding.release_hold(make.checker_chen(), order_id=receipt.order_id, reason="好", now=LATER)
    assert refused.value.code == "not_held"
