"""An app hands in what its customers wrote: each once, findings all at once, only with the right."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from steward.modules.messaging.models import Attachment, Inbound
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
MESSAGE = {"id": "m-1", "box": "shop-app", "sender": {"user_id": "u-7", "name": "梅子"}, "text": "少发了一件"}


def body(**changes: Any) -> dict[str, Any]:
    return {"messages": [MESSAGE | changes]}


def test_a_message_is_taken_once_however_often_it_is_handed_in() -> None:
    app = Caller("messaging.hand_in")

    first, again = (app.post("messages/incoming", body(order_number="SO-1")).json()["results"][0] for _ in "ab")

    assert (first["outcome"], again["outcome"], first["message_id"]) == ("taken", "known", again["message_id"])
    (row,) = Inbound.objects.all()
    assert (row.channel, row.box, row.body, row.order_number) == ("app", "shop-app", "少发了一件", "SO-1")


def test_files_and_times_of_others_are_kept() -> None:
    picture = base64.b64encode(b"%PDF-1.4 hello").decode()
    files = [{"filename": "bon.pdf", "content": picture}]

    Caller("messaging.hand_in").post("messages/incoming", body(files=files, due_at="2027-01-01T08:00:00+08:00"))

    assert Inbound.objects.get().facts == {"due_at": "2027-01-01T00:00:00+00:00", "reply_rule": "person"}
    assert Attachment.objects.get().media_type == "application/pdf"


def test_everything_wrong_is_named_at_once_and_nothing_taken() -> None:
    wrong = body(sender={}, text=" ", at="1926-01-01T00:00:00Z", files=[])

    answer = Caller("messaging.hand_in").post("messages/incoming", wrong)

    fields = [found["field"] for found in answer.json()["findings"]]
    assert (answer.status_code, fields) == (422, ["messages.0.sender", "messages.0.text", "messages.0.at"])
    assert Inbound.objects.count() == 0


def test_a_time_of_a_zone_no_database_knows_is_taken_in_utc() -> None:
    answer = Caller("messaging.hand_in").post("messages/incoming", body(at="2026-03-01T00:00:00-19:48"))

    assert answer.status_code == 200
    assert Inbound.objects.get().sent_at == datetime(2026, 3, 1, 19, 48, tzinfo=UTC)


def test_a_time_without_its_zone_or_as_a_bare_number_is_none() -> None:
    for at in ("2026-01-01T00:00:00", 0, "0001-01-01T00:00:00+19:00"):
        answer = Caller("messaging.hand_in").post("messages/incoming", body(at=at))
        assert (answer.status_code, [found["field"] for found in answer.json()["findings"]]) == (422, ["messages.0.at"])


def test_who_may_not_hand_in_hands_in_nothing() -> None:
    assert Caller("messaging.view").post("messages/incoming", body()).status_code == 403


def test_a_token_of_some_shops_hands_in_for_these_alone() -> None:
    app = Caller("messaging.hand_in", scopes=["shop-app"])

    assert app.post("messages/incoming", body()).status_code == 200
    assert app.post("messages/incoming", body(box="another")).status_code == 403
