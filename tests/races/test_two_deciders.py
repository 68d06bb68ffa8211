"""Two people decide about the same request at the same moment, or one decides while the other changes it."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.models import Event
from steward.modules.approvals import commands as approvals
from steward.modules.approvals.models import Decision, Request
from steward.modules.approvals.rules import Verdict
from steward.modules.orders.commands import mend
from steward.modules.orders.commands import verification_deciding as deciding
from steward.modules.orders.commands.intake import Intake
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.models import Order, Verification
from tests import make
from tests.races.crowd import behind

pytestmark = pytest.mark.django_db(transaction=True)


def asked() -> int:
    want = approvals.Ask(
        kind="order_entry", subject_kind="order", subject_id=7, number="SO-7", amount_minor=60_000, currency="CNY"
    )
    with transaction.atomic():
        return approvals.ask_approvals(make.clerk_lin(), asks=[want], now=make.NOW)[0].approval_id


def decide(actor: Actor, approval_id: int, verdict: Verdict) -> str:
    """Decide, or name the refusal."""
    try:
        return approvals.decide(actor, approval_id=approval_id, verdict=verdict, reason="so", now=make.NOW)
    except errors.Refusal as refused:
        return refused.code


def test_of_two_verdicts_at_once_the_first_settles_and_the_second_is_refused() -> None:
    first, second, approval_id = make.checker_chen(), make.administrator(), asked()
    answer = behind(partial(decide, first, approval_id, "grant"), partial(decide, second, approval_id, "refuse"))
    assert answer == "not_possible_in_state"
    assert Request.objects.get().state == "granted"
    assert Decision.objects.count() == 1
    assert Event.objects.filter(kind="approvals.approval_settled").count() == 1


def test_a_change_that_overtakes_an_agreement_is_not_covered_by_it() -> None:
    make.item(stock=5)
    draft = make.draft("H-1", payments=[make.payment()])
    order = receive_orders(make.clerk_lin(), intakes=[Intake(draft=draft, source="form")], now=make.NOW)[0]
    make.settle()
    chen, lin = make.checker_chen(), make.clerk_lin()
    deciding.rekey_entry(chen, order_id=order.order_id, typed={}, now=make.NOW)
    changes = {"recipient.phone": "13912345521"}
    behind(
        partial(deciding.verify_entry, chen, order_id=order.order_id, verdict="grant", now=make.NOW),
        partial(mend.mend_order, lin, order_id=order.order_id, changes=changes, now=make.NOW),
    )
    make.settle()
    assert [one.state for one in Verification.objects.order_by("round")] == ["withdrawn", "open"]
    assert Order.objects.get().state == "audit"
