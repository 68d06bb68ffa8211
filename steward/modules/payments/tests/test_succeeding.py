"""Money a provider says has moved is booked or told of, wherever its refund stands here."""

from __future__ import annotations

from typing import Any

import pytest

from steward.kernel.models import Event
from steward.modules.payments import commands, queries
from steward.modules.payments.commands import working
from steward.modules.payments.commands.callbacks import CallbackBody, CallbackData
from steward.modules.payments.models import Refund
from steward.modules.payments.ports import Answer
from steward.modules.payments.tests.till import NOW, ORDER, TESTER, ask, balance, connected, ledger, pay, states, work

pytestmark = pytest.mark.django_db


def say(number: str, *, transaction: str = "PR-9", amount_minor: int = 20_000, currency: str = "CNY") -> str:
    answer = Answer(fate="succeeded", transaction=transaction, amount_minor=amount_minor, currency=currency)
    return working.record_answer(TESTER, number=number, answer=answer, now=NOW)


def call_back(number: str, message_id: str = "m-1", **changes: Any) -> commands.CallbackReceipt:
    facts: dict[str, Any] = {"transaction": "PR-9", "amount_minor": 20_000, "currency": "CNY", "paid_at": NOW}
    data = CallbackData(**facts | {"refund": number} | changes)
    return commands.receive_callback(
        TESTER,
        provider=queries.get_provider("alipay"),
        message_id=message_id,
        body=CallbackBody("refund.succeeded", data),
        order=ORDER,
        now=NOW,
    )


def told(kind: str) -> list[Any]:
    return [event.data for event in Event.objects.filter(kind=f"payments.{kind}").order_by("id")]


def failed_refund() -> str:
    """Ask for a refund its provider refuses."""
    number = ask(20_000).numbers[0]
    work()
    assert states() == ["failed"]
    return number


def test_a_success_after_a_refusal_is_booked_and_somebody_is_told() -> None:
    with connected() as peer:
        pay(peer=peer)
        peer.habits.append("refuse")
        number = failed_refund()

        said = [say(number), say(number)]

    assert (said, ledger(), balance()) == (["failed", "failed"], (50_000, 20_000), (50_000, 0, 0))
    assert [event["reason"] for event in told("payment_mismatched")] == ["refund_after_end"]
    assert queries.refund(number).steps[-1].verb == "hear_success"


def test_a_call_about_a_refund_that_was_called_off_is_booked_and_somebody_is_told() -> None:
    with connected() as peer:
        pay(peer=peer)
        number = ask(20_000).numbers[0]
        commands.withdraw_refund(TESTER, number=number, reason="changed their mind", now=NOW)

        receipt = call_back(number)

    assert (receipt.outcome, receipt.reason, ledger()) == ("applied", "refund_after_end", (50_000, 20_000))
    assert len(told("payment_mismatched")) == 1


def test_what_moved_after_all_stands_for_the_refund_that_was_asked_for_instead() -> None:
    with connected() as peer:
        pay(peer=peer)
        peer.habits.append("refuse")
        number = failed_refund()
        ask(20_000)

        say(number)
        work()

    assert (states(), ledger(), peer.moved) == (["failed", "succeeded"], (50_000, 20_000), [])


def test_a_success_that_cannot_be_booked_is_disputed() -> None:
    with connected() as peer:
        pay(peer=peer)
        peer.habits.append("refuse")
        number = failed_refund()

        say(number, currency="")

    assert ledger() == (50_000, 0)
    assert [event["number"] for event in told("refund_disputed")] == [number]


def test_a_refund_made_twice_by_the_provider_is_booked_twice_and_somebody_is_told() -> None:
    with connected() as peer:
        pay(peer=peer)
        number = ask(20_000).numbers[0]
        work()

        receipts = [call_back(number, "m-1"), call_back(number, "m-2")]

    assert [one.outcome for one in receipts] == ["applied", "duplicate"]
    assert (states(), ledger()) == (["succeeded"], (50_000, 40_000))
    assert len(told("payment_mismatched")) == 1


def test_an_answer_that_overtook_the_hand_over_to_people_ends_the_refund() -> None:
    with connected() as peer:
        pay(peer=peer)
        number = ask(20_000).numbers[0]
        Refund.objects.filter(number=number).update(state="by_hand", next_try_at=None, tries=1)

        assert say(number) == "succeeded"

    assert ledger() == (50_000, 20_000)
