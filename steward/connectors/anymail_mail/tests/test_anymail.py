"""Providers of e-mails: what goes over, what each answer means, and reports believed only when they prove it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import RequestFactory

from steward.connectors.anymail_mail.carrier import NAME, AnymailCarrier
from steward.connectors.anymail_mail.reports import AnymailReports
from steward.connectors.report_key import key_of
from steward.modules.messaging.ports import DeliveryReport, ForgedReport, Mail, UnreadableReport
from tests.peers.message_carrier import MessageCarrier

SENDER = "Steward <hello@shop.example>"
MAIL = Mail(
    key="the-key",
    to_address="mei@example.com",
    to_name="梅子",
    subject="订单已收到",
    text="您好",
    html="<p>您好</p>",
    locale="zh-hans",
    stop_url="https://shop.example/p/stop",
)


class Postmark:
    """Takes what comes with the right token, and answers what it is told to."""

    def __init__(self, status: int = 200, **answer: Any) -> None:
        self.status = status
        self.answer = answer or {
            "To": "mei@example.com",
            "SubmittedAt": "2026-03-02T02:00:00Z",
            "MessageID": "b7bc2f4a",
            "ErrorCode": 0,
            "Message": "OK",
        }
        self.taken: list[dict[str, Any]] = []

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if headers.get("x-postmark-server-token") != "token":
            return 401, json.dumps({"ErrorCode": 10, "Message": "Bad or missing API token."}).encode()
        self.taken.append(json.loads(body))
        return self.status, json.dumps(self.answer).encode()


def carrier(address: str, *, key: str = "token") -> AnymailCarrier:
    return AnymailCarrier(provider="postmark", key=key, address=address, sender=SENDER)


def test_an_e_mail_is_handed_over_with_text_page_headers_and_our_key() -> None:
    postmark = Postmark()
    with MessageCarrier(postmark) as peer:
        receipt = carrier(peer.address).send(MAIL)

    assert (receipt.outcome, receipt.reference) == ("sent", "b7bc2f4a")
    (letter,) = postmark.taken
    assert (letter["Subject"], letter["TextBody"], letter["HtmlBody"]) == (MAIL.subject, MAIL.text, MAIL.html)
    assert (letter["Metadata"], letter["From"]) == ({"key": "the-key"}, SENDER)
    assert {"Name": "List-Unsubscribe", "Value": "<https://shop.example/p/stop>"} in letter["Headers"]


@pytest.mark.parametrize(
    ("status", "outcome"), [(401, "retry"), (429, "retry"), (503, "retry"), (413, "refused"), (500, "unknown")]
)
def test_every_refusal_is_understood(status: int, outcome: str) -> None:
    with MessageCarrier(Postmark(status, ErrorCode=1, Message="no")) as peer:
        assert carrier(peer.address).send(MAIL).outcome == outcome


def test_a_wrong_token_may_be_mended() -> None:
    postmark = Postmark()
    with MessageCarrier(postmark) as peer:
        assert carrier(peer.address, key="another").send(MAIL).outcome == "retry"
    assert postmark.taken == []


@pytest.mark.parametrize("habit", ["cut", "nonsense"])
def test_an_answer_that_got_lost_leaves_the_fate_open(habit: str) -> None:
    with MessageCarrier(Postmark()) as peer:
        peer.habits.append(habit)
        assert carrier(peer.address).send(MAIL).outcome == "unknown"


def test_without_a_connection_it_may_be_tried_again() -> None:
    assert carrier("http://127.0.0.1:9/").send(MAIL).outcome == "retry"


def hear(provider: str, body: Any, *, login: str = "", signing_key: str = "") -> list[DeliveryReport]:
    headers = {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()} if login else {}
    request = RequestFactory().post(
        "/webhooks/messages/anymail", json.dumps(body), content_type="application/json", headers=headers
    )
    return AnymailReports(provider=provider, signing_key=signing_key).read(request)


DELIVERED = {
    "RecordType": "Delivery",
    "MessageID": "b7bc2f4a",
    "Recipient": "mei@example.com",
    "DeliveredAt": "2026-03-02T02:00:05Z",
    "Details": "Test",
    "Metadata": {"key": "the-key"},
}
BOUNCED = {
    "RecordType": "Bounce",
    "MessageID": "b7bc2f4b",
    "Email": "mei@example.com",
    "Type": "HardBounce",
    "TypeCode": 1,
    "BouncedAt": "2026-03-02T02:00:05Z",
    "Description": "The server was unable to deliver your message",
    "Metadata": {"key": "the-key"},
}


def test_what_postmark_reports_is_read() -> None:
    login = f"{NAME}:{key_of(NAME)}"

    told = hear("postmark", DELIVERED, login=login) + hear("postmark", BOUNCED, login=login)

    assert [(one.reference, one.key, one.arrived) for one in told] == [
        ("b7bc2f4a", "the-key", True),
        ("b7bc2f4b", "the-key", False),
    ]
    assert told[1].detail.startswith("bounced")


@pytest.mark.parametrize("login", ["", "anymail:guess"])
def test_who_does_not_know_the_password_is_not_believed(login: str) -> None:
    with pytest.raises(ForgedReport):
        hear("postmark", DELIVERED, login=login)


def mailgun(*, key: str = "signing") -> dict[str, Any]:
    signed = hmac.new(key.encode(), b"1772416800token", hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": "1772416800", "token": "token", "signature": signed},
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "id": "e1",
            "timestamp": 1772416800.1,
            "recipient": "mei@example.com",
            "reason": "bounce",
            "message": {"headers": {"message-id": "20260302.1@shop.example"}},
            "delivery-status": {"code": 550, "message": "no such user", "description": ""},
            "user-variables": {"key": "the-key"},
        },
    }


def test_what_mailgun_signs_is_read_and_what_another_signs_is_not() -> None:
    (told,) = hear("mailgun", mailgun(), signing_key="signing")
    assert (told.reference, told.key, told.arrived) == ("<20260302.1@shop.example>", "the-key", False)

    with pytest.raises(ForgedReport):
        hear("mailgun", mailgun(key="another"), signing_key="signing")
    with pytest.raises(ForgedReport):
        hear("mailgun", mailgun(key=""), signing_key="")


def test_opening_a_letter_is_no_report() -> None:
    opened = {
        "RecordType": "Open",
        "MessageID": "b7bc2f4a",
        "Recipient": "mei@example.com",
        "ReceivedAt": "2026-03-02T02:00:05Z",
        "Metadata": {},
    }

    assert hear("postmark", opened, login=f"{NAME}:{key_of(NAME)}") == []


def test_without_a_provider_nobody_is_believed() -> None:
    with pytest.raises(ForgedReport):
        hear("", DELIVERED)


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(UnreadableReport):
        hear("postmark", [1], login=f"{NAME}:{key_of(NAME)}")
