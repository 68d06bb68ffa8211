"""The outbox: in the caller's transaction, once per key, without personal data."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from steward.modules.messaging import commands
from steward.modules.messaging.models import Message, Notice
from steward.modules.messaging.tests import making
from tests import make

pytestmark = pytest.mark.django_db


def send(*messages: commands.Outgoing) -> list[int]:
    return making.queued(*messages, now=make.NOW)


def test_a_queued_message_waits_until_it_is_sent() -> None:
    (id_,) = send(making.outgoing())

    row = Message.objects.get(id=id_)
    assert (row.state, row.due_at, row.template) == ("waiting", make.NOW, "order_received")
    assert row.expires_at is not None
    assert row.expires_at > make.NOW


def test_the_outbox_holds_no_name_phone_or_address() -> None:
    send(making.outgoing())

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(message)::text FROM messaging_message AS message")
        text = cursor.fetchone()[0]
    assert not any(part in text for part in ("梅子", "13812345521", "mei@example.com"))


def test_the_same_key_is_queued_once_and_gives_the_same_id() -> None:
    one = making.outgoing()
    first = send(one)

    assert send(one, one) == first * 2
    assert Message.objects.count() == 1


def test_what_rolls_back_leaves_no_message() -> None:
    one = making.outgoing()

    def fail() -> None:
        with transaction.atomic():
            commands.send_messages(making.TESTER, messages=[one], now=make.NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert Message.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_queued() -> None:
    one = making.outgoing()

    with pytest.raises(RuntimeError):
        commands.send_messages(making.TESTER, messages=[one], now=make.NOW)
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"template": "no_such"},
        {"template": "clock_warned"},
        {"channel": "pigeon"},
        {"params": {"order_number": "SO-1"}},
        {"params": {"order_number": "SO-1", "total": making.MONEY, "phone": "138"}},
        {"params": {"order_number": "SO-1", "total": 199}},
        {"dedupe_key": ""},
        {"template": "stock_offer", "params": {"order_number": "1", "goods": {"en": "x"}, "answer_before": "x"}},
    ],
)
def test_a_message_that_does_not_fit_is_refused_whole(changes: dict[str, Any]) -> None:
    good, bad = making.outgoing(dedupe_key="good"), making.outgoing(**changes)

    with pytest.raises(commands.UnfitMessage):
        send(good, bad)
    assert Message.objects.count() == 0


def test_a_message_of_a_drill_is_kept_and_never_waits() -> None:
    send(making.outgoing(simulated=True))

    row = Message.objects.get()
    assert (row.state, row.reason) == ("suppressed", "simulated")


def test_everybody_named_is_told_once() -> None:
    lin, chen = make.clerk_lin().staff_id, make.checker_chen().staff_id
    told = making.tell(making.notice(lin, chen, lin), now=make.NOW)

    assert len(told) == 2
    assert making.tell(making.notice(lin), now=make.NOW) == []
    assert Notice.objects.count() == 2


def test_an_urgent_notice_also_goes_out_by_e_mail() -> None:
    lin = make.clerk_lin()
    making.mailbox(lin, "lin@example.com")
    making.tell(
        making.notice(lin.staff_id), making.notice(lin.staff_id, dedupe_key="quiet", urgent=False), now=make.NOW
    )

    assert Notice.objects.count() == 2
    assert [row.staff_id for row in Message.objects.all()] == [lin.staff_id]


def test_a_person_marks_their_own_notices_alone_as_read() -> None:
    lin, chen = make.clerk_lin(), make.checker_chen()
    making.tell(making.notice(lin.staff_id, chen.staff_id), now=make.NOW)

    assert commands.mark_read(lin, notice_ids=None, now=make.NOW) == 1
    assert commands.mark_read(lin, notice_ids=None, now=make.NOW) == 0
    assert Notice.objects.filter(read_at=None).count() == 1
