"""How what carriers and gatherers send is proven and read. The payloads are written by us after public documents."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
from standardwebhooks import Webhook

from steward.connectors.tracking import aftership, kuaidi100, standard, track17
from steward.connectors.tracking.filing import read_file
from steward.modules.logistics.ports import UnprovenReport, UnreadableReport

SECRET = b"a-salt-nobody-knows"
AT = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


def test_a_push_of_kuaidi100_is_read() -> None:
    param = json.dumps(
        {
            "status": "polling",
            "lastResult": {
                "message": "ok",
                "nu": "YT1234567890123",
                "com": "yuantong",
                "state": "5",
                "arrivalTime": "2026-03-04 18",
                "data": [
                    {
                        "context": "快件正在派送",
                        "ftime": "2026-03-02 18:15:00",
                        "areaCode": "CN330106000000",
                        "areaName": "浙江,杭州市,西湖区",
                        "statusCode": "5",
                    },
                    {"context": "已揽收", "ftime": "2026-03-01 20:00:00", "areaCode": None},
                ],
            },
        },
        ensure_ascii=False,
    )
    sign = hashlib.md5(param.encode() + SECRET, usedforsecurity=False).hexdigest().upper()

    first, second = kuaidi100.read(urlencode({"param": param, "sign": sign}).encode(), {}, SECRET)

    assert (first.tracking_number, first.carrier_code, first.codes) == ("YT1234567890123", "yto", ("5",))
    assert (first.at, first.district_code, first.expected_date) == (AT, "330106", date(2026, 3, 4))
    assert second.codes == ("0",)
    assert (first.inferred, second.inferred) == (False, True)
    assert kuaidi100.answer()["returnCode"] == "200"


def test_a_webhook_of_17track_is_read() -> None:
    body = json.dumps(
        {
            "event": "TRACKING_UPDATED",
            "data": {
                "number": "RR123456785CN",
                "carrier": 3013,
                "track_info": {
                    "time_metrics": {"estimated_delivery_date": {"from": None, "to": "2026-03-06T00:00:00+08:00"}},
                    "tracking": {
                        "providers": [
                            {
                                "events": [
                                    {
                                        "time_utc": "2026-03-02T10:15:00Z",
                                        "description": "Arrived",
                                        "location": "HANGZHOU",
                                        "stage": "InTransit",
                                        "sub_status": "InTransit_Arrival",
                                    }
                                ]
                            }
                        ]
                    },
                },
            },
        }
    ).encode()
    sign = hashlib.sha256(body + b"/" + SECRET).hexdigest()

    only = track17.read(body, {"sign": sign}, SECRET)[0]

    assert (only.carrier_code, only.codes, only.at) == ("ems", ("InTransit_Arrival", "InTransit"), AT)
    assert only.expected_date == date(2026, 3, 6)


def test_a_webhook_of_aftership_is_read() -> None:
    body = json.dumps(
        {
            "event": "tracking_update",
            "msg": {
                "tracking_number": "1Z5R89390357567127",
                "slug": "ups",
                "expected_delivery": "2026-03-05",
                "checkpoints": [
                    {
                        "checkpoint_time": "2026-03-02T05:15:00-05:00",
                        "message": "Receiver not at home",
                        "city": "Albany",
                        "tag": "AttemptFail",
                        "subtag": "AttemptFail_001",
                    }
                ],
            },
        }
    ).encode()
    sign = base64.b64encode(hmac.digest(SECRET, body, hashlib.sha256)).decode()

    only = aftership.read(body, {"aftership-hmac-sha256": sign}, SECRET)[0]

    assert (only.carrier_code, only.codes, only.at) == ("ups", ("AttemptFail_001", "AttemptFail"), AT)


def test_our_own_format_is_signed_as_standard_webhooks_are() -> None:
    key = base64.b64encode(b"0" * 24).decode()
    body = json.dumps({"data": [{"tracking_number": "SF1", "code": "delivered", "at": "not a time"}]})
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(key).sign("m1", now, body),
    }

    only = standard.read(body.encode(), headers, b"whsec_" + key.encode())[0]

    assert (only.at, only.raw_at, only.codes) == (None, "not a time", ("delivered",))
    with pytest.raises(UnprovenReport):
        standard.read(body.encode() + b" ", headers, b"whsec_" + key.encode())


@pytest.mark.parametrize("reader", [kuaidi100, track17, aftership, standard])
def test_what_is_not_signed_is_not_believed(reader: object) -> None:
    with pytest.raises(UnprovenReport):
        reader.read(b"param={}&sign=0", {}, SECRET)  # type: ignore[attr-defined]


def test_what_is_signed_and_makes_no_sense_is_refused() -> None:
    body = b'{"event":1}'
    with pytest.raises(UnreadableReport):
        track17.read(body, {"sign": hashlib.sha256(body + b"/" + SECRET).hexdigest()}, SECRET)


def test_a_file_with_chinese_heads_is_read_in_either_encoding() -> None:
    text = "运单号,状态,时间,地点\nSF1234567890123,picked_up,2026-03-02 18:15,杭州\n\n"

    for encoding in ("utf-8-sig", "gb18030"):
        only = read_file(text.encode(encoding), "轨迹.csv")[0]
        assert (only.tracking_number, only.codes, only.at, only.place) == (
            "SF1234567890123",
            ("picked_up",),
            AT,
            "杭州",
        )


def test_a_row_without_a_number_names_its_line() -> None:
    with pytest.raises(UnreadableReport, match="line 3"):
        read_file("单号,状态,时间\nA,1,x\n,1,x\n".encode(), "a.csv")
    with pytest.raises(UnreadableReport, match="no column"):
        read_file("单号,时间\nA,x\n".encode(), "a.csv")
