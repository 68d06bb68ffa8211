"""What the policy grants by itself has a limit per order: slices of a wish, and orders nobody paid, do not pass it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.modules.payments import commands as payments
from steward.modules.payments.rules import PaymentEntryDraft
from steward.modules.returns.commands import deciding
from steward.modules.returns.commands.requesting import open_cases
from steward.modules.returns.tests import case
from tests import make

pytestmark = pytest.mark.django_db
ALONE = 2  # tents of 199 yuan that stay within the first policy's 500


def test_slices_of_one_order_do_not_pass_the_limit_together() -> None:
    order = case.delivered(4)

    one_by_one = [case.opened(order).state for _slice in range(3)]
    at_once = [one.state for one in open_cases(make.agent_wang(), drafts=[case.wanted(order)], now=case.LATER)]

    assert [*one_by_one, *at_once] == ["approved"] * ALONE + ["requested"] * 2


def test_slices_of_one_batch_do_not_pass_the_limit_together_and_cost_no_statement_more() -> None:
    order = case.delivered(4)
    with CaptureQueriesContext(connection) as few:
        open_cases(make.agent_wang(), drafts=[case.wanted(order)], now=case.LATER)

    with CaptureQueriesContext(connection) as many:
        receipts = open_cases(make.agent_wang(), drafts=[case.wanted(order)] * 3, now=case.LATER)

    assert [one.state for one in receipts] == ["approved", "requested", "requested"]
    assert len(many) <= len(few)


def test_who_opened_the_slice_above_the_limit_does_not_grant_it() -> None:
    order = case.delivered(3)
    last = [case.opened(order) for _slice in range(3)][-1]

    with pytest.raises(deciding.OwnCase):
        deciding.approve_case(make.agent_wang(), case_id=last.id or 0, now=case.LATER)

    assert case.case_of(last).state == "requested"


def test_a_withdrawn_slice_counts_no_longer() -> None:
    order = case.delivered(3)
    first, _second = (case.opened(order) for _slice in range(ALONE))
    deciding.withdraw_case(make.agent_wang(), case_id=first.id or 0, now=case.LATER)

    assert case.opened(order).state == "approved"


def test_an_order_whose_money_went_back_elsewhere_is_held_against_what_its_goods_are_worth() -> None:
    order = case.delivered(3)
    gone = PaymentEntryDraft(
        order_id=order.id,
        direction="refund",
        amount_minor=3 * 19_900,
        currency="CNY",
        provider="alipay",
        transaction="OUT-1",
        happened_at=make.NOW,
    )
    payments.record_payments(make.TESTER, entries=[gone], now=make.NOW)

    row = case.case_of(case.opened(order, 3))

    assert (row.state, row.quoted_minor, row.worth_minor) == ("requested", 0, 3 * 19_900)
