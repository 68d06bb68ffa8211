"""Messages in: each once, its sender recognised, addresses sealed, and what cannot be held parked."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.kernel.models import Event
from steward.modules.customers.commands import rights
from steward.modules.customers.events import CustomerErased
from steward.modules.messaging import handlers
from steward.modules.messaging.models import Inbound, ParkedInbound
from steward.modules.messaging.queries import inbound
from steward.modules.messaging.rules.channels import Sender
from steward.modules.messaging.tests import making
from steward.modules.messaging.tests.letters import MEI, letter, take, view
from tests import make

pytestmark = pytest.mark.django_db


def test_a_message_is_taken_as_it_was_said_and_announced() -> None:
    (taken,) = take(letter(facts={"due_at": "2026-03-04"}, references=("<a@b>", "<c@d>"), reply_token="t-1"))

    found = view(taken)
    assert (taken.outcome, found.text, found.subject) == ("taken", "你好，收到的帐篷少了一根杆。", "帐篷少了一根杆")
    assert (found.references, found.reply_token, found.facts) == (["<a@b>", "<c@d>"], "t-1", {"due_at": "2026-03-04"})
    event = Event.objects.get(kind="messaging.message_received")
    assert (event.subject_id, event.data["channel"], event.data["customer_id"]) == (
        taken.id, "email", found.customer_id,
    )  # fmt: skip


def test_the_same_message_is_taken_once_within_a_batch_and_later() -> None:
    first = take(letter(), letter(text="again"), letter("2"))
    again = take(letter("2"), letter("3"))

    assert [one.outcome for one in first + again] == ["taken", "taken", "taken", "known", "taken"]
    assert first[0].id == first[1].id
    assert again[0].id == first[2].id
    assert Event.objects.filter(kind="messaging.message_received").count() == Inbound.objects.count() == 3


def test_other_boxes_and_channels_may_use_the_same_id() -> None:
    taken = take(letter(), letter(box="sales"), letter(channel="chat"))

    assert len({one.id for one in taken}) == 3


def test_a_sender_is_recognised_by_whatever_was_known_of_them() -> None:
    known = making.customer(phone="+8613812345521", email="mei@example.com")
    taken = take(
        letter(),
        letter("2", channel="sms", sender=Sender(phone="138 1234 5521")),
        letter("3", channel="wechat", sender=Sender("小梅", "mei@example.com", "", "wechat:gh_1", "openid-7")),
        letter("4", channel="wechat", sender=Sender(external_kind="wechat:gh_1", external_value="openid-7")),
        letter("5", channel="phone", sender=Sender()),
    )

    assert [found.customer_id for found in inbound.received([one.id for one in taken])] == [known] * 4 + [None]


def test_an_address_is_found_in_no_column_and_opened_only_to_answer() -> None:
    (taken,) = take(letter())

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(row)::text FROM messaging_inbound AS row")
        (row,) = cursor.fetchone()
    assert "example.com" not in row.lower()
    assert "梅" not in row
    assert inbound.senders([taken.id])[taken.id] == MEI


def test_erasing_a_person_empties_what_they_wrote_and_keeps_that_they_did() -> None:
    (taken, other) = take(letter(quoted="> x", html="<p>x</p>"), letter("2", sender=Sender("Li", "li@example.com")))
    customer_id = view(taken).customer_id
    assert customer_id is not None
    rights.erase_customer(making.TESTER, customer_id=customer_id, reason="asked for it", now=make.NOW)
    told = Event.objects.get(kind="customers.customer_erased")
    handlers.on_customer_erased_redact_messages([CustomerErased(**told.data)])

    found = view(taken)
    assert (found.subject, found.text, found.quoted, found.html, found.channel) == ("", "", "", "", "email")
    assert found.redacted_at is not None
    assert inbound.senders([taken.id, other.id]).keys() == {other.id}
    assert view(other).text


def test_text_that_no_database_can_hold_is_taken_without_what_it_cannot() -> None:
    (taken,) = take(letter(text="a\0b\ud83dc", subject="x\ny", facts={"n": {"m": "\0"}}, reply_token="no token!"))

    found = view(taken)
    assert (found.text, found.subject, found.facts, found.reply_token) == ("abc", "x y", {"n": {"m": ""}}, "")


def test_what_cannot_be_taken_is_parked_with_its_reason_and_the_rest_is_taken() -> None:
    answers = take(letter(channel="telepathy"), letter("2"), letter("3", attachment_ids=(2**70,)))
    again = take(letter("3"))

    assert [one.outcome for one in answers] == ["parked", "taken", "parked"]
    assert "telepathy" in answers[0].why
    assert "out of range" in answers[2].why
    assert again[0] == answers[2]
    assert ParkedInbound.objects.count() == 2
    assert Event.objects.filter(kind="messaging.message_parked").count() == 2


def test_a_batch_takes_as_many_statements_as_one_message() -> None:
    take(letter("0"))
    counts = []
    for size in (1, 40):
        batch = [letter(f"{size}-{n}", sender=Sender(email=f"{size}-{n}@example.com")) for n in range(size)]
        with CaptureQueriesContext(connection) as seen:
            take(*batch)
        counts.append(len(seen))

    assert counts[0] == counts[1]
