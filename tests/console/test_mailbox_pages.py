"""Pages of watched mailboxes and of messages that could not be taken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel.models import Event
from steward.modules.messaging.commands import cleaning, mailboxes, parking
from steward.modules.messaging.models import Inbound, Mailbox, ParkedInbound
from steward.modules.messaging.rules.mailboxes import MailboxDraft
from tests import make

pytestmark = pytest.mark.django_db
FORM = {
    "code": "service", "address": "service@shop.example", "host": "127.0.0.1", "port": "1", "security": "none",
    "login": "service", "password": "a secret of ours", "folder": "INBOX", "active": "on", "has_plus": "on",
}  # fmt: skip
HEAD = b"From: Mei <mei@example.com>\r\nMessage-ID: <1@example.com>\r\nSubject: x\r\n\r\n"
LETTER = HEAD + "帐篷坏了".encode()


def watched() -> None:
    draft = MailboxDraft(code="service", address="service@shop.example", host="127.0.0.1", login="a", password="b")
    mailboxes.save_mailbox(make.TESTER, draft=draft)


def put_aside(raw: bytes = LETTER) -> int:
    watched()
    one = parking.Unreadable(
        "email", "service", parking.digest(raw), raw, "its sender writes too often", shape="rfc822"
    )
    return parking.park_inbound(make.TESTER, unreadable=[one], now=make.NOW)[0].id


def test_a_mailbox_is_added_and_changed_and_its_password_never_shown() -> None:
    admin = make.browser("admin", locale="en")

    assert admin.post("/messages/mailboxes/new", FORM).status_code == 302
    changed = {**FORM, "password": "", "folder": "Orders"}
    assert admin.post("/messages/mailboxes/service", changed).status_code == 302
    row = Mailbox.objects.get()
    assert (row.folder, row.host, row.takes_old) == ("Orders", "127.0.0.1", False)
    page = admin.get("/messages/mailboxes/service").content.decode()
    assert "a secret of ours" not in page
    assert b"a secret of ours" not in bytes(row.sealed_password)
    assert "service@shop.example" in admin.get("/messages/mailboxes").content.decode()
    assert "a secret" not in str(
        list(Event.objects.filter(kind="messaging.mailbox_saved").values_list("data", flat=True))
    )


def test_what_cannot_be_a_mailbox_is_refused_with_every_finding() -> None:
    admin = make.browser("admin", locale="en")
    wrong = {**FORM, "code": "No code", "address": "a+b@c", "port": "99999", "password": "", "done_folder": "INBOX"}

    answer = admin.post("/messages/mailboxes/new", wrong)

    assert answer.status_code == 422
    page = answer.content.decode()
    for words in ("small letters", "without a plus", "between 1 and 65535", "This is needed", "cannot go where"):
        assert words in page
    assert not Mailbox.objects.exists()


def test_a_connection_is_tried_and_what_is_wrong_is_said() -> None:
    admin = make.browser("admin", locale="en")
    admin.post("/messages/mailboxes/new", FORM)

    answer = admin.post("/messages/mailboxes/service/try", follow=True)

    assert "It cannot be read: no connection" in answer.content.decode()


def test_what_nobody_sees_to_is_not_kept_for_ever() -> None:
    put_aside()

    cleaning.forget_old(make.TESTER, now=make.NOW + timedelta(days=89))
    assert ParkedInbound.objects.get().state == "parked"
    cleaning.forget_old(make.TESTER, now=make.NOW + timedelta(days=91))
    assert ParkedInbound.objects.values_list("state", "sealed_raw").get() == ("dropped", None)


def test_only_who_may_manage_mailboxes_sees_them() -> None:
    watched()

    assert make.browser("wang").get("/messages/mailboxes").status_code == 403
    assert make.browser("wang").post("/messages/mailboxes/service/try").status_code == 403


def test_a_parked_letter_is_looked_at_on_the_record_and_taken() -> None:
    id_ = put_aside()
    admin = make.browser("admin", locale="en")
    assert "too often" in admin.get("/messages/parked").content.decode()
    assert "帐篷坏了" not in admin.get(f"/messages/parked/{id_}").content.decode()

    shown = admin.post(f"/messages/parked/{id_}", {"what": "show"}).content.decode()
    assert "帐篷坏了" in shown
    assert Event.objects.filter(kind="messaging.parked_shown", subject_id=id_).count() == 1
    admin.post(f"/messages/parked/{id_}", {"what": "take"})

    assert Inbound.objects.get().body == "帐篷坏了"
    assert ParkedInbound.objects.values_list("state", "sealed_raw").get() == ("taken", None)
    assert "too often" in admin.get("/messages/parked?state=taken").content.decode()


def test_a_letter_that_still_cannot_be_read_stays_until_it_is_dropped() -> None:
    id_ = put_aside(b"\r\n\r\nno headers")
    admin = make.browser("admin", locale="en")

    refused = admin.post(f"/messages/parked/{id_}", {"what": "take"}, follow=True)
    assert "It still cannot be taken" in refused.content.decode()
    assert ParkedInbound.objects.get(id=id_).state == "parked"
    admin.post(f"/messages/parked/{id_}", {"what": "drop"})

    assert ParkedInbound.objects.values_list("state", "sealed_raw").get() == ("dropped", None)
    assert not Inbound.objects.exists()
