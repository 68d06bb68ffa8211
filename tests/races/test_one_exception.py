"""One fact is one exception, however many look at once; it is solved once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from steward.kernel.errors import NotPossible
from steward.modules.messaging.models import Notice
from steward.modules.orders.commands import exceptions
from steward.modules.orders.commands.exceptions_detecting import close_gone, sweep
from steward.modules.orders.models import ExceptionCase, Order
from tests import make
from tests.races.crowd import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LATER = make.NOW + timedelta(hours=5)


def stuck_orders(count: int) -> None:
    """Take in paid orders that nobody can approve, for they lack a street."""
    make.checker_chen()
    make.item(stock=50)
    for number in range(count):
        make.order(
            f"A-{number}",
            payments=[make.payment(transaction=f"T-{number}")],
            recipient=make.recipient(street=""),
        )


def test_four_sweeps_at_once_open_each_fact_once_and_tell_of_it_once() -> None:
    stuck_orders(6)
    look = partial(sweep, make.TESTER, now=LATER, batch=2)

    done = at_once(look, look, look, look)

    keys = list(ExceptionCase.objects.values_list("detector", "subject_kind", "subject_id", "fact"))
    assert len(keys) == len(set(keys))
    assert sum(one.opened for one in done) == len(keys)
    chen = make.checker_chen().staff_id or 0
    late = ExceptionCase.objects.filter(detector__code="paid_not_approved")
    assert late.count() == 6
    told = Notice.objects.filter(staff_id=chen, dedupe_key__in=[f"exception:{case.id}" for case in late])
    assert told.count() == 6


def test_an_exception_that_is_solved_while_it_closes_itself_ends_once() -> None:
    stuck_orders(1)
    sweep(make.TESTER, now=LATER)
    case = ExceptionCase.objects.get(detector__code="paid_not_approved")
    Order.objects.update(state="cancelled", cancel_cause="customer")

    def solve() -> str:
        try:
            exceptions.solve_exception(
                make.checker_chen(), exception_id=case.id, outcome="order_cancelled", cause="customer_twice", now=LATER
            )
        except NotPossible:
            return "late"
        return "done"

    def close() -> str:
        step = close_gone(make.TESTER, code="paid_not_approved", after=0, now=LATER)
        return "done" if step.closed else "late"

    assert sorted(at_once(solve, close)) == ["done", "late"]
    assert ExceptionCase.objects.get(id=case.id).state == "solved"
    assert list(case.notes.values_list("what", flat=True)) in (["solved"], ["gone"])
