"""An answer leaves by a real mail server: in the thread, with files, and the answer to it names its conversation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from steward.connectors.imap_mail.reading import read_mail
from steward.kernel import moment
from steward.modules.customers.commands import rights
from steward.modules.customers.events import CustomerErased
from steward.modules.messaging import handlers
from steward.modules.messaging.commands import mailboxes, replying, sending, storing
from steward.modules.messaging.models import Message
from steward.modules.messaging.queries import attachments, outbox
from steward.modules.messaging.queries.inbound import InboundView
from steward.modules.messaging.rules.channels import Part
from steward.modules.messaging.rules.mailboxes import MailboxDraft, reply_token
from steward.modules.messaging.tests import files
from steward.modules.messaging.tests.letters import letter, take, view
from tests import make
from tests.mail_peer import MailServer, mail_server

pytestmark = pytest.mark.django_db
ADDRESS = "service@shop.example"


@pytest.fixture
def post(settings: Settings, tmp_path: Path) -> Iterator[MailServer]:
    settings.MEDIA_ROOT = tmp_path
    settings.MAIL_FROM = f"小店 <{ADDRESS}>"
    mailbox = MailboxDraft(code="service", address=ADDRESS, host="127.0.0.1", login="a", password="b")
    mailboxes.save_mailbox(make.administrator(), draft=mailbox)
    with mail_server() as found:
        settings.SMTP_HOST, settings.SMTP_PORT, settings.SMTP_SECURITY = "127.0.0.1", found.port, "none"
        yield found


def asked(**changes: Any) -> InboundView:
    return view(take(letter(message_ref="<q2@example.com>", references=("<q1@example.com>",), **changes))[0])


def answered(question: InboundView, **changes: object) -> int:
    facts: dict[str, object] = {
        "customer_id": question.customer_id, "channel": "email", "box": "service", "subject_kind": "ticket",
        "subject_id": 7, "dedupe_key": "ticket:7:1", "text": "我们今天补发。", "send_at": moment.now(),
        "answers_inbound_id": question.id, "reply_token": "c7-ab",
    }  # fmt: skip
    with transaction.atomic():
        draft = replying.ReplyDraft(**(facts | changes))  # type: ignore[arg-type]
        return replying.queue_replies(make.TESTER, replies=[draft], now=moment.now())[0]


def deliver() -> None:
    with moment.frozen(moment.now() + timedelta(seconds=1)):
        sending.deliver_due(make.TESTER)


def test_an_answer_stands_in_its_thread_and_comes_back_to_its_conversation(post: MailServer) -> None:
    id_ = answered(asked())
    deliver()

    (sent,) = post.letters
    key = str(Message.objects.get(id=id_).key)
    assert sent["Subject"] == "Re: 帐篷少了一根杆"
    assert (sent["In-Reply-To"], sent["References"]) == ("<q2@example.com>", "<q1@example.com> <q2@example.com>")
    assert (sent["Message-ID"], sent["Reply-To"]) == (f"<{key}@shop.example>", "service+c7-ab@shop.example")
    assert sent["To"] == "梅子 <Mei@example.com>"
    assert sent["Auto-Submitted"] is None
    back = read_mail(f"From: mei@example.com\r\nTo: {sent['Reply-To']}\r\n\r\n谢谢".encode(), arrived_at=moment.now())
    assert reply_token(back.receivers, {ADDRESS}) == "c7-ab"


def test_files_go_along_and_are_kept(post: MailServer) -> None:
    parts = [Part("说明.pdf", files.PDF), Part("a.png", files.picture("PNG"))]
    ids = storing.store_parts(make.TESTER, parts=parts, now=moment.now())
    answered(asked(), attachment_ids=tuple(ids))
    storing.forget_loose(make.TESTER, now=moment.now() + timedelta(days=9))
    deliver()

    found = [(part.get_filename(), part.get_content()) for part in post.letters[0].iter_attachments()]
    assert found == [("说明.pdf", files.PDF), ("a.png", files.picture("PNG"))]


def test_a_file_that_cannot_be_sent_keeps_the_answer_and_says_why(post: MailServer) -> None:
    (virus,) = storing.store_parts(make.TESTER, parts=[Part("a.txt", files.EICAR)], now=moment.now())
    id_ = answered(asked(), attachment_ids=(virus,))
    deliver()

    found = outbox.message(id_).message
    assert found.state == "failed"
    assert found.error
    assert post.letters == []


@pytest.mark.parametrize("ref", ["<a\tb@c>", "<" + "x" * 900 + "@y>", "<é@x>", "no brackets"])
def test_an_id_that_no_header_can_hold_keeps_no_answer_back(post: MailServer, ref: str) -> None:
    question = view(take(letter(message_ref=ref, references=(ref,)))[0])
    answered(question)
    deliver()

    assert len(post.letters) == 1
    assert post.letters[0]["In-Reply-To"] is None


def test_erasing_a_person_deletes_the_files_they_were_sent(post: MailServer) -> None:
    (file,) = storing.store_parts(make.TESTER, parts=[Part("a.pdf", files.PDF)], now=moment.now())
    question = asked()
    answered(question, attachment_ids=(file,))
    customer_id = question.customer_id or 0
    rights.erase_customer(make.TESTER, customer_id=customer_id, reason="asked", now=moment.now())
    handlers.on_customer_erased_redact_messages([CustomerErased(customer_id=customer_id, reason="asked")])

    assert attachments.attachments([file])[0].refusal == "erased"
