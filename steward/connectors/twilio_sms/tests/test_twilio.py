"""Twilio: the text as it is, every answer understood, reports believed only with Twilio's signature."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import RequestFactory

from steward.connectors.twilio_sms.carrier import NAME, TwilioSms
from steward.connectors.twilio_sms.reports import TwilioReports
from steward.connectors.twilio_sms.signing import signature
from steward.modules.messaging.ports import DeliveryReport, ForgedReport, UnreadableReport
from tests.peers.message_carrier import MessageCarrier, sms

ACCOUNT, TOKEN = "AC00000000000000000000000000000001", "12345"
DOOR = "https://shop.example/webhooks/messages/twilio_sms"


class Twilio:
    """Takes what comes with the right name and password, and answers what it is told to."""

    def __init__(self, status: int = 201, **answer: Any) -> None:
        self.status = status
        self.answer = answer or {"sid": "SM1", "status": "queued", "error_code": None}
        self.taken: list[tuple[str, dict[str, list[str]]]] = []

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        given = base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
        if given != f"{ACCOUNT}:{TOKEN}":
            return 401, json.dumps({"code": 20003, "message": "Authenticate", "status": 401}).encode()
        self.taken.append((path, parse_qs(body.decode())))
        return self.status, json.dumps(self.answer).encode()


def carrier(address: str, *, secret: str = TOKEN, sender: str = "+15005550006") -> TwilioSms:
    return TwilioSms(address=address, account=ACCOUNT, secret=secret, sender=sender, report_to=DOOR)


def test_the_signature_is_that_of_the_documents() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }

    assert (
        signature("https://mycompany.com/myapp.php?foo=1&bar=2", form, secret=TOKEN) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    )


def test_a_message_goes_out_with_an_address_to_report_to() -> None:
    twilio = Twilio()
    with MessageCarrier(twilio) as peer:
        receipt = carrier(peer.address).send(sms())

    assert (receipt.outcome, receipt.reference) == ("sent", "SM1")
    ((path, form),) = twilio.taken
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert (form["To"], form["From"], form["Body"]) == (["+8613812345521"], ["+15005550006"], [sms().text])
    assert form["StatusCallback"] == [f"{DOOR}?message={sms().key}"]


def test_a_messaging_service_is_named_as_such() -> None:
    twilio = Twilio()
    with MessageCarrier(twilio) as peer:
        carrier(peer.address, sender="MG1").send(sms())

    assert twilio.taken[0][1]["MessagingServiceSid"] == ["MG1"]


@pytest.mark.parametrize(
    ("status", "outcome"), [(400, "refused"), (429, "retry"), (503, "retry"), (500, "unknown"), (201, "unknown")]
)
def test_every_answer_is_understood(status: int, outcome: str) -> None:
    with MessageCarrier(Twilio(status, code=21211, message="Invalid 'To' Phone Number")) as peer:
        assert carrier(peer.address).send(sms()).outcome == outcome


def test_a_wrong_token_may_be_mended() -> None:
    with MessageCarrier(Twilio()) as peer:
        assert carrier(peer.address, secret="another").send(sms()).outcome == "retry"


@pytest.mark.parametrize("habit", ["cut", "nonsense"])
def test_an_answer_that_got_lost_leaves_the_fate_open(habit: str) -> None:
    with MessageCarrier(Twilio()) as peer:
        peer.habits.append(habit)
        assert carrier(peer.address).send(sms()).outcome == "unknown"


def test_without_a_connection_it_may_be_tried_again() -> None:
    assert carrier("http://127.0.0.1:9").send(sms()).outcome == "retry"


def read(form: dict[str, str], *, signed: str = TOKEN, query: str = "message=the-key") -> list[DeliveryReport]:
    headers = {"X-Twilio-Signature": signature(f"{DOOR}?{query}", form, secret=signed)}
    request = RequestFactory().post(f"/webhooks/messages/{NAME}?{query}", form, headers=headers)
    return TwilioReports(address=DOOR, secret=TOKEN).read(request)


STATUS = {"MessageSid": "SM1", "SmsSid": "SM1", "MessageStatus": "delivered", "To": "+8613812345521", "From": "+1500"}


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("delivered", [("SM1", "the-key", True, "")]),
        ("undelivered", [("SM1", "the-key", False, "undelivered 30003")]),
        ("failed", [("SM1", "the-key", False, "failed 30003")]),
        ("sent", []),
        ("queued", []),
    ],
)
def test_only_what_is_final_is_reported(status: str, told: list[tuple[str, str, bool, str]]) -> None:
    reports = read(STATUS | {"MessageStatus": status, "ErrorCode": "30003"})

    assert [(one.reference, one.key, one.arrived, one.detail) for one in reports] == told


def test_another_signature_is_not_believed() -> None:
    with pytest.raises(ForgedReport):
        read(STATUS, signed="another")


def test_a_signed_form_that_was_changed_is_not_believed() -> None:
    headers = {"X-Twilio-Signature": signature(DOOR, STATUS, secret=TOKEN)}
    request = RequestFactory().post("/", STATUS | {"MessageStatus": "failed"}, headers=headers)

    with pytest.raises(ForgedReport):
        TwilioReports(address=DOOR, secret=TOKEN).read(request)


def test_without_a_token_nobody_is_believed() -> None:
    headers = {"X-Twilio-Signature": signature(DOOR, STATUS, secret="")}

    with pytest.raises(ForgedReport):
        TwilioReports(address=DOOR, secret="").read(RequestFactory().post("/", STATUS, headers=headers))


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(UnreadableReport):
        read({"MessageSid": "SM1"})
