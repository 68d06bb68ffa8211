"""Aliyun: signed as its documents say, every answer understood, reports believed only with the key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest
from django.test import RequestFactory

from steward.connectors.aliyun_sms.carrier import NAME, AliyunSms
from steward.connectors.aliyun_sms.reports import AliyunReports
from steward.connectors.aliyun_sms.signing import signature
from steward.connectors.report_key import key_of
from steward.modules.messaging.ports import DeliveryReport, ForgedReport, UnreadableReport
from tests.peers.message_carrier import MessageCarrier, sms

SECRET = "testsecret"
OK = {"Code": "OK", "Message": "OK", "BizId": "9006195^0", "RequestId": "F655A8D5"}
REPORT = {
    "phone_number": "1381111****",
    "send_time": "2017-01-01 00:00:00",
    "report_time": "2017-01-01 00:00:00",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "9006195^0",
    "out_id": "the-key",
}


class Aliyun:
    """Takes what is signed rightly, and answers what it is told to."""

    def __init__(self, **answer: str) -> None:
        self.answer = answer or OK
        self.taken: list[dict[str, str]] = []

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        given = form.pop("Signature")
        query = "&".join(f"{quote(name, safe='~')}={quote(form[name], safe='~')}" for name in sorted(form))
        digest = hmac.new(f"{SECRET}&".encode(), f"POST&%2F&{quote(query, safe='~')}".encode(), hashlib.sha1).digest()
        if base64.b64encode(digest).decode() != given:
            return 400, json.dumps({"Code": "SignatureDoesNotMatch", "Message": "signature"}).encode()
        self.taken.append(form)
        return 200, json.dumps(self.answer).encode()


def carrier(address: str, *, secret: str = SECRET) -> AliyunSms:
    return AliyunSms(address=address, key_id="testid", secret=secret, sign_name="杭州户外")


def test_the_signature_is_that_of_the_documents() -> None:
    parameters = {
        "AccessKeyId": "testid",
        "Action": "DescribeRegions",
        "Format": "XML",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "SignatureVersion": "1.0",
        "Timestamp": "2016-02-23T12:46:24Z",
        "Version": "2014-05-26",
    }

    assert signature(parameters, method="GET", secret=SECRET) == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


def test_a_message_goes_out_as_an_approved_text_with_its_values() -> None:
    aliyun = Aliyun()
    with MessageCarrier(aliyun) as peer:
        receipt = carrier(peer.address).send(sms())

    assert (receipt.outcome, receipt.reference) == ("sent", "9006195^0")
    (form,) = aliyun.taken
    assert (form["PhoneNumbers"], form["SignName"], form["TemplateCode"]) == ("13812345521", "杭州户外", "449739")
    assert json.loads(form["TemplateParam"]) == {"house": "Steward", "order_number": "SO-1"}
    assert form["OutId"] == sms().key


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "retry"),
        ("Throttling.User", "retry"),
        ("isp.SYSTEM_ERROR", "unknown"),
        ("ServiceUnavailable", "unknown"),
        ("isv.MOBILE_NUMBER_ILLEGAL", "refused"),
        ("isv.SMS_TEMPLATE_ILLEGAL", "refused"),
    ],
)
def test_a_refusal_is_final_unless_it_may_pass_or_says_nothing_of_the_message(code: str, outcome: str) -> None:
    with MessageCarrier(Aliyun(Code=code, Message="no")) as peer:
        assert carrier(peer.address).send(sms()).outcome == outcome


def test_a_wrong_secret_is_refused_by_the_other_side() -> None:
    aliyun = Aliyun()
    with MessageCarrier(aliyun) as peer:
        receipt = carrier(peer.address, secret="another").send(sms())

    assert (receipt.outcome, aliyun.taken) == ("refused", [])


@pytest.mark.parametrize("habit", ["cut", "nonsense"])
def test_an_answer_that_got_lost_leaves_the_fate_open(habit: str) -> None:
    with MessageCarrier(Aliyun()) as peer:
        peer.habits.append(habit)
        assert carrier(peer.address).send(sms()).outcome == "unknown"


def test_without_a_connection_it_may_be_tried_again() -> None:
    assert carrier("http://127.0.0.1:9/").send(sms()).outcome == "retry"


def test_a_text_the_carrier_has_not_approved_is_refused_here() -> None:
    aliyun = Aliyun()
    with MessageCarrier(aliyun) as peer:
        refused = carrier(peer.address).send(sms(approved_code=""))

    assert (refused.outcome, aliyun.taken) == ("refused", [])


def read(body: Any, *, key: str = "") -> list[DeliveryReport]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    address = f"/webhooks/messages/{NAME}?key={key or key_of(NAME)}"
    return AliyunReports().read(RequestFactory().post(address, content, content_type="application/json"))


def test_reports_are_read_as_documented() -> None:
    failed = REPORT | {"success": False, "err_code": "UNDELIV", "err_msg": "空号", "biz_id": "2"}

    told = read([REPORT, failed])

    assert [(one.carrier, one.reference, one.key, one.arrived, one.detail) for one in told] == [
        (NAME, "9006195^0", "the-key", True, ""),
        (NAME, "2", "the-key", False, "UNDELIV 空号"),
    ]


def test_who_does_not_know_the_key_is_not_believed() -> None:
    with pytest.raises(ForgedReport):
        read([REPORT], key=key_of("tencent_sms"))


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", [{"success": True}]])
def test_what_is_no_report_is_refused(body: Any) -> None:
    with pytest.raises(UnreadableReport):
        read(body)
