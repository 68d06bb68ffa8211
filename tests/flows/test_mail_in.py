"""Letters come in from a real IMAP server: each once, the broken ones parked, nothing going round in circles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from steward.connectors.imap_mail.tests import corpus
from steward.kernel import moment, parameters
from steward.modules.messaging import models
from steward.modules.messaging.commands import mailboxes, parked, polling, sending
from steward.modules.messaging.models import Inbound, Message, ParkedInbound
from steward.modules.messaging.queries import inbound
from steward.modules.messaging.queries.inbound import InboundView
from steward.modules.messaging.rules.mailboxes import MailboxDraft
from steward.modules.messaging.tests import making
from tests import imap_peer, make
from tests.imap_peer import ImapServer, Mailbox, imap_server
from tests.mail_peer import mail_server

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(imap_peer.PROGRAM is None, reason=imap_peer.MISSING),
]


@dataclass
class Box:
    """A watched mailbox at a real server."""

    server: Mailbox
    id: int

    def poll(self) -> dict[str, int]:
        polled = polling.poll_mailbox(make.TESTER, mailbox_id=self.id)
        assert polled is not None
        assert not polled.why
        return dict(polled.outcomes)


def draft(server: Mailbox, **changes: object) -> MailboxDraft:
    facts: dict[str, object] = {
        "code": "service", "address": "service@shop.example", "host": "127.0.0.1", "port": server.port,
        "security": "none", "login": server.login, "password": imap_peer.PASSWORD, "takes_old": True,
    }  # fmt: skip
    return MailboxDraft(**(facts | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def post_office() -> Iterator[ImapServer]:
    with imap_server() as server:
        yield server


@pytest.fixture
def box(post_office: ImapServer, settings: Settings, tmp_path: Path) -> Box:
    settings.MEDIA_ROOT = tmp_path
    settings.MAIL_FROM = "小店 <service@shop.example>"
    server = post_office.mailbox()
    return Box(server, mailboxes.save_mailbox(make.administrator(), draft=draft(server)))


def number_is(name: str, new: int) -> None:
    parameters.set_parameter(make.TESTER, name=name, new=new, reason="for this test")


def taken() -> list[InboundView]:
    return inbound.received(list(Inbound.objects.values_list("id", flat=True)))


def named(number: int, *lines: str, body: bytes = b"hello", sender: str = "Mei <mei@example.com>") -> bytes:
    return corpus.letter(f"Subject: {number}", *lines, body=body, sender=sender).replace(b"m1@", b"m%d@" % number)


def test_letters_are_taken_once_and_marked_as_seen(box: Box) -> None:
    box.server.deliver(corpus.HTML_ONLY, named(2, "In-Reply-To: <x@shop.example>"))
    first, again = box.poll(), box.poll()

    assert (first, again) == ({"taken": 2}, {})
    assert [one.text[:2] for one in taken()] == ["你好", "he"]
    assert taken()[1].references == ["<x@shop.example>"]
    assert taken()[1].box == "service"
    assert all(name.endswith("S") for name in box.server.lying())


def test_every_broken_letter_is_parked_with_its_reason_and_the_next_is_taken(box: Box) -> None:
    letters = [raw.replace(b"m1@", b"c%d@" % number) for number, raw in enumerate(corpus.EVERY.values()) if raw]
    box.server.deliver(*letters, named(9_999, body="最后一封".encode(), sender="last@example.com"))
    with_room = {"messaging.mail_sender_per_hour": 500, "messaging.mail_automatic_per_hour": 500}
    for name, new in with_room.items():
        number_is(name, new)

    outcomes = box.poll()

    assert sum(outcomes.values()) == len(letters) + 1
    assert outcomes["parked"] == len(corpus.UNREADABLE) - 1
    assert taken()[-1].text == "最后一封"
    assert all(ParkedInbound.objects.values_list("reason", flat=True))
    assert box.poll() == {}


def test_a_folder_whose_numbers_begin_anew_is_read_again_and_everything_known(box: Box) -> None:
    box.server.deliver(named(1), named(2))
    box.poll()
    models.Mailbox.objects.update(uid_validity=1)

    assert box.poll() == {"known": 2}
    assert len(taken()) == 2


def test_what_lay_there_before_is_passed_over_unless_it_is_wanted(box: Box) -> None:
    box.server.deliver(named(1))
    mailboxes.save_mailbox(make.administrator(), draft=draft(box.server, takes_old=False))
    assert box.poll() == {}
    box.server.deliver(named(2))

    assert box.poll() == {"taken": 1}
    assert [one.subject for one in taken()] == ["2"]


def test_letters_that_were_taken_go_to_their_folder(box: Box) -> None:
    mailboxes.save_mailbox(make.administrator(), draft=draft(box.server, done_folder="Done"))
    box.server.deliver(named(1), named(2))
    box.poll()

    assert box.server.lying() == []
    assert len(box.server.lying("Done")) == 2


def test_a_token_in_the_address_names_the_conversation(box: Box) -> None:
    box.server.deliver(
        named(1, "Delivered-To: Service+c7-ab_9@shop.example"), named(2, "Cc: other+c8@elsewhere.example")
    )
    box.poll()

    assert [one.reply_token for one in taken()] == ["c7-ab_9", ""]


def test_our_own_letters_come_back_and_are_dropped(box: Box) -> None:
    making.queued(making.outgoing(), now=moment.now())
    key = str(Message.objects.get().key)
    box.server.deliver(
        named(1).replace(b"m1@example.com", f"{key}@shop.example".encode()),
        named(2, sender="service+x@shop.example"),
        named(3),
    )

    assert box.poll() == {"known": 2, "taken": 1}
    assert sorted(ParkedInbound.objects.values_list("state", "reason")) == [
        ("dropped", "a loop: it comes from one of our own addresses"),
        ("dropped", "a loop: it is one of our own messages"),
    ]


def test_two_answering_machines_do_not_talk_for_ever(box: Box) -> None:
    box.server.deliver(*(named(number, "Auto-Submitted: auto-replied") for number in range(9)))

    assert box.poll() == {"taken": 5, "parked": 4}
    (first, *_rest) = ParkedInbound.objects.order_by("id")
    assert "too often" in first.reason
    message_id = parked.retry_parked(make.manager_zhao(), parked_id=first.id, now=moment.now())
    assert inbound.received([message_id])[0].automatic == "auto_reply"
    assert ParkedInbound.objects.get(id=first.id).state == "taken"


def test_a_bounce_marks_the_letter_it_is_about_as_failed(box: Box, settings: Settings) -> None:
    with mail_server() as post:
        settings.SMTP_HOST, settings.SMTP_PORT, settings.SMTP_SECURITY = "127.0.0.1", post.port, "none"
        noon = moment.now().replace(hour=4)
        with moment.frozen(noon):
            making.queued(making.outgoing(channel="email"), now=noon)
            sending.deliver_due(make.TESTER)
    ours = post.letters[0]["Message-ID"].strip("<>").encode()
    box.server.deliver(corpus.BOUNCE.replace(b"OURS@shop.example", ours).replace(b"no such user", b"mei@example.com?"))
    box.poll()

    row = Message.objects.get()
    assert (row.state, "550" in row.error) == ("bounced", True)
    (found,) = taken()
    assert (found.automatic, found.customer_id) == ("bounce", None)
    assert found.facts["bounce"]["outbox_id"] == row.id
    assert "mei@" not in found.text


def test_a_parked_letter_is_taken_once_its_cause_is_gone_or_dropped(box: Box) -> None:
    number_is("messaging.mail_sender_per_hour", 1)
    box.server.deliver(named(1), named(2), named(3))
    assert box.poll() == {"taken": 1, "parked": 2}
    later, never = ParkedInbound.objects.order_by("id")
    parked.retry_parked(make.manager_zhao(), parked_id=later.id, now=moment.now())
    parked.drop_parked(make.manager_zhao(), parked_id=never.id, now=moment.now())
    models.Mailbox.objects.update(last_uid=0)

    assert box.poll() == {"known": 3}
    assert len(taken()) == 2


def test_a_letter_too_large_is_parked_without_being_fetched(box: Box) -> None:
    number_is("messaging.mail_largest_mb", 1)
    box.server.deliver(named(1, body=b"x" * 1_100_000), named(2))

    assert box.poll() == {"parked": 1, "taken": 1}
    assert "too large" in ParkedInbound.objects.get().reason
    row = ParkedInbound.objects.get()
    assert row.size_bytes < 1_000
    with pytest.raises(parked.StillUnreadable):
        parked.retry_parked(make.manager_zhao(), parked_id=row.id, now=moment.now())


def test_a_mailbox_that_cannot_be_read_says_why_and_recovers(box: Box) -> None:
    mailboxes.save_mailbox(make.administrator(), draft=draft(box.server, password="wrong"))
    polled = polling.poll_mailbox(make.TESTER, mailbox_id=box.id)
    assert polled is not None
    assert "sign-in refused" in polled.why
    row = models.Mailbox.objects.get()
    assert row.failing_since is not None
    assert "right" not in row.error
    assert mailboxes.try_mailbox(make.administrator(), mailbox_id=box.id).why

    mailboxes.save_mailbox(make.administrator(), draft=draft(box.server, folder="Nowhere"))
    assert "cannot be opened" in mailboxes.try_mailbox(make.administrator(), mailbox_id=box.id).why
    mailboxes.save_mailbox(make.administrator(), draft=draft(box.server))
    assert box.poll() == {}
    assert mailboxes.try_mailbox(make.administrator(), mailbox_id=box.id) == mailboxes.Tried("", 0)


def test_of_two_workers_one_looks_at_a_mailbox_and_a_dead_one_keeps_it_for_minutes_only(box: Box) -> None:
    now = moment.now()
    assert polling.lease(make.TESTER, mailbox_id=box.id, now=now) is not None

    assert polling.poll_mailbox(make.TESTER, mailbox_id=box.id) is None
    with moment.frozen(now + timedelta(minutes=6)):
        assert box.poll() == {}
