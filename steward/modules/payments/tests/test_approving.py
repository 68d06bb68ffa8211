"""Above a limit somebody else has to agree before money goes back; the database lets nothing out without it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from steward.kernel.actor import system
from steward.kernel.models import Event
from steward.modules.approvals import commands as approvals
from steward.modules.approvals import queries as approval_queries
from steward.modules.payments import commands, queries
from steward.modules.payments.models import Refund, RefundRequest
from steward.modules.payments.tests import till
from steward.modules.payments.tests.till import NOW, TESTER, ask, balance, decide, pay, states
from tests import make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def asked(amount_minor: int = 60_000, **changes: object) -> commands.RequestReceipt:
    """Pay, and let agent Wang ask for more than passes by itself."""
    pay(300_000)
    return ask(amount_minor, by=make.agent_wang(), **changes)


def lapse(at: datetime = NOW + DAY) -> None:
    """Let the time to decide pass, and let what follows from it follow."""
    approvals.expire_due(system("approvals.expire"), now=at)
    make.settle()


def test_below_the_limit_nobody_has_to_agree() -> None:
    assert asked(49_999).approval == "not_needed"
    assert states() == ["by_hand"]


def test_above_the_limit_a_refund_goes_out_once_somebody_else_agrees() -> None:
    receipt = asked()
    assert states() == ["awaiting_approval"]

    decide(receipt, by=make.administrator())

    assert states() == ["by_hand"]
    assert Event.objects.get(kind="payments.refund_decided").data["decision"] == "approved"


def test_slices_of_a_big_refund_wait_for_a_second_person_too() -> None:
    pay(300_000)
    ask(30_000)

    assert ask(30_000).approval == "awaiting"


def test_in_a_currency_without_limits_the_strictest_hold() -> None:
    pay(300_000, currency="SGD")
    receipt = ask(1, currency="SGD")

    found = approval_queries.approval(till.approval_of(receipt))
    assert found is not None
    assert found.needed == 2


def test_nobody_agrees_to_their_own_request_whatever_they_may_do() -> None:
    pay(300_000)
    receipt = ask(60_000, by=make.administrator())

    with pytest.raises(approvals.OwnMatter):
        decide(receipt, by=make.administrator())

    assert states() == ["awaiting_approval"]


def test_a_refused_refund_sets_its_money_free() -> None:
    decide(asked(), "refuse", by=make.administrator(), reason="no receipt")

    assert (states(), balance()) == (["refused"], (300_000, 0, 0))


def test_a_refund_over_two_payments_goes_out_whole_on_one_approval() -> None:
    pay(40_000, "T-1")
    pay(40_000, "T-2")
    receipt = ask(60_000, by=make.agent_wang())

    decide(receipt, by=make.administrator())

    assert states() == ["by_hand", "by_hand"]


def test_what_nobody_decided_in_time_is_called_off_and_its_author_told() -> None:
    asked()

    lapse()

    assert (states(), balance()) == (["withdrawn"], (300_000, 0, 0))
    assert Event.objects.get(kind="payments.refund_withdrawn").data["reason"] == "approval_lapsed"
    with connection.cursor() as cursor:
        cursor.execute("SELECT staff_id FROM messaging_notice WHERE template = 'refund_lapsed'")
        assert cursor.fetchall() == [(make.agent_wang().staff_id,)]


def test_what_is_owed_is_asked_for_anew_when_nobody_decides() -> None:
    pay(300_000)
    with transaction.atomic():
        commands.refund_all_left(make.administrator(), orders=[till.ORDER], cause="cancelled", reason="", now=NOW)

    lapse()

    assert (states(), balance()) == (["withdrawn", "awaiting_approval"], (300_000, 300_000, 0))
    again = RefundRequest.objects.latest("id")
    assert (again.approval, again.requested_by) == ("awaiting", make.administrator().id)


def test_an_answer_heard_twice_moves_the_refund_once() -> None:
    decide(asked(), by=make.administrator())
    number = Refund.objects.get().number
    commands.settle_by_hand(TESTER, number=number, transaction="BANK-1", now=NOW)

    make.settle()  # runs every job there ever was anew

    assert (states(), balance()) == (["succeeded"], (300_000, 0, 60_000))
    assert Event.objects.filter(kind="payments.refund_decided").count() == 1


def test_an_agreement_to_what_was_called_off_meanwhile_lets_nothing_out() -> None:
    receipt = asked()
    approvals.decide(make.administrator(), approval_id=till.approval_of(receipt), verdict="grant", now=NOW)
    commands.withdraw_refund(TESTER, number=receipt.numbers[0], reason="a mistake", now=NOW)

    make.settle()

    assert (states(), balance()) == (["withdrawn"], (300_000, 0, 0))


def test_calling_off_takes_the_question_back() -> None:
    receipt = asked()
    commands.withdraw_refund(TESTER, number=receipt.numbers[0], reason="a mistake", now=NOW)

    found = approval_queries.approval(till.approval_of(receipt))
    assert found is not None
    assert found.state == "withdrawn"


def test_money_that_went_back_elsewhere_takes_the_question_back() -> None:
    receipt = asked()

    pay(60_000, "R-9", direction="refund")

    found = approval_queries.approval(till.approval_of(receipt))
    assert found is not None
    assert (states(), found.state) == (["succeeded"], "withdrawn")


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_lets_nothing_out_without_a_granted_approval() -> None:
    asked()

    with pytest.raises(IntegrityError, match="waits for an approval"):
        Refund.objects.update(state="waiting")
    with pytest.raises(IntegrityError, match="no approval was granted"):
        RefundRequest.objects.update(approval="approved", settled_at=NOW)
    with pytest.raises(IntegrityError, match="does not stop needing it"):
        RefundRequest.objects.update(approval="not_needed", approval_request=None)
    with pytest.raises(IntegrityError, match="does not change"):
        RefundRequest.objects.update(requested_by="person:0")
    assert queries.refunds_of_order(7)[0].state == "awaiting_approval"
