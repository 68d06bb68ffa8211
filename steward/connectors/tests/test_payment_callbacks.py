"""Notices of Alipay, WeChat Pay and Stripe are believed when they are proven, and read for what they report."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from steward.connectors import alipay, stripe, wechatpay
from steward.modules.payments.ports import Access, Call, CallbackDoor, ForgedCallback, HeardCall, UnreadableCallback
from tests.peers.alipay import Alipay
from tests.peers.merchants import Merchants
from tests.peers.stripe import Stripe
from tests.peers.wechatpay import Wechatpay

PAID = {
    "trade_no": "T-1",
    "out_trade_no": "A-7",
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "199.00",
    "gmt_payment": "2026-03-02 10:00:00",
}
TRANSACTION = {
    "transaction_id": "4200",
    "out_trade_no": "SO-2026-000007",
    "trade_type": "JSAPI",
    "amount": {"total": 19_900, "currency": "CNY"},
    "success_time": "2026-03-02T10:00:00+08:00",
}
BACK = {
    "transaction_id": "4200",
    "out_trade_no": "A-7",
    "refund_id": "5030",
    "out_refund_no": "RF-2026-000001",
    "refund_status": "SUCCESS",
    "amount": {"total": 19_900, "refund": 500},
    "success_time": "2026-03-02T10:00:00+08:00",
}
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
START = datetime.now(UTC)  # tests may run much later than they are collected


def read(door: CallbackDoor, peer: Merchants, headers: dict[str, str], body: bytes) -> HeardCall:
    access = Access(code="p", address="https://pay.example", secret=b"", fields=peer.fields)
    return door.read(
        Call({name.lower(): value for name, value in headers.items()}, body), access, now=datetime.now(UTC)
    )


def of_alipay(body: bytes) -> HeardCall:
    return read(alipay.door(), Alipay(), {}, body)


def of_wechat(body: bytes, **changes: Any) -> HeardCall:
    return read(wechatpay.door(), Wechatpay(), Wechatpay().proof(body, **changes), body)


def of_stripe(event: dict[str, Any], **changes: Any) -> HeardCall:
    header, body = Stripe().signed(event, **changes)
    return read(stripe.door(), Stripe(), {"Stripe-Signature": header}, body)


def test_alipay_tells_of_a_payment() -> None:
    heard = of_alipay(Alipay().notice(**PAID))

    assert heard.message_id == "N-1"
    assert heard.report is not None
    assert (heard.report.type, heard.report.transaction, heard.report.amount_minor) == (
        "payment.succeeded",
        "T-1",
        19_900,
    )
    assert (heard.report.shop, heard.report.external_number, heard.report.paid_at) == ("own", "A-7", AT)


def test_alipay_tells_of_a_refund_without_its_amount_so_that_only_asking_tells() -> None:
    facts = PAID | {"refund_fee": "12.00", "out_biz_no": "RF-2026-000001", "gmt_refund": "2026-03-02 10:00:00.123"}

    report = of_alipay(Alipay().notice(**facts)).report

    assert report is not None
    assert (report.type, report.refund, report.payment) == ("refund.changed", "RF-2026-000001", "T-1")


def test_what_alipay_tells_of_a_trade_nobody_paid_yet_is_none_of_our_business() -> None:
    assert of_alipay(Alipay().notice(**PAID | {"trade_status": "WAIT_BUYER_PAY"})).report is None


@pytest.mark.parametrize(
    "body",
    [
        Alipay().notice(key="stranger", **PAID),
        Alipay().notice(**PAID).replace(b"199.00", b"999.00"),
        Alipay().notice(**PAID | {"app_id": "2021000000000099"}),
        Alipay().notice(**PAID).replace(b"sign_type=RSA2", b"sign_type=RSA"),
        b"trade_no=T-1&sign=",
        b"\xff\xfe",
        b"",
        b"a=1&" * 200,
    ],
)
def test_a_notice_that_is_not_alipays_is_not_believed(body: bytes) -> None:
    with pytest.raises(ForgedCallback):
        of_alipay(body)


def test_a_notice_of_alipay_that_says_nothing_is_unreadable() -> None:
    with pytest.raises(UnreadableCallback):
        of_alipay(Alipay().notice(trade_status="TRADE_SUCCESS"))


def test_wechat_tells_of_a_payment() -> None:
    heard = of_wechat(Wechatpay().notice("TRANSACTION.SUCCESS", TRANSACTION))

    assert heard.report is not None
    assert (heard.message_id, heard.report.order, heard.report.method) == ("EV-1", "SO-2026-000007", "JSAPI")
    assert (heard.report.transaction, heard.report.amount_minor, heard.report.paid_at) == ("4200", 19_900, AT)


@pytest.mark.parametrize(
    ("kind", "status", "type_"),
    [
        ("REFUND.SUCCESS", "SUCCESS", "refund.succeeded"),
        ("REFUND.ABNORMAL", "ABNORMAL", "refund.failed"),
        ("REFUND.CLOSED", "CLOSED", "refund.failed"),
    ],
)
def test_wechat_tells_what_became_of_a_refund(kind: str, status: str, type_: str) -> None:
    report = of_wechat(Wechatpay().notice(kind, BACK | {"refund_status": status})).report

    assert report is not None
    assert (report.type, report.refund, report.payment, report.amount_minor) == (type_, "RF-2026-000001", "4200", 500)


@pytest.mark.parametrize(
    "changes",
    [{"forged": True}, {"at": (START - timedelta(minutes=6)).timestamp()}, {"at": START.timestamp() + 86_400}],
)
def test_a_notice_that_is_not_wechats_or_is_old_is_not_believed(changes: dict[str, Any]) -> None:
    with pytest.raises(ForgedCallback):
        of_wechat(Wechatpay().notice("TRANSACTION.SUCCESS", TRANSACTION), **changes)


@pytest.mark.parametrize("name", ["Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Serial", "Wechatpay-Nonce"])
def test_a_notice_of_wechat_whose_proof_has_a_hole_is_not_believed(name: str) -> None:
    body = Wechatpay().notice("TRANSACTION.SUCCESS", TRANSACTION)

    with pytest.raises(ForgedCallback):
        read(wechatpay.door(), Wechatpay(), Wechatpay().proof(body) | {name: "x"}, body)


@pytest.mark.parametrize(
    "body",
    [
        Wechatpay().notice("TRANSACTION.SUCCESS", TRANSACTION, key="f" * 32),
        Wechatpay().notice("TRANSACTION.SUCCESS", TRANSACTION | {"mchid": "1"}),
        Wechatpay().notice("TRANSACTION.SUCCESS", {}),
        b"{}",
        b"no JSON",
    ],
)
def test_a_notice_of_wechat_that_cannot_be_opened_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableCallback):
        of_wechat(body)


def test_stripe_tells_of_a_payment() -> None:
    peer = Stripe()
    peer.charge("pi_1", 2_000)

    heard = of_stripe(peer.event("payment_intent.succeeded", peer.intent(peer.payments["pi_1"])))

    assert heard.report is not None
    assert (heard.message_id, heard.report.order, heard.report.currency) == ("evt_1", "SO-2026-000007", "USD")
    assert (heard.report.transaction, heard.report.amount_minor) == ("pi_1", 2_000)


@pytest.mark.parametrize(
    ("status", "type_"), [("succeeded", "refund.succeeded"), ("failed", "refund.failed"), ("pending", None)]
)
def test_stripe_tells_what_became_of_a_refund(status: str, type_: str | None) -> None:
    peer = Stripe()
    peer.charge("pi_1", 2_000)
    back = peer.pay_back("RF-2026-000001", peer.payments["pi_1"], 500, "")
    assert back is not None

    report = of_stripe(peer.event("refund.updated", peer.told(back) | {"status": status})).report

    assert (report.type if report else None) == type_
    assert report is None or (report.refund, report.payment) == ("RF-2026-000001", "pi_1")


@pytest.mark.parametrize(
    "changes",
    [{"secret": "whsec_of_another"}, {"at": START - timedelta(minutes=6)}, {"at": START + timedelta(days=1)}],
)
def test_a_webhook_that_is_not_stripes_or_is_old_is_not_believed(changes: dict[str, Any]) -> None:
    with pytest.raises(ForgedCallback):
        of_stripe({"id": "evt_1"}, **changes)


@pytest.mark.parametrize("header", ["", "t=1", "v1=0", "t=x,v1=0", "t=1,t=2,v1=0", "nonsense", "t=1,v1=é"])
def test_a_webhook_of_stripe_whose_proof_has_a_hole_is_not_believed(header: str) -> None:
    with pytest.raises(ForgedCallback):
        read(stripe.door(), Stripe(), {"Stripe-Signature": header}, json.dumps({}).encode())


def test_a_webhook_of_stripe_that_says_nothing_is_unreadable() -> None:
    with pytest.raises(UnreadableCallback):
        of_stripe({"id": "evt_1"})
