"""Eight people propose out of a budget that covers three of them: it is never overdrawn, and the draws say the same."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from steward.kernel import errors
from steward.modules.payments.models import Coupon
from steward.modules.payments.tests import purse
from steward.modules.returns.models import Budget, BudgetDraw
from steward.modules.returns.queries.compensations import budget_faults
from steward.modules.returns.tests import goodwill
from tests import make
from tests.races.crowd import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EIGHT = 8


def test_a_budget_is_never_overdrawn_and_one_form_counts_once_whoever_sends_it_at_once() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    goodwill.budget(350)
    agent = make.agent_wang()

    def attempt(key: str) -> str:
        try:
            return goodwill.proposed(by=agent, order_number=order.number, minor=100, key=key).number
        except errors.Refusal as refusal:
            return refusal.code

    same = at_once(*[partial(attempt, "form")] * EIGHT)
    others = Counter(at_once(*[partial(attempt, f"form-{n}") for n in range(EIGHT)]))

    assert len(set(same)) == 1
    assert others["budget_spent"] == EIGHT - 2
    row = Budget.objects.get()
    assert (row.reserved_minor + row.spent_minor, BudgetDraw.objects.count(), budget_faults()) == (300, 3, [])
    assert Coupon.objects.count() == row.spent_minor // 100
