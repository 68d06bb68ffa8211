"""Programs keep watched mailboxes and see to what was parked."""

from __future__ import annotations

import pytest

from steward.modules.messaging.commands import parking
from steward.modules.messaging.models import Inbound, Mailbox
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
BOX = {
    "address": "service@shop.example",
    "host": "127.0.0.1",
    "port": 1,
    "security": "none",
    "login": "a",
    "password": "b",
}
LETTER = b"From: Mei <mei@example.com>\r\nMessage-ID: <1@example.com>\r\n\r\nhello"


def test_a_mailbox_is_saved_read_and_tried_without_its_password() -> None:
    caller = Caller("messaging.mailboxes")

    saved = caller.post("mailboxes/service", BOX)
    assert saved.status_code == 200
    assert "password" not in saved.json()
    assert caller.post("mailboxes/service", {**BOX, "password": "", "folder": "Orders"}).json()["folder"] == "Orders"
    assert [one["code"] for one in caller.get("mailboxes").json()["rows"]] == ["service"]
    assert caller.get("mailboxes/service").json()["address"] == "service@shop.example"
    assert "no connection" in caller.post("mailboxes/service/try").json()["why"]
    assert Mailbox.objects.count() == 1


def test_what_cannot_be_a_mailbox_names_every_field() -> None:
    answer = Caller("messaging.mailboxes").post("mailboxes/service", {**BOX, "address": "a+b@c", "password": ""})

    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["findings"]} == {"address", "password"}


def test_what_was_parked_is_listed_and_settled_once() -> None:
    caller = Caller("messaging.mailboxes", "messaging.view", "messaging.retry")
    caller.post("mailboxes/service", BOX)
    one = parking.Unreadable("email", "service", "1", LETTER, "its sender writes too often", shape="rfc822")
    id_ = parking.park_inbound(make.TESTER, unreadable=[one], now=make.NOW)[0].id

    (row,) = caller.get("messages/parked").json()["rows"]
    assert (row["id"], row["reason"]) == (id_, "its sender writes too often")
    taken = caller.post(f"messages/parked/{id_}", {"what": "take"}).json()
    again = caller.post(f"messages/parked/{id_}", {"what": "drop"})

    assert taken["message_id"] == Inbound.objects.get().id
    assert again.status_code == 409
    assert caller.get("messages/parked").json()["rows"] == []


def test_nobody_else_may() -> None:
    caller = Caller("messaging.view")

    assert caller.get("mailboxes").status_code == 403
    assert caller.post("messages/parked/1", {"what": "drop"}).status_code == 403
