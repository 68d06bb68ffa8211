"""Sending: once, in the reader's language, at their hours; what fails, dies or must not leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.dateparse import parse_datetime

from steward.kernel import moment
from steward.kernel.models import Event
from steward.modules.customers.commands.rights import erase_customer
from steward.modules.messaging.commands import sending, settling
from steward.modules.messaging.models import Message, MessageKind, Preference
from steward.modules.messaging.ports import Mail, Receipt, Sms
from steward.modules.messaging.tests import making
from steward.modules.messaging.tests.making import Pigeon, carried_by
from tests import make

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # midnight in Shanghai


def deliver(now: datetime = make.NOW) -> int:
    with moment.frozen(now):
        return sending.deliver_due(making.TESTER)


def one() -> Message:
    return Message.objects.get()


def test_a_customer_gets_a_short_message_in_chinese_with_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    sms = Pigeon()
    carried_by(monkeypatch, sms=sms)
    making.queued(making.outgoing(), now=make.NOW)

    deliver()

    (letter,) = sms.carried
    assert isinstance(letter, Sms)
    assert letter.to_phone == "+8613812345521"
    assert letter.text.startswith("【Steward】订单 SO-2026-000001 已收到，金额 ¥199.00。查看进度：http")
    assert (one().state, one().via, one().carrier, one().reference) == ("sent", "sms", "pigeon", "p-1")
    assert Event.objects.filter(kind="messaging.message_sent").count() == 1


def test_an_e_mail_is_text_and_escaped_html(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = Pigeon()
    carried_by(monkeypatch, mail=mail)
    reader = making.customer("<b>Mei</b>", phone="+14155550123")
    making.queued(making.outgoing(customer_id=reader, channel="email"), now=make.NOW)

    deliver(NIGHT)  # three in the morning for nobody: her zone is the house's, so it waits

    assert mail.carried == []
    deliver(make.NOW + timedelta(days=1))
    (letter,) = mail.carried
    assert isinstance(letter, Mail)
    assert letter.subject == "We have your order SO-2026-000001"
    assert "Hello <b>Mei</b>," in letter.text
    assert "Hello &lt;b&gt;Mei&lt;/b&gt;," in letter.html
    assert letter.stop_url == ""  # the confirmation is owed to her


def test_what_may_be_stopped_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = Pigeon()
    carried_by(monkeypatch, mail=mail)
    paid = {"order_number": "SO-1", "paid": making.MONEY}
    making.queued(making.outgoing(template="order_paid", params=paid, channel="email"), now=make.NOW)

    deliver()

    assert mail.carried[0].stop_url.startswith("http")


def test_a_second_round_sends_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sms = Pigeon()
    carried_by(monkeypatch, sms=sms)
    making.queued(making.outgoing(), now=make.NOW)

    deliver()
    deliver()

    assert len(sms.carried) == 1


def test_at_night_a_message_waits_for_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    sms = Pigeon()
    carried_by(monkeypatch, sms=sms)
    making.queued(making.outgoing(), now=NIGHT)

    deliver(NIGHT)

    assert (one().state, one().due_at) == ("waiting", parse_datetime("2026-03-03T00:00:00Z"))
    deliver(one().due_at)
    assert one().state == "sent"


@pytest.mark.parametrize(
    ("prepare", "state", "reason"),
    [
        ("switched_off", "suppressed", "switched_off"),
        ("opted_out", "suppressed", "opted_out"),
        ("late", "expired", "too_late"),
        ("erased", "suppressed", "erased"),
        ("drill", "suppressed", "simulated"),
        ("unreachable", "suppressed", "no_address"),
    ],
)
def test_what_is_not_to_leave_is_put_aside_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, prepare: str, state: str, reason: str
) -> None:
    sms = Pigeon()
    carried_by(monkeypatch, sms=sms)
    facts = {"phone": "", "email": ""} if prepare == "unreachable" else {}
    reader = making.customer(simulated=prepare == "drill", **facts)
    paid = {"order_number": "SO-1", "paid": making.MONEY}
    making.queued(making.outgoing(customer_id=reader, template="order_paid", params=paid), now=make.NOW)
    if prepare == "switched_off":
        MessageKind.objects.filter(code="order_paid").update(active=False)
    if prepare == "opted_out":
        Preference.objects.create(customer_id=reader, opted_out=["order_paid"])
    if prepare == "erased":
        erase_customer(making.TESTER, customer_id=reader, reason="asked", now=make.NOW)

    deliver(make.NOW + timedelta(hours=73) if prepare == "late" else make.NOW)

    assert sms.carried == []
    assert (one().state, one().reason) == (state, reason)
    assert Event.objects.filter(kind="messaging.message_failed").count() == 1


def test_what_is_owed_is_sent_whatever_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch)
    reader = making.customer()
    Preference.objects.create(customer_id=reader, opted_out=["order_received"])
    making.queued(making.outgoing(customer_id=reader), now=make.NOW)

    deliver()

    assert one().state == "sent"


def test_a_customers_own_channel_language_and_zone_count(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = Pigeon()
    carried_by(monkeypatch, mail=mail)
    reader = making.customer()
    Preference.objects.create(
        customer_id=reader, channels=["email"], locale="en", time_zone="America/New_York",
        quiet_start_min=0, quiet_end_min=360,
    )  # fmt: skip
    making.queued(making.outgoing(customer_id=reader), now=NIGHT)

    deliver(NIGHT)  # eleven in the morning in New York

    assert mail.carried[0].subject == "We have your order SO-2026-000001"


def test_a_failure_that_may_pass_is_tried_again_later_and_given_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    sms = Pigeon(*[Receipt("retry", detail="451 busy")] * 20)
    carried_by(monkeypatch, sms=sms)
    making.queued(making.outgoing(customer_id=making.customer(email="")), now=make.NOW)
    pauses, now = [], make.NOW

    for _ in range(20):
        deliver(now)
        if one().state != "waiting":
            break
        assert one().due_at > now
        pauses.append((one().due_at - now).total_seconds())
        now = max(one().due_at, now)

    assert (one().state, one().attempts, one().error) == ("failed", 8, "451 busy")
    assert all(45 * 2**n <= pause <= 60 * 2**n for n, pause in enumerate(pauses[:5]))


def test_a_refusal_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch, sms=Pigeon(Receipt("refused", detail="550 no such mailbox mei@example.com")))
    making.queued(making.outgoing(customer_id=making.customer(email="")), now=make.NOW)

    deliver()

    assert (one().state, one().error) == ("failed", "550 no such mailbox ***")


def die(monkeypatch: pytest.MonkeyPatch, *, is_idempotent: bool) -> Pigeon:
    """Let the sender die after the carrier took the message and before that was recorded."""
    sms = Pigeon(SystemExit("killed"), is_idempotent=is_idempotent)
    carried_by(monkeypatch, sms=sms)
    making.queued(making.outgoing(), now=make.NOW)
    with pytest.raises(SystemExit):
        deliver()
    return sms


def test_who_dies_in_the_middle_leaves_a_message_nobody_sends_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sms = die(monkeypatch, is_idempotent=False)
    later = make.NOW + timedelta(seconds=901)

    deliver(later)
    assert sending.settle_stuck(making.TESTER, now=make.NOW + timedelta(seconds=60)) == 0
    assert sending.settle_stuck(making.TESTER, now=later) == 1
    deliver(later)

    assert (one().state, len(sms.carried)) == ("unknown", 1)


def test_where_the_carrier_knows_its_keys_the_message_is_sent_again_under_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sms = die(monkeypatch, is_idempotent=True)
    later = make.NOW + timedelta(seconds=901)

    sending.settle_stuck(making.TESTER, now=later)
    deliver(later)

    assert one().state == "sent"
    assert sms.carried[0].key == sms.carried[1].key


def test_an_answer_that_comes_late_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    die(monkeypatch, is_idempotent=False)
    sending.settle_stuck(making.TESTER, now=make.NOW + timedelta(seconds=901))

    late = sending.Attempt(one().id, make.NOW, Receipt("sent"))
    states = sending.settle(making.TESTER, attempts=[late], now=make.NOW)

    assert (states, one().state) == ({one().id: "sent"}, "sent")


def test_a_person_decides_what_became_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    sms = die(monkeypatch, is_idempotent=False)
    later = make.NOW + timedelta(seconds=901)
    sending.settle_stuck(making.TESTER, now=later)

    settling.repeat_message(make.administrator(), message_id=one().id, reason="customer says no", now=later)
    deliver(later)

    assert (one().state, len(sms.carried)) == ("sent", 2)


def test_staff_read_their_mail_in_their_language(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = Pigeon()
    carried_by(monkeypatch, mail=mail)
    lin = make.clerk_lin()
    making.mailbox(lin, "lin@example.com")
    making.tell(making.notice(lin.staff_id), now=NIGHT)

    deliver(NIGHT)  # staff have no quiet hours here: urgent is urgent

    (letter,) = mail.carried
    assert letter.to_address == "lin@example.com"
    assert letter.subject == "SO-1：审核已超时"
    assert "/messages/notices/" in letter.text
