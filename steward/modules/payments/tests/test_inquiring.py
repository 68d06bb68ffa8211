"""A provider is asked about payments over which its statement differs; what it confirms finds its order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import moment
from steward.kernel.models import Event
from steward.modules.payments import commands, queries, tasks
from steward.modules.payments.models import Callback, Difference
from steward.modules.payments.ports import StatedRow
from steward.modules.payments.tests import till
from steward.modules.payments.tests.till import NOW, TESTER, connected, ledger, pay
from tests.peers.payment_provider import PaymentProvider

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def state(transaction: str = "T-9", amount_minor: int = 50_000) -> int:
    row = StatedRow(
        direction="payment", transaction=transaction, amount_minor=amount_minor, currency="CNY", happened_at=NOW
    )
    return commands.import_statement(
        TESTER, provider="alipay", rows=[row], name="march.csv", now=NOW, starts_at=NOW - DAY, ends_at=NOW + DAY
    )


def ask(*, after_s: float = 0) -> int:
    with moment.frozen(NOW + timedelta(seconds=after_s)):
        return tasks.ask_about_payments(0)


def answers() -> list[tuple[str, int | None]]:
    return [(row.answer, row.answered_minor) for row in Difference.objects.order_by("id")]


def confirmed(peer: PaymentProvider) -> None:
    peer.charge("T-9", 50_000, shop="own", external_number="A-7")


def test_a_payment_the_provider_confirms_waits_for_its_order_and_ends_the_difference() -> None:
    with connected() as peer:
        confirmed(peer)
        state()

        assert ask() == 1
        assert (answers(), queries.count_unmatched(), ledger()) == ([("succeeded", 50_000)], 1, (0, 0))
        commands.match_waiting(TESTER, orders=[till.ORDER], now=NOW)
        assert ledger() == (50_000, 0)
        ask()

    assert Difference.objects.get().outcome == "vanished"
    assert Event.objects.filter(kind="payments.charge_answered").count() == 1
    assert peer.calls == ["ask charges"]


def test_a_payment_whose_order_the_provider_cannot_name_stays_a_finding_with_its_answer() -> None:
    with connected() as peer:
        peer.charge("T-9", 50_000)
        state()
        ask()

    assert (answers(), Difference.objects.get().outcome, Callback.objects.count()) == ([("succeeded", 50_000)], "", 0)


def test_a_payment_nobody_knows_is_said_to_be_unknown_and_not_asked_about_again() -> None:
    with connected():
        state()

        assert [ask(), ask(after_s=99_999)] == [1, 0]

    assert answers() == [("absent", None)]


def test_without_a_clear_answer_it_is_asked_again_after_a_while() -> None:
    with connected() as peer:
        state()
        peer.secret = b"another secret altogether, of theirs"

        assert [ask(), ask(after_s=60), ask(after_s=3_700)] == [1, 0, 1]

    assert answers() == [("unclear", None)]


def test_of_an_amount_that_differs_the_provider_says_which_is_right() -> None:
    with connected() as peer:
        pay(50_000, "T-1")
        peer.charge("T-1", 49_000)
        state("T-1", 49_000)
        ask()

    assert (answers(), Callback.objects.count()) == ([("succeeded", 49_000)], 0)


def test_the_same_confirmation_from_two_statements_is_one_report() -> None:
    with connected() as peer:
        confirmed(peer)
        state()
        state(amount_minor=50_001)
        ask()

    assert (len(answers()), Callback.objects.count()) == (2, 1)


def test_a_provider_that_cannot_be_reached_is_not_asked() -> None:
    commands.register_provider(TESTER, code="alipay", name="支付宝", shops=["own"])
    state()

    assert ask() == 0
