"""The audit: a buyer's credit as a reason, why it was late, and the steps of the process as data."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import errors
from steward.kernel.actor import NotPermitted
from steward.kernel.models import Event
from steward.modules.deadlines import queries as deadlines
from steward.modules.orders import queries
from steward.modules.orders.commands import audit, auditing, cancel, process, progress
from steward.modules.orders.commands.late_audits import WhyLate
from steward.modules.orders.models import LateAudit, Order, Step
from tests import make

pytestmark = pytest.mark.django_db
LATE = make.NOW + timedelta(hours=3)
TEXTS = {"zh-hans": "逐项核对。", "zh-hant": "逐項核對。", "en": "Check each item."}


def order_in_audit(number: str = "A-1", *, quantity: int = 30) -> int:
    """Take in a paid order too large to pass by itself; return its id."""
    if not queries.orders_page(queries.OrderFilters()).rows:
        make.item(stock=500)
    paid = make.payment(quantity * 19_900, transaction=f"T-{number}")
    id_ = make.order(number, quantity=quantity, payments=[paid]).order_id
    progress.advance_orders(make.TESTER, order_ids=[id_], now=make.NOW)
    assert Order.objects.get(id=id_).state == "audit"
    return id_


def test_a_late_audit_asks_why_and_leaves_the_order_as_it_was() -> None:
    order_id = order_in_audit()

    with pytest.raises(WhyLate):
        audit.approve_orders(make.checker_chen(), order_ids=[order_id], now=LATE)

    assert Order.objects.get(id=order_id).state == "audit"
    assert not LateAudit.objects.exists()
    assert not Event.objects.filter(kind="orders.order_approved").exists()


def test_a_late_audit_with_its_reason_is_counted() -> None:
    order_id = order_in_audit()

    audit.approve_orders(
        make.checker_chen(), order_ids=[order_id], now=LATE, late_cause="too_much_work", late_note="双11"
    )

    row = LateAudit.objects.get()
    assert (row.order_id, row.cause, row.note, row.automatic) == (order_id, "too_much_work", "双11", False)
    assert row.due_at == make.NOW + timedelta(hours=1)


def test_sending_back_late_asks_why_too() -> None:
    order_id = order_in_audit()

    with pytest.raises(WhyLate):
        audit.send_back_order(make.checker_chen(), order_id=order_id, reason="x", now=LATE)


def test_nobody_chooses_the_reason_of_what_passed_by_itself() -> None:
    order_id = order_in_audit()

    with pytest.raises(WhyLate):
        audit.approve_orders(make.checker_chen(), order_ids=[order_id], now=LATE, late_cause="by_itself")


def test_an_audit_in_time_asks_nothing() -> None:
    order_id = order_in_audit()

    audit.approve_orders(make.checker_chen(), order_ids=[order_id], now=make.NOW + timedelta(minutes=59))

    assert not LateAudit.objects.exists()


def test_each_waiting_order_says_why_it_does_not_pass_by_itself() -> None:
    order_id = order_in_audit()

    waiting = auditing.waiting_of([order_id], LATE)[order_id]

    assert waiting.reasons == ["above_limit"]
    assert waiting.late_since == make.NOW + timedelta(hours=1)
    assert waiting.credit is not None
    assert waiting.credit.grade == "new"


def test_a_buyer_who_left_orders_unpaid_waits_for_a_person() -> None:
    make.item(stock=500)
    for number in range(3):
        order_id = make.order(f"U-{number}").order_id
        Order.objects.filter(id=order_id).update(state="cancelled", cancel_cause="unpaid")
    order_id = make.order("A-9", payments=[make.payment()]).order_id

    progress.advance_orders(make.TESTER, order_ids=[order_id], now=make.NOW)

    assert Order.objects.get(id=order_id).state == "audit"
    assert auditing.waiting_of([order_id], make.NOW)[order_id].reasons == ["credit_poor"]


def test_a_changed_step_shows_on_every_order_and_keeps_the_version_before() -> None:
    order_id = order_in_audit()

    version = process.change_step(
        make.manager_zhao(),
        code="audit",
        responsible_role="supervisor",
        instruction=TEXTS,
        target_s=1_800,
        seen_version=1,
        reason="shorter",
        now=make.NOW,
    )

    current = queries.order_detail(order_id).standing.current
    assert version == 2
    assert current is not None
    assert (current.responsible_role, current.instruction["en"]) == ("supervisor", "Check each item.")
    limits = {one.clock_kind: one.target_s for one in deadlines.time_limits() if one.subject_kind == "order"}
    assert limits["order_audit"] == 1_800
    assert list(Step.objects.filter(code="audit").order_by("version").values_list("active", flat=True)) == [False, True]


@pytest.mark.parametrize("text", ["", "x" * 401])
def test_a_step_says_in_every_language_what_is_to_be_done(text: str) -> None:
    with pytest.raises(process.UnfitStep):
        process.change_step(
            make.manager_zhao(),
            code="audit",
            responsible_role="supervisor",
            instruction=TEXTS | {"zh-hant": text},
            seen_version=1,
            reason="x",
            now=make.NOW,
        )


def test_nobody_changes_a_step_over_what_another_saved() -> None:
    with pytest.raises(errors.Stale):
        process.change_step(
            make.manager_zhao(),
            code="audit",
            responsible_role="supervisor",
            instruction=TEXTS,
            seen_version=9,
            reason="x",
            now=make.NOW,
        )


def test_a_clerk_changes_no_step() -> None:
    with pytest.raises(NotPermitted):
        process.change_step(
            make.clerk_lin(),
            code="audit",
            responsible_role="supervisor",
            instruction=TEXTS,
            seen_version=1,
            reason="x",
            now=make.NOW,
        )


def test_an_order_cancelled_after_its_audit_was_due_is_accounted_for() -> None:
    order_id = order_in_audit()

    cancel.cancel_order(make.TESTER, order_id=order_id, cause="customer", reason="Called", now=LATE)

    row = LateAudit.objects.get()
    assert (row.order_id, row.cause, row.note) == (order_id, "other", "cancelled")
