"""How urgent an order is, what was promised about its arrival, and the clocks that count by it."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.commands import PolicyDraft, add_policy, forget_policies
from steward.modules.orders import queries
from steward.modules.orders.commands.cancel import cancel_order
from steward.modules.orders.commands.urgency import NoSuchPriority, OrderEnded, set_urgency
from steward.modules.orders.models import Order
from steward.modules.orders.rules.change_effects import Share
from steward.modules.orders.rules.drafts import LineDraft, Priority
from steward.modules.orders.tests.test_changing import change, line_of
from tests import make

pytestmark = pytest.mark.django_db
MUCH = [LineDraft(sku="TENT-2", quantity=40, unit_price_minor=19_900)]
HALF_AN_HOUR_S = 1_800


def urgent_limit() -> None:
    """Give urgent orders half an hour to their audit."""
    limit = PolicyDraft(
        rank=50,
        target_s=HALF_AN_HOUR_S,
        responsible_role="order_checker",
        condition=[{"fact": "priority", "op": "is", "value": "urgent"}],
    )
    add_policy(make.TESTER, subject_kind="order", clock_kind="order_audit", code="urgent", draft=limit)
    forget_policies()


def in_audit(number: str = "A-1", priority: Priority = "normal") -> int:
    """Take in a paid order that waits for a person."""
    make.item(stock=80)
    paid = [make.payment(40 * 19_900, f"T-{number}")]
    return make.order(number, payments=paid, lines=MUCH, priority=priority).order_id


def audit_limit(order_id: int) -> int:
    """Read within which time an order is to be audited. Units: seconds."""
    (clock,) = [one for one in deadlines.clocks_of("order", order_id) if one.kind == "order_audit"]
    return clock.target_s


def test_an_order_comes_in_with_its_priority_and_promise() -> None:
    make.item(stock=5)
    due = make.NOW + timedelta(days=3)
    number = make.order(priority="urgent", delivery_due_at=due).number
    found = queries.order_detail(number).order
    assert (found.priority, found.delivery_due_at) == ("urgent", due)


def test_urgent_orders_are_audited_by_their_own_limit() -> None:
    urgent_limit()
    assert audit_limit(in_audit(priority="urgent")) == HALF_AN_HOUR_S


def test_a_part_of_an_urgent_order_is_audited_by_its_limit_too() -> None:
    # given
    urgent_limit()
    one = Order.objects.get(id=in_audit(priority="urgent"))
    make.settle()
    # when
    change(one, "split", shares=[Share(line_of(one).id, 20)])
    # then
    part = Order.objects.get(split_from=one)
    assert (part.state, part.priority) == ("audit", "urgent")
    assert audit_limit(part.id) == HALF_AN_HOUR_S


def test_other_orders_keep_the_limit_of_all() -> None:
    urgent_limit()
    assert audit_limit(in_audit()) == 3_600


def test_making_an_order_urgent_recomputes_its_clock_and_says_why() -> None:
    urgent_limit()
    order_id = in_audit()
    assert set_urgency(
        make.staff("lin"), order_id=order_id, priority="urgent", delivery_due_at=None, reason="生日礼物", now=make.NOW
    )
    assert audit_limit(order_id) == HALF_AN_HOUR_S
    assert any("生日礼物" in entry.text for entry in queries.timeline(order_id).entries)


def test_the_same_again_changes_nothing() -> None:
    order_id = in_audit(priority="urgent")
    assert not set_urgency(
        make.staff("lin"), order_id=order_id, priority="urgent", delivery_due_at=None, reason="again", now=make.NOW
    )


def test_a_priority_nobody_works_by_is_refused() -> None:
    order_id = in_audit()
    with pytest.raises(NoSuchPriority):
        set_urgency(
            make.staff("lin"),
            order_id=order_id,
            priority=cast(Priority, "most urgent"),
            delivery_due_at=None,
            reason="now!",
            now=make.NOW,
        )


def test_an_order_that_is_over_is_not_hurried() -> None:
    order_id = in_audit()
    cancel_order(make.staff("zhao"), order_id=order_id, cause="customer", reason="x", now=make.NOW)
    with pytest.raises(OrderEnded):
        set_urgency(
            make.staff("lin"), order_id=order_id, priority="urgent", delivery_due_at=None, reason="x", now=make.NOW
        )
