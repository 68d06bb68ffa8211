"""Carriers report at a door of ours: believed only when they prove themselves, counted once, in any order."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from steward.connectors.development.reporting import send_report, signed_report
from steward.connectors.report_key import key_of
from steward.kernel import moment
from steward.modules.messaging.commands import sending
from steward.modules.messaging.models import Message
from steward.modules.messaging.tests import making
from tests import make
from tests.hook_peer import receiver

pytestmark = pytest.mark.django_db
DOOR = "/webhooks/messages/development"


def sent() -> Message:
    making.queued(making.outgoing(), now=make.NOW)
    with moment.frozen(make.NOW):
        sending.deliver_due(making.TESTER)
    return Message.objects.order_by("id")[0]


def report(reference: str, *, arrived: bool, **changes: Any) -> Any:
    headers, body = signed_report(reference, arrived=arrived)
    kind = headers.pop("content-type")
    return Client().post(
        DOOR, changes.get("body", body), content_type=kind, headers=headers | changes.get("headers", {})
    )


def states() -> list[str]:
    return list(Message.objects.order_by("id").values_list("state", flat=True))


def test_a_report_settles_the_message_and_is_thanked_for_again_and_again() -> None:
    reference = sent().reference

    answers = [report(reference, arrived=True).status_code for _ in range(2)]
    late = report(reference, arrived=False)

    assert (answers, late.status_code, states()) == ([200, 200], 200, ["delivered"])


def test_a_short_message_that_came_back_goes_on_by_e_mail() -> None:
    reference = sent().reference
    Message.objects.update(expires_at=moment.now() + timedelta(hours=1))

    report(reference, arrived=False)
    report(reference, arrived=False)

    found = Message.objects.order_by("id").values_list("state", "via", "channel")
    assert list(found) == [("bounced", "sms", ""), ("waiting", "", "email")]


@pytest.mark.parametrize(
    "changes", [{"body": b'{"reference": "x", "arrived": true}'}, {"headers": {"webhook-signature": "v1,bm8="}}]
)
def test_a_forged_report_changes_nothing(changes: dict[str, Any]) -> None:
    answer = report(sent().reference, arrived=True, **changes)

    assert (answer.status_code, answer.json()["code"], states()) == (401, "forged_report", ["sent"])


def test_a_carrier_nobody_knows_has_no_door() -> None:
    assert Client().post("/webhooks/messages/pigeon", b"", content_type="application/json").status_code == 404


def test_a_carrier_may_try_the_door_first_and_others_are_told_how() -> None:
    assert Client().head(DOOR).status_code == 204
    assert Client().put(DOOR).status_code == 405


def test_a_length_that_is_no_number_is_refused() -> None:
    assert Client().post(DOOR, b"[]", content_type="application/json", CONTENT_LENGTH="x").status_code == 400


def test_a_report_with_a_key_of_the_carrier_s_own_is_heard() -> None:
    told = [{"success": True, "biz_id": "1^0", "out_id": "not-one-of-ours"}]
    address = f"/webhooks/messages/aliyun_sms?key={key_of('aliyun_sms')}"

    assert Client().post(address, json.dumps(told), content_type="application/json").status_code == 200


def test_each_carrier_is_thanked_in_its_own_words() -> None:
    for carrier, thanks in (("aliyun_sms", {"code": 0, "msg": "OK"}), ("tencent_sms", {"result": 0, "errmsg": "OK"})):
        address = f"/webhooks/messages/{carrier}?key={key_of(carrier)}"
        answer = Client().post(address, json.dumps([]), content_type="application/json")
        assert (answer.status_code, answer.json()) == (200, thanks)


def test_the_development_carrier_can_report_by_itself() -> None:
    with receiver() as peer:
        assert send_report(peer.url, "dev-1", arrived=True) == 200

    ((headers, body),) = peer.came
    sent_headers = {name: headers[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    assert Client().post(DOOR, body, content_type="application/json", headers=sent_headers).status_code == 200
    assert send_report("http://127.0.0.1:9/", "dev-1", arrived=True) == 0


def test_the_page_of_what_is_shown_here_only_lets_a_message_arrive_or_come_back(settings: Any) -> None:
    row = sent()
    boss = make.browser("admin", locale="en")
    assert f"/messages/{row.id}/report" in boss.get("/messages/development").content.decode()

    with receiver() as peer:
        settings.PUBLIC_URL = peer.url.removesuffix("/hook?a=1")
        page = boss.post(f"/messages/{row.id}/report", {"what": "arrived"}, follow=True)

    assert "has reported" in page.content.decode()
    assert json.loads(peer.came[0][1])["reference"] == row.reference
    assert make.browser("lin").post(f"/messages/{row.id}/report", {"what": "arrived"}).status_code == 403
