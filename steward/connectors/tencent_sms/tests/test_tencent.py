"""Tencent Cloud: signed as its documents say, every answer understood, reports believed only with the key."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import RequestFactory

from steward.connectors.report_key import key_of
from steward.connectors.tencent_sms.carrier import NAME, TencentSms
from steward.connectors.tencent_sms.reports import TencentReports
from steward.modules.messaging.ports import DeliveryReport, ForgedReport, UnreadableReport
from tests.peers.message_carrier import MessageCarrier, sms

SECRET = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
HEADER = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<scope>\S+), SignedHeaders=(?P<names>\S+), Signature=(?P<sign>\w+)"
)
OK = {"SerialNo": "5000:1045710669157053657849499619", "PhoneNumber": "+8613812345521", "Code": "Ok", "Message": "ok"}
REPORT = {
    "user_receive_time": "2015-10-17 08:03:04",
    "nationcode": "86",
    "mobile": "13xxxxxxxxx",
    "report_status": "SUCCESS",
    "errmsg": "DELIVRD",
    "description": "用户短信送达成功",
    "sid": OK["SerialNo"],
}


class Tencent:
    """Takes what is signed rightly over the headers it names, and answers what it is told to."""

    def __init__(self, answer: dict[str, Any] | None = None) -> None:
        self.answer = answer or {"SendStatusSet": [OK], "RequestId": "a0aabda6"}
        self.taken: list[dict[str, Any]] = []

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        told = HEADER.fullmatch(headers["authorization"])
        assert told is not None
        values = {name: headers[name] for name in told["names"].split(";")}
        signed = "".join(f"{name}:{value.strip().lower()}\n" for name, value in sorted(values.items()))
        canonical = f"POST\n{path}\n\n{signed}\n{told['names']}\n{hashlib.sha256(body).hexdigest()}"
        stamp = headers["x-tc-timestamp"]
        date = datetime.fromtimestamp(int(stamp), UTC).date().isoformat()
        to_sign = f"TC3-HMAC-SHA256\n{stamp}\n{date}/sms/tc3_request\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = b"TC3" + SECRET.encode()
        for part in (date, "sms", "tc3_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        if hmac.digest(key, to_sign.encode(), "sha256").hex() != told["sign"] or told["id"] != "AKID":
            fault = {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "no"}, "RequestId": "x"}
            return 200, json.dumps({"Response": fault}).encode()
        self.taken.append(json.loads(body) | {"action": headers["x-tc-action"], "version": headers["x-tc-version"]})
        return 200, json.dumps({"Response": self.answer}).encode()


def carrier(address: str, *, secret: str = SECRET) -> TencentSms:
    return TencentSms(
        address=address,
        key_id="AKID",
        secret=secret,
        app="1400006666",
        sign_name="杭州户外",
    )


def test_a_message_goes_out_as_an_approved_text_with_its_values_by_place() -> None:
    tencent = Tencent()
    with MessageCarrier(tencent) as peer:
        receipt = carrier(peer.address).send(sms())

    assert (receipt.outcome, receipt.reference) == ("sent", OK["SerialNo"])
    assert tencent.taken == [
        {
            "PhoneNumberSet": ["+8613812345521"],
            "SmsSdkAppId": "1400006666",
            "SignName": "杭州户外",
            "TemplateId": "449739",
            "TemplateParamSet": ["Steward", "SO-1"],
            "SessionContext": sms().key,
            "action": "SendSms",
            "version": "2021-01-11",
        }
    ]


def test_a_wrong_secret_is_refused_by_the_other_side() -> None:
    tencent = Tencent()
    with MessageCarrier(tencent) as peer:
        receipt = carrier(peer.address, secret="another").send(sms())

    assert (receipt.outcome, tencent.taken) == ("refused", [])


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"SendStatusSet": [OK | {"Code": "LimitExceeded.PhoneNumberDailyLimit", "SerialNo": ""}]}, "retry"),
        ({"SendStatusSet": [OK | {"Code": "InvalidParameterValue.IncorrectPhoneNumber", "SerialNo": ""}]}, "refused"),
        ({"Error": {"Code": "RequestLimitExceeded", "Message": "later"}}, "retry"),
        ({"Error": {"Code": "InternalError.Timeout", "Message": "sending timed out"}}, "unknown"),
        ({"SendStatusSet": [OK | {"Code": "InternalError.OtherError", "SerialNo": ""}]}, "unknown"),
        ({"SendStatusSet": []}, "unknown"),
    ],
)
def test_every_answer_is_understood(answer: dict[str, Any], outcome: str) -> None:
    with MessageCarrier(Tencent(answer)) as peer:
        assert carrier(peer.address).send(sms()).outcome == outcome


@pytest.mark.parametrize("habit", ["cut", "nonsense"])
def test_an_answer_that_got_lost_leaves_the_fate_open(habit: str) -> None:
    with MessageCarrier(Tencent()) as peer:
        peer.habits.append(habit)
        assert carrier(peer.address).send(sms()).outcome == "unknown"


def test_without_a_connection_or_text_nothing_is_sent() -> None:
    assert carrier("http://127.0.0.1:9/").send(sms()).outcome == "retry"
    assert carrier("http://127.0.0.1:9/").send(sms(approved_code="")).outcome == "refused"


def read(body: Any, *, key: str = "") -> list[DeliveryReport]:
    address = f"/webhooks/messages/{NAME}?key={key or key_of(NAME)}"
    return TencentReports().read(RequestFactory().post(address, json.dumps(body), content_type="application/json"))


def test_reports_are_read_as_documented() -> None:
    told = read([REPORT, REPORT | {"report_status": "FAIL", "errmsg": "MK:0001", "description": "空号", "sid": "2"}])

    assert [(one.reference, one.arrived, one.detail) for one in told] == [
        (OK["SerialNo"], True, ""),
        ("2", False, "MK:0001 空号"),
    ]


def test_who_does_not_know_the_key_is_not_believed() -> None:
    with pytest.raises(ForgedReport):
        read([REPORT], key="guess")


@pytest.mark.parametrize("body", [{}, [{"report_status": "PERHAPS", "sid": "1"}], [{"report_status": "FAIL"}]])
def test_what_is_no_report_is_refused(body: Any) -> None:
    with pytest.raises(UnreadableReport):
        read(body)
