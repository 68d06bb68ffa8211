"""Money is asked back from the payments it came by, and never more than there is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from steward.kernel import moment
from steward.kernel.actor import NotPermitted
from steward.kernel.errors import NotPossible
from steward.kernel.models import Event
from steward.modules.payments import commands, queries
from steward.modules.payments.commands import working
from steward.modules.payments.commands.deciding import AlreadySent, ReasonMissing
from steward.modules.payments.commands.requesting import BadRefund, NotEnoughLeft
from steward.modules.payments.models import Entry, OrderBalance, PaymentBalance, Refund, RefundRequest
from steward.modules.payments.tests import till
from steward.modules.payments.tests.till import NOW, TESTER, ask, balance, pay, states
from tests import make

pytestmark = pytest.mark.django_db


def shares() -> list[tuple[str, int]]:
    return [(row.payment_transaction, row.amount_minor) for row in queries.refunds_of_order(7)]


def test_a_refund_claims_the_money_and_says_so() -> None:
    pay()

    receipt = ask(20_000, reason="broken zip")

    assert (receipt.approval, states()) == ("not_needed", ["by_hand"])
    assert balance() == (50_000, 20_000, 0)
    event = Event.objects.get(kind="payments.refund_requested")
    assert (event.data["numbers"], event.data["reason"]) == (receipt.numbers, "broken zip")


def test_one_payment_that_is_not_enough_is_joined_by_others() -> None:
    pay(30_000, "T-1")
    pay(20_000, "T-2", provider="wechat")

    ask(45_000)

    assert shares() == [("T-2", 20_000), ("T-1", 25_000)]


@pytest.mark.parametrize("amount", [50_001, 10**12])
def test_more_than_was_paid_is_refused_and_nothing_happens(amount: int) -> None:
    pay()

    with pytest.raises(NotEnoughLeft):
        ask(amount)

    assert (RefundRequest.objects.count(), Refund.objects.count()) == (0, 0)
    assert not Event.objects.filter(kind="payments.refund_requested").exists()


def test_what_is_claimed_cannot_be_asked_for_again() -> None:
    pay()
    ask(30_000)

    with pytest.raises(NotEnoughLeft):
        ask(20_001)

    assert queries.left_to_refund(7, "CNY") == 20_000


def test_what_was_refunded_elsewhere_cannot_be_asked_for() -> None:
    pay()
    pay(40_000, "R-1", direction="refund")

    with pytest.raises(NotEnoughLeft):
        ask(10_001)
    assert ask(10_000).amount_minor == 10_000


@pytest.mark.parametrize("changes", [{"amount_minor": 0}, {"amount_minor": -5}, {"cause": "cancelled"}, {"cause": "?"}])
def test_a_request_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    pay()

    with pytest.raises(BadRefund):
        ask(**changes)  # type: ignore[arg-type]


def test_asking_needs_the_permission() -> None:
    pay()

    with pytest.raises(NotPermitted):
        ask(by=make.outsider_sam())


def test_all_that_is_left_goes_back_in_every_currency_and_only_once() -> None:
    pay(30_000)
    pay(700, "T-2", currency="USD")

    for _ in range(2):
        with transaction.atomic():
            commands.refund_all_left(TESTER, orders=[till.ORDER], cause="cancelled", reason="", now=NOW)

    assert sorted(shares()) == [("T-1", 30_000), ("T-2", 700)]


def test_what_was_never_sent_can_be_called_off_with_a_reason() -> None:
    pay()
    number = ask().numbers[0]
    with pytest.raises(ReasonMissing):
        commands.withdraw_refund(TESTER, number=number, reason=" ", now=NOW)

    commands.withdraw_refund(TESTER, number=number, reason="a mistake", now=NOW)

    assert (states(), balance()) == (["withdrawn"], (50_000, 0, 0))


def test_what_was_sent_once_cannot_be_called_off() -> None:
    with till.connected() as peer:
        pay(peer=peer)
        peer.habits.append("lost")
        number = ask().numbers[0]
        till.work()
        # asked after, the provider never heard of it: it waits again, and goes out anew in the same pass
        with moment.frozen(NOW + timedelta(seconds=60)):
            (errand,) = working.claim_refunds(TESTER, now=moment.now())
            working.record_answer(TESTER, number=number, answer=working.run_errand(errand), now=moment.now())
        assert states() == ["waiting"]

        with pytest.raises(AlreadySent):
            commands.withdraw_refund(TESTER, number=number, reason="a mistake", now=NOW)


def test_a_refund_paid_by_hand_is_booked_once() -> None:
    pay()
    number = ask().numbers[0]

    commands.settle_by_hand(TESTER, number=number, transaction="BANK-1", now=NOW)

    assert (states(), balance()) == (["succeeded"], (50_000, 0, 20_000))
    with pytest.raises(NotPossible):
        commands.settle_by_hand(TESTER, number=number, transaction="BANK-2", now=NOW)
    assert Entry.objects.filter(direction="refund").count() == 1


def test_one_transfer_cannot_stand_for_two_refunds() -> None:
    pay()
    first, second = ask(10_000).numbers[0], ask(10_000).numbers[0]
    commands.settle_by_hand(TESTER, number=first, transaction="BANK-1", now=NOW)

    with pytest.raises(commands.BadTransaction):
        commands.settle_by_hand(TESTER, number=second, transaction="BANK-1", now=NOW)


@pytest.mark.parametrize("provider", ["alipay", "manual"])
def test_a_refund_reported_from_elsewhere_stands_for_the_one_that_waits(provider: str) -> None:
    pay()
    ask(20_000)

    pay(20_000, "R-9", direction="refund", provider=provider)

    assert (states(), balance()) == (["succeeded"], (50_000, 0, 20_000))
    assert Entry.objects.filter(direction="refund").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", [OrderBalance, PaymentBalance])
def test_the_database_itself_refuses_to_promise_back_more_than_was_paid(table: type[OrderBalance]) -> None:
    pay()
    ask(20_000)

    with pytest.raises(IntegrityError, match="within_paid"):
        table.objects.update(claimed_minor=50_001)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [lambda: Entry.objects.update(amount_minor=1), lambda: Entry.objects.all().delete()])
def test_the_ledger_is_only_ever_added_to(change: object) -> None:
    pay()

    with pytest.raises(IntegrityError, match="only ever added to"):
        change()  # type: ignore[operator]
    assert Entry.objects.get().amount_minor == 50_000
