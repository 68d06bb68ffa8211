"""Several attempts at one message: what was decided long ago, who dies in the middle, what is reported of which."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.kernel import moment
from steward.kernel.models import Event
from steward.modules.messaging.commands import reporting, sending, settling, triage
from steward.modules.messaging.models import EarlyReport, Message, Preference
from steward.modules.messaging.ports import DeliveryReport, Receipt
from steward.modules.messaging.tests import making
from steward.modules.messaging.tests.making import Pigeon, carried_by
from tests import make

pytestmark = pytest.mark.django_db
LATER = make.NOW + timedelta(seconds=901)
PAID = {"order_number": "SO-1", "paid": making.MONEY}


def deliver(now: Any = make.NOW) -> None:
    with moment.frozen(now):
        sending.deliver_due(making.TESTER)


def queued(count: int = 1, *, email: str = "mei@example.com") -> None:
    reader = making.customer(email=email)
    wanted = [making.outgoing(customer_id=reader, dedupe_key=f"k{number}") for number in range(count)]
    making.queued(*wanted, now=make.NOW)


def states() -> list[str]:
    return list(Message.objects.order_by("id").values_list("state", flat=True))


def hear(reference: str, *, arrived: bool, key: str = "") -> int:
    told = DeliveryReport(carrier="pigeon", reference=reference, arrived=arrived, key=key)
    return reporting.record_reports(making.TESTER, reports=[told], now=make.NOW)


def our_key() -> str:
    return str(Message.objects.order_by("id")[0].key)


def repeat() -> None:
    row = Message.objects.order_by("id")[0]
    settling.repeat_message(make.administrator(), message_id=row.id, reason="customer says no", now=make.NOW)


def failures() -> int:
    return Event.objects.filter(kind="messaging.message_failed").count()


def test_nothing_is_begun_after_the_time_for_which_it_was_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch)
    queued()
    (ready,) = triage.triage(making.TESTER, now=make.NOW, limit=5).ready

    late = make.NOW + triage.LEASE
    assert sending.begin(making.TESTER, ready=[ready], carriers={"sms": "pigeon"}, now=late) == set()
    assert states() == ["waiting"]


def test_what_a_slow_carrier_left_is_decided_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Pigeon):
        def send(self, letter: Any) -> Receipt:
            clock.move_to(make.NOW + triage.LEASE)
            return super().send(letter)

    sms = Slow()
    carried_by(monkeypatch, sms=sms)
    reader = making.customer()
    for number in range(2):
        one = making.outgoing(customer_id=reader, template="order_paid", params=PAID, dedupe_key=f"k{number}")
        making.queued(one, now=make.NOW)

    with time_machine.travel(make.NOW, tick=False) as clock:
        sending.deliver_due(making.TESTER)
        assert states() == ["sent", "waiting"]
        Preference.objects.create(customer_id=reader, opted_out=["order_paid"])
        sending.deliver_due(making.TESTER)

    assert (states(), len(sms.carried)) == (["sent", "suppressed"], 1)


def test_what_a_slow_carrier_left_of_a_portion_is_decided_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Pigeon):
        def send(self, letter: Any) -> Receipt:
            if len(self.carried) == 1:
                clock.move_to(make.NOW + triage.LEASE)
            return super().send(letter)

    sms = Slow()
    carried_by(monkeypatch, sms=sms)
    reader = making.customer()
    for number in range(4):
        one = making.outgoing(customer_id=reader, template="order_paid", params=PAID, dedupe_key=f"k{number}")
        making.queued(one, now=make.NOW)

    with time_machine.travel(make.NOW, tick=False) as clock:
        sending.deliver_due(making.TESTER)  # one alone, then three together, of which the first takes its time
        assert (states(), len(sms.carried)) == (["sent", "sent", "waiting", "waiting"], 2)
        Preference.objects.create(customer_id=reader, opted_out=["order_paid"])
        clock.move_to(LATER)
        sending.deliver_due(making.TESTER)

    assert (states(), len(sms.carried)) == (["sent", "sent", "suppressed", "suppressed"], 2)


@pytest.mark.parametrize(("outcome", "state", "settled"), [("retry", "waiting", False), ("refused", "failed", True)])
def test_that_it_certainly_did_not_leave_counts_even_after_it_was_given_up(
    monkeypatch: pytest.MonkeyPatch, outcome: Any, state: str, settled: bool
) -> None:
    class Slow(Pigeon):
        def send(self, letter: Any) -> Receipt:
            sending.settle_stuck(making.TESTER, now=LATER)
            assert states() == ["unknown"]
            return super().send(letter)

    carried_by(monkeypatch, sms=Slow(Receipt(outcome, detail="451 busy")))
    queued(email="")

    deliver()

    row = Message.objects.get()
    assert (row.state, row.error, row.settled_at is not None) == (state, "451 busy", settled)


def test_who_dies_in_the_middle_of_a_portion_leaves_one_fate_open_and_what_never_left_is_sent_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sms = Pigeon(Receipt("sent", reference="p-1"), Receipt("sent", reference="p-2"), SystemExit("killed"))
    carried_by(monkeypatch, sms=sms)
    queued(5)

    with pytest.raises(SystemExit):
        deliver()

    assert states() == ["sent", "sent", "sending", "waiting", "waiting"]
    deliver(LATER)
    assert states() == ["sent", "sent", "sending", "sent", "sent"]


def test_many_messages_take_few_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch)
    queued(40)

    with CaptureQueriesContext(connection) as asked:
        deliver()

    assert set(states()) == {"sent"}
    assert len(asked) < 80


def test_many_reports_take_as_many_statements_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch)
    queued(21)
    deliver()
    counts = []
    for some in (range(1, 2), range(2, 22)):
        told = [DeliveryReport(carrier="pigeon", reference=f"p-{number}", arrived=True) for number in some]
        with CaptureQueriesContext(connection) as asked:
            reporting.record_reports(making.TESTER, reports=told, now=make.NOW)
        counts.append(len(asked))

    assert set(states()) == {"delivered"}
    assert counts[0] == counts[1]


def die(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sender die after the carrier took the message and before that was recorded."""
    carried_by(monkeypatch, sms=Pigeon(SystemExit("killed")))
    queued()
    with pytest.raises(SystemExit):
        deliver()


