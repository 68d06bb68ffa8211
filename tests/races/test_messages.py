"""Two senders, one outbox: every message leaves once."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import DatabaseError, connection, transaction

from steward.kernel import moment
from steward.modules.messaging import commands
from steward.modules.messaging.commands import reporting, sending, triage
from steward.modules.messaging.models import Message
from steward.modules.messaging.ports import DeliveryReport
from steward.modules.messaging.tests import making
from steward.modules.messaging.tests.making import Pigeon, carried_by
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
SENDERS, MESSAGES = 4, 24


def crowd(work: object) -> None:
    """Let the senders begin at the same moment."""
    barrier = threading.Barrier(SENDERS)

    def run() -> None:
        barrier.wait(20)
        with moment.frozen(make.NOW):
            assert callable(work)
            work()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_every_message_is_sent_by_one_sender_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    sms = Pigeon()
    carried_by(monkeypatch, sms=sms)
    reader = making.customer()
    making.queued(*(making.outgoing(customer_id=reader, dedupe_key=f"k{n}") for n in range(MESSAGES)), now=make.NOW)

    crowd(lambda: [sending.deliver_due(making.TESTER, limit=5) for _ in range(MESSAGES)])

    assert Counter(letter.key for letter in sms.carried) == {
        str(key): 1 for key in Message.objects.values_list("key", flat=True)
    }
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_of_senders_who_prepared_the_same_message_one_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch)
    making.queued(making.outgoing(), now=make.NOW)
    (ready,) = triage.triage(making.TESTER, now=make.NOW, limit=5).ready
    begun: list[int] = []

    crowd(lambda: begun.extend(sending.begin(making.TESTER, ready=[ready], carriers={"sms": "pigeon"}, now=make.NOW)))

    assert begun == [ready.message_id]
    assert Message.objects.get().attempts == 1


def test_callers_who_use_the_same_key_at_once_queue_one_message() -> None:
    one = making.outgoing()
    ids: list[int] = []

    def queue() -> None:
        with transaction.atomic():
            ids.extend(commands.send_messages(making.TESTER, messages=[one], now=make.NOW))

    crowd(queue)

    assert len(set(ids)) == Message.objects.count() == 1


def test_reports_and_senders_of_the_same_messages_never_wait_for_each_other_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given: a customer has each message open under our key, so that reports may come at any time
    carried_by(monkeypatch, sms=Pigeon())
    reader = making.customer()
    making.queued(*(making.outgoing(customer_id=reader, dedupe_key=f"k{n}") for n in range(MESSAGES)), now=make.NOW)
    keys = list(Message.objects.order_by("-id").values_list("key", flat=True))
    told = [
        DeliveryReport(carrier="pigeon", reference=f"x-{place}", key=str(key), arrived=True)
        for place, key in enumerate(keys)
    ]
    failed: list[DatabaseError] = []

    def work() -> None:
        try:
            sending.deliver_due(making.TESTER, limit=MESSAGES)
            reporting.record_reports(making.TESTER, reports=told, now=make.NOW)
        except DatabaseError as error:
            failed.append(error)

    # when: all of them send and report at once
    crowd(work)
    reporting.record_reports(making.TESTER, reports=told, now=make.NOW)

    # then
    assert failed == []
    assert set(Message.objects.values_list("state", flat=True)) == {"delivered"}
