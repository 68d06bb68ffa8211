"""What carriers report: once, in any order; what did not arrive goes on as an e-mail, and old remains go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from steward.kernel import moment, sql
from steward.kernel.models import Event
from steward.modules.messaging.commands import cleaning, reporting, sending, settling
from steward.modules.messaging.commands.queueing import PACKAGE
from steward.modules.messaging.models import EarlyReport, Message, MessageKind, Preference
from steward.modules.messaging.ports import DeliveryReport, Receipt, Sms
from steward.modules.messaging.queries import outbox
from steward.modules.messaging.tests import making
from steward.modules.messaging.tests.making import Pigeon, carried_by
from tests import make

pytestmark = pytest.mark.django_db


def report(*, arrived: bool, reference: str = "p-1", key: str = "") -> DeliveryReport:
    return DeliveryReport(carrier="pigeon", reference=reference, arrived=arrived, key=key, detail="so it is")


ARRIVED, LOST = report(arrived=True), report(arrived=False)


def hear(*reports: DeliveryReport) -> int:
    return reporting.record_reports(making.TESTER, reports=reports, now=make.NOW)


def deliver(now: datetime = make.NOW) -> None:
    with moment.frozen(now):
        sending.deliver_due(making.TESTER)


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Pigeon:
    """Carry both channels by pigeon; return the one with the e-mails."""
    carrier = Pigeon()
    carried_by(monkeypatch, mail=carrier)
    return carrier


def sent() -> None:
    making.queued(making.outgoing(), now=make.NOW)
    deliver()


def states() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("id").values_list("state", "channel"))


@pytest.mark.parametrize("order", [(ARRIVED, ARRIVED, LOST), (ARRIVED, LOST, ARRIVED), (LOST, LOST, ARRIVED)])
def test_what_arrived_stays_arrived_in_whatever_order_reports_come(
    mail: Pigeon, order: tuple[DeliveryReport, ...]
) -> None:
    sent()

    for one in order:
        hear(one)

    assert states()[0] == ("delivered", "")
    assert Event.objects.filter(kind="messaging.message_delivered").count() == 1


def test_of_two_reports_in_one_call_the_arrival_counts(mail: Pigeon) -> None:
    sent()

    assert hear(ARRIVED, LOST) == 1
    assert states() == [("delivered", "")]


def test_a_report_that_is_faster_than_the_carriers_answer_counts_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fast(Pigeon):
        def send(self, letter: Sms) -> Receipt:
            assert hear(ARRIVED) == 0
            return super().send(letter)

    carried_by(monkeypatch, sms=Fast())

    sent()

    assert states() == [("delivered", "")]
    assert not EarlyReport.objects.exists()


def test_a_report_that_names_our_key_settles_an_open_fate(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch, sms=Pigeon(Receipt("unknown", detail="cut off")))
    sent()
    assert states() == [("unknown", "")]

    hear(report(arrived=True, reference="p-9", key=str(Message.objects.get().key)))

    assert (states(), Message.objects.get().reference) == ([("delivered", "")], "p-9")


def test_a_report_of_another_carrier_under_the_same_name_changes_nothing(mail: Pigeon) -> None:
    sent()

    hear(DeliveryReport(carrier="dove", reference="p-1", arrived=False))

    assert states() == [("sent", "")]


def test_a_short_message_that_came_back_goes_on_as_one_e_mail(mail: Pigeon) -> None:
    sent()

    hear(LOST)
    hear(LOST)
    deliver()
    deliver()

    assert states() == [("bounced", ""), ("sent", "email")]
    assert len(mail.carried) == 1
    assert mail.carried[0].subject.startswith("订单 SO-2026-000001")


def test_a_short_message_that_is_refused_goes_on_as_an_e_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch, sms=Pigeon(Receipt("refused", detail="no such number")))

    sent()
    deliver()

    assert states() == [("failed", ""), ("sent", "email")]


@pytest.mark.parametrize("why", ["preference", "kind", "no_address", "asked_for", "too_late"])
def test_it_goes_on_only_where_the_customer_may_be_written_to(mail: Pigeon, why: str) -> None:
    customer = making.customer(email="" if why == "no_address" else "mei@example.com")
    making.queued(making.outgoing(customer_id=customer, channel="sms" if why == "asked_for" else None), now=make.NOW)
    if why == "preference":
        Preference.objects.create(customer_id=customer, channels=["sms"])
    if why == "kind":
        MessageKind.objects.filter(code="order_received").update(channels=["sms"])
    deliver()
    if why == "too_late":
        Message.objects.update(expires_at=make.NOW)

    hear(LOST)
    deliver()

    assert [state for state, _channel in states()] == ["bounced"]
    assert mail.carried == []


def test_who_does_not_want_the_kind_any_more_gets_no_e_mail_either(mail: Pigeon) -> None:
    paid = {"order_number": "SO-1", "paid": making.MONEY}
    customer = making.customer()
    making.queued(making.outgoing(customer_id=customer, template="order_paid", params=paid), now=make.NOW)
    deliver()
    Preference.objects.create(customer_id=customer, opted_out=["order_paid"])

    hear(LOST)
    deliver()

    assert states() == [("bounced", ""), ("suppressed", "email")]


def test_an_open_fate_does_not_go_on_for_it_may_have_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch, sms=Pigeon(Receipt("unknown")))

    sent()

    assert states() == [("unknown", "")]


def test_an_e_mail_that_still_waits_is_left_unsent_when_the_short_message_arrived_after_all(mail: Pigeon) -> None:
    sent()
    hear(LOST)

    hear(ARRIVED)
    deliver()

    assert states() == [("delivered", ""), ("suppressed", "email")]
    assert mail.carried == []


def test_nobody_has_the_same_sent_twice_by_pressing_again(mail: Pigeon) -> None:
    sent()
    hear(LOST)
    deliver()
    first = Message.objects.order_by("id")[0]

    with pytest.raises(settling.SentOtherwise):
        settling.repeat_message(making.TESTER, message_id=first.id, reason="again", now=make.NOW)
    assert outbox.find_instead(first.id) == Message.objects.latest("id").id


def test_the_database_itself_allows_one_e_mail_instead(mail: Pigeon) -> None:
    sent()
    hear(LOST)
    row = Message.objects.latest("id")
    row.pk, row.key, row.dedupe_key = None, uuid4(), "another"

    with pytest.raises(IntegrityError, match="message_one_fallback"), transaction.atomic():
        row.save()


def age(table: str, column: str, days: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s", [make.NOW - timedelta(days=days)])


@pytest.mark.parametrize(("days", "left"), [(1_095, 1), (1_097, 0)])
def test_messages_to_customers_stay_as_long_as_a_dispute_may_need_them(mail: Pigeon, days: int, left: int) -> None:
    sent()
    age("messaging_message", "queued_at", days)

    cleaning.forget_old(making.TESTER, now=make.NOW)

    assert Message.objects.count() == left


@pytest.mark.parametrize("state", ["waiting", "sending", "unknown"])
def test_what_is_not_settled_is_never_forgotten(mail: Pigeon, state: str) -> None:
    sent()
    Message.objects.update(state=state)
    age("messaging_message", "queued_at", 9_999)

    cleaning.forget_old(making.TESTER, now=make.NOW)

    assert Message.objects.count() == 1


def test_notices_their_mails_and_stray_reports_go_sooner_in_bounded_batches(mail: Pigeon) -> None:
    chen = make.checker_chen()
    making.mailbox(chen, "chen@example.com")
    for number in range(3):
        making.tell(making.notice(chen.staff_id, dedupe_key=f"n{number}"), now=make.NOW)
        hear(report(arrived=True, reference=f"stray-{number}"))
    deliver()
    age("messaging_notice", "told_at", 181)
    age("messaging_message", "queued_at", 181)
    age("messaging_early_report", "received_at", 8)

    counts = [cleaning.forget_old(making.TESTER, now=make.NOW, limit=2) for _ in range(3)]

    assert counts == [2, 1, 0]
    assert (Message.objects.count(), EarlyReport.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("statement", "index"),
    [("forget_messages", "message_of_customer_at"), ("forget_staff_mails", "message_of_staff_at")],
)
def test_what_is_kept_longer_is_not_read_when_the_rest_is_forgotten(statement: str, index: str) -> None:
    wanted: dict[str, Any] = {"messages_before": make.NOW, "notices_before": make.NOW, "limit": 5}
    with connection.cursor() as cursor:
        cursor.execute("REINDEX TABLE messaging_message")  # without what other tests took back
        cursor.execute("ANALYZE messaging_message")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql.load(PACKAGE, statement)}", wanted)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert f"Index Scan using {index} on" in plan