@pytest.mark.parametrize(("arrived", "state", "failed"), [(True, "delivered", 0), (False, "bounced", 1)])
def test_what_was_reported_while_the_sender_lay_dead_counts_when_the_message_is_seen_to(
    monkeypatch: pytest.MonkeyPatch, arrived: bool, state: str, failed: int
) -> None:
    die(monkeypatch)
    hear("p-9", arrived=arrived, key=our_key())

    sending.settle_stuck(making.TESTER, now=LATER)

    assert (states()[0], failures(), EarlyReport.objects.count()) == (state, failed, 0)


def test_a_key_that_is_none_of_ours_is_no_fault_and_names_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch)
    queued()
    deliver()

    assert hear("p-8", arrived=False, key="their-own\0number") == 0
    assert hear("p-1", arrived=True, key="their-own-number") == 1
    assert states() == ["delivered"]


def test_that_an_earlier_attempt_failed_says_nothing_of_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch, sms=Pigeon(Receipt("unknown"), Receipt("sent", reference="p-2")))
    queued()
    deliver()
    repeat()
    deliver()

    hear("p-1", arrived=False, key=our_key())

    assert states() == ["sent"]


def test_a_failure_that_is_told_twice_does_not_settle_the_open_fate_of_the_next_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    carried_by(monkeypatch, sms=Pigeon(Receipt("sent", reference="p-1"), Receipt("unknown")))
    queued(email="")
    deliver()
    hear("p-1", arrived=False, key=our_key())
    assert states() == ["bounced"]
    repeat()
    deliver()

    hear("p-1", arrived=False, key=our_key())

    assert states() == ["unknown"]


def test_what_arrived_by_an_earlier_attempt_has_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch, sms=Pigeon(Receipt("unknown"), Receipt("sent", reference="p-2")))
    queued()
    deliver()
    repeat()
    deliver()

    hear("p-1", arrived=True, key=our_key())

    assert states() == ["delivered"]


def test_what_arrives_before_it_is_sent_again_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sms = Pigeon(Receipt("unknown"))
    carried_by(monkeypatch, sms=sms)
    queued()
    deliver()
    repeat()

    hear("p-1", arrived=True, key=our_key())
    deliver()

    assert (states(), len(sms.carried)) == (["delivered"], 1)


def test_the_e_mail_that_stands_for_a_short_message_is_not_sent_again_once_that_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    carried_by(monkeypatch, mail=Pigeon(Receipt("refused")))
    queued()
    deliver()
    hear("p-1", arrived=False)
    deliver()
    assert states() == ["bounced", "failed"]

    hear("p-1", arrived=True)

    with pytest.raises(settling.StandsForNothing):
        settling.repeat_message(
            make.administrator(), message_id=Message.objects.latest("id").id, reason="again", now=make.NOW
        )
