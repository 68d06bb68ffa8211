"""A refund is carried out once and only once, whatever the provider, the network and the machine do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel.models import Event
from steward.modules.payments import commands, queries
from steward.modules.payments.commands import alerts, working
from steward.modules.payments.models import Entry, Refund
from steward.modules.payments.ports import Answer
from steward.modules.payments.rules import OrderFacts
from steward.modules.payments.tests import till
from steward.modules.payments.tests.till import NOW, TESTER, ask, balance, connected, ledger, pay, states, work

pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    return [step.verb for step in queries.refund(Refund.objects.get().number).steps]


def test_a_refund_goes_out_and_is_booked() -> None:
    with connected() as peer:
        pay(peer=peer)
        number = ask(20_000).numbers[0]

        assert work() == 1

        assert (peer.moved, states()) == ([(number, 20_000)], ["succeeded"])
        assert (balance(), ledger()) == ((50_000, 0, 20_000), (50_000, 20_000))
        assert Event.objects.get(kind="payments.refund_paid").data["number"] == number
        assert work(after_s=9_999) == 0


@pytest.mark.parametrize("habit", ["cut", "late", "error_after", "nonsense"])
def test_money_that_moved_though_the_answer_got_lost_moves_once(habit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steward.connectors.payment_gateway.client.TIMEOUT_S", 0.3)
    with connected(late_s=0.6) as peer:
        pay(peer=peer)
        peer.habits.append(habit)
        number = ask(20_000).numbers[0]
        work()
        assert (states(), ledger()) == (["unknown"], (50_000, 0))

        work(after_s=60)

        assert (peer.moved, states(), ledger()) == ([(number, 20_000)], ["succeeded"], (50_000, 20_000))
        assert peer.calls == ["refund", "ask refunds"]


@pytest.mark.parametrize("habit", ["lost", "error"])
def test_what_never_arrived_is_asked_after_and_then_sent_under_the_same_number(habit: str) -> None:
    with connected() as peer:
        pay(peer=peer)
        peer.habits.append(habit)
        number = ask(20_000).numbers[0]

        till.work_until_done()

        assert (peer.moved, states()) == ([(number, 20_000)], ["succeeded"])
        assert peer.calls == ["refund", "ask refunds", "refund"]
        assert verbs() == ["request", "send", "lose", "resend", "send", "succeed"]


def test_a_worker_that_died_after_the_call_leaves_a_refund_that_is_asked_after() -> None:
    with connected() as peer:
        pay(peer=peer)
        number = ask(20_000).numbers[0]
        errand = working.claim_refunds(TESTER, now=NOW)[0]
        working.run_errand(errand)  # and then the machine is gone

        assert work(after_s=60) == 0  # the lease still runs
        work(after_s=121)

        assert (peer.moved, states()) == ([(number, 20_000)], ["succeeded"])
        assert peer.calls == ["refund", "ask refunds"]


def test_a_worker_that_died_before_the_call_leaves_a_refund_that_is_sent_in_the_end() -> None:
    with connected() as peer:
        pay(peer=peer)
        number = ask(20_000).numbers[0]
        working.claim_refunds(TESTER, now=NOW)

        till.work_until_done()

        assert (peer.moved, states()) == ([(number, 20_000)], ["succeeded"])


def test_an_answer_told_twice_is_booked_once() -> None:
    with connected() as peer:
        pay(peer=peer)
        ask(20_000)
        errand = working.claim_refunds(TESTER, now=NOW)[0]
        answer = working.run_errand(errand)

        told = [working.record_answer(TESTER, number=errand.order.key, answer=answer, now=NOW) for _ in range(2)]

        assert told == ["succeeded", "succeeded"]
        assert (ledger(), Event.objects.filter(kind="payments.refund_paid").count()) == ((50_000, 20_000), 1)


def test_a_pending_refund_is_asked_after_until_it_is_paid() -> None:
    with connected() as peer:
        pay(peer=peer)
        peer.habits.append("pending")
        number = ask(20_000).numbers[0]
        work()
        work(after_s=60)
        assert (states(), ledger()) == (["pending"], (50_000, 0))

        peer.finish(number)
        work(after_s=4_000)

        assert (states(), ledger()) == (["succeeded"], (50_000, 20_000))


def test_a_refused_refund_sets_its_money_free_and_says_why() -> None:
    with connected() as peer:
        pay(peer=peer)
        peer.habits.append("refuse")
        ask(20_000)

        work()

        assert (states(), balance()) == (["failed"], (50_000, 0, 0))
        assert Event.objects.get(kind="payments.refund_failed").data["reason"] == "not_enough_money"


def test_another_amount_stops_everything_until_a_person_has_looked() -> None:
    with connected() as peer:
        pay(peer=peer)
        peer.habits.append("other_amount")
        number = ask(20_000).numbers[0]
        work()
        assert (states(), balance(), ledger()) == (["disputed"], (50_000, 20_000, 0), (50_000, 0))

        commands.settle_dispute(
            TESTER, number=number, amount_minor=19_999, transaction=f"PR-{number}", reason="as stated", now=NOW
        )

        assert (states(), balance(), ledger()) == (["succeeded"], (50_000, 0, 19_999), (50_000, 19_999))


def test_a_dispute_in_which_nothing_moved_sets_the_money_free() -> None:
    with connected() as peer:
        pay(peer=peer)
        peer.habits.append("other_amount")
        number = ask(20_000).numbers[0]
        work()

        commands.settle_dispute(TESTER, number=number, amount_minor=0, transaction="", reason="their error", now=NOW)

        assert (states(), balance()) == (["failed"], (50_000, 0, 0))


def test_a_forged_key_gets_nothing_out_of_the_provider() -> None:
    with connected() as peer:
        pay(peer=peer)
        peer.secret = b"another secret altogether, of theirs"
        ask(20_000)

        work()

        assert (peer.forged, peer.moved, states()) == (1, [], ["unknown"])


def test_money_refunded_elsewhere_meanwhile_is_not_sent_again() -> None:
    with connected() as peer:
        pay(peer=peer)
        ask(30_000)
        pay(40_000, "R-1", direction="refund")

        work()

        assert (states(), peer.calls) == (["failed"], [])
        assert Refund.objects.get().failure == "refunded_elsewhere"


def test_without_a_way_to_the_provider_a_person_pays_back() -> None:
    with connected() as peer:
        pay(peer=peer)
        ask(20_000)
        commands.connect_provider(TESTER, code="alipay", connector="", address="")

        work()

        assert (states(), peer.calls) == (["by_hand"], [])


def test_a_drill_pays_back_on_paper_only() -> None:
    with connected() as peer:
        pay(peer=peer, simulated=True)
        order = OrderFacts(order_id=7, number="SO-1", total_minor=50_000, currency="CNY", simulated=True)
        ask(20_000, order=order)

        work()

        assert (states(), peer.calls) == (["succeeded"], [])
        assert Entry.objects.get(direction="refund").simulated


def test_a_refund_over_two_payments_goes_back_by_both() -> None:
    with connected() as peer:
        pay(30_000, "T-1", peer=peer)
        pay(20_000, "T-2", peer=peer)
        ask(45_000)

        work()

        assert states() == ["succeeded", "succeeded"]
        assert sorted(amount for _key, amount in peer.moved) == [20_000, 25_000]
        assert balance() == (50_000, 0, 45_000)


def test_a_stuck_refund_is_told_once() -> None:
    with connected() as peer:
        pay(peer=peer)
        peer.habits.extend(["lost"] * 9)
        ask(20_000)
        work()
        late = NOW + timedelta(hours=2)

        told = [alerts.alert_stuck(TESTER, now=NOW), alerts.alert_stuck(TESTER, now=late)]

        assert (told, alerts.alert_stuck(TESTER, now=late)) == ([0, 1], 0)
        assert Event.objects.get(kind="payments.refund_stuck").data["state"] == "unknown"


def test_an_answer_that_comes_after_the_end_changes_nothing() -> None:
    with connected() as peer:
        pay(peer=peer)
        number = ask(20_000).numbers[0]
        work()

        state = working.record_answer(TESTER, number=number, answer=Answer(fate="refused", code="late"), now=NOW)

        assert (state, ledger()) == ("succeeded", (50_000, 20_000))
