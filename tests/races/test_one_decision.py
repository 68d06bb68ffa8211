"""A held order is released or rejected, never both, whoever presses in the same moment."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from steward.modules.orders.commands import screening_deciding
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.commands.screening_deciding import NotHeld
from steward.modules.orders.models import Hold, HoldDecision, Order, Screening
from steward.modules.orders.rules.drafts import OriginDraft
from tests import make
from tests.races.crowd import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LATER = make.NOW + timedelta(minutes=5)
HASTY = OriginDraft(device_id="dev-77aa", registered_at=make.NOW - timedelta(seconds=12))


def held() -> int:
    """Take a paid order in that is held."""
    make.item(stock=5)
    receipt = make.order(origin=HASTY, payments=[make.payment()])
    advance_orders(make.TESTER, order_ids=[receipt.order_id], now=make.NOW)
    return receipt.order_id


def test_release_and_reject_at_once_end_in_one_decision_that_the_order_follows() -> None:
    order_id = held()
    chen, zhao = make.checker_chen(), make.manager_zhao()

    def decide(how: object, actor: object) -> str:
        try:
            how(actor, order_id=order_id, reason="核实", now=LATER)  # type: ignore[operator]
        except NotHeld:
            return "late"
        return "done"

    told = at_once(
        partial(decide, screening_deciding.release_hold, chen),
        partial(decide, screening_deciding.reject_hold, zhao),
    )
    assert sorted(told) == ["done", "late"]
    outcome = HoldDecision.objects.get().outcome
    assert Order.objects.get().state == {"released": "approved", "rejected": "cancelled"}[outcome]


def test_two_workers_that_screen_the_same_order_write_one_screening_and_one_hold() -> None:
    make.item(stock=5)
    order_id = make.order(origin=HASTY, payments=[make.payment()]).order_id
    advance = partial(advance_orders, make.TESTER, order_ids=[order_id], now=LATER)
    at_once(advance, advance)
    assert (Screening.objects.count(), Hold.objects.count()) == (1, 1)
    assert Order.objects.get().state == "audit"
