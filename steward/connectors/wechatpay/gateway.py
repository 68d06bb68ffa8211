"""WeChat Pay as a payment provider: a refund is sent under our number as `out_refund_no`.

Source: WeChat Pay APIv3, “退款申请”, “查询单笔退款”, “微信支付订单号查询订单”
(https://pay.weixin.qq.com/doc/v3/merchant/4012791862).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from steward.connectors.paying import Broken, callback_address, china_time, named
from steward.connectors.wechatpay import bill
from steward.connectors.wechatpay.client import Client, Told
from steward.modules.payments.ports import Answer, RefundOrder, StatedRow

REFUNDS = "/v3/refund/domestic/refunds"
UNHEARD = frozenset({"RESOURCE_NOT_EXISTS", "REFUND_NOT_EXISTS", "REFUNDNOTEXIST", "ORDER_NOT_EXIST", "ORDERNOTEXIST"})
# It will not be carried out whatever we do; all other errors pass, or somebody at WeChat Pay mends them.
FINAL = frozenset({"INVALID_REQUEST", "PARAM_ERROR", "USER_ACCOUNT_ABNORMAL", "RESOURCE_NOT_EXISTS"})
PENDING = frozenset({"PROCESSING", "ABNORMAL"})  # abnormal: the card is gone, the merchant tells WeChat Pay whereto
NEVER_PAID = frozenset({"CLOSED", "REVOKED", "PAYERROR"})
NONSENSE = (ValueError, KeyError, TypeError, AttributeError)


class WechatpayGateway:
    """One merchant at WeChat Pay. Satisfies the port `Gateway`."""

    def __init__(self, client: Client, *, code: str, shop: str = "") -> None:
        self._client = client
        self._code = code
        self._shop = shop

    def charge(self, transaction: str) -> Answer:
        """Ask what became of a payment."""
        path = f"/v3/pay/transactions/id/{quote(transaction, safe='')}?mchid={quote(self._client.mchid)}"
        try:
            told = self._client.told("GET", path)
            return self._charge(told.content) if told.status == 200 else _trouble(told)
        except Broken as error:
            return error.answer
        except NONSENSE:
            return Answer(fate="unclear", code="answer_makes_no_sense")

    def refund(self, order: RefundOrder) -> Answer:
        """Have money paid back under the order's key.

        A refusal counts when WeChat Pay signed it and, asked, signs that nothing moved.
        """
        amount = {"refund": order.amount_minor, "total": order.payment_minor, "currency": order.currency}
        content = {"transaction_id": order.payment, "out_refund_no": order.key, "amount": amount}
        if order.reason:
            content["reason"] = order.reason
        if address := callback_address(self._code):
            content["notify_url"] = address
        try:
            told = self._client.told("POST", REFUNDS, content)
            if told.status == 200:
                return _refund(told.content, order.key)
        except Broken as error:
            return error.answer
        except NONSENSE:
            return Answer(fate="unclear", code="answer_makes_no_sense")
        why = str(told.content.get("code", ""))
        if why not in FINAL or not told.is_signed:
            return _unclear(told)
        asked, is_proven = self._find(order)
        if asked.fate != "absent":
            return asked
        return Answer(fate="refused", code=why) if is_proven else _unclear(told)

    def find_refund(self, order: RefundOrder) -> Answer:
        """Ask what became of a refund."""
        return self._find(order)[0]

    def _find(self, order: RefundOrder) -> tuple[Answer, bool]:
        """Ask what became of a refund, and tell whether WeChat Pay signed what it said."""
        try:
            told = self._client.told("GET", f"{REFUNDS}/{quote(order.key, safe='')}")
            answer = _refund(told.content, order.key) if told.status == 200 else _trouble(told)
            return answer, told.is_signed
        except Broken as error:
            return error.answer, False
        except NONSENSE:
            return Answer(fate="unclear", code="answer_makes_no_sense"), False

    def statement(self, starts_at: datetime, ends_at: datetime) -> Sequence[StatedRow]:
        """Fetch the bills of all days a span touches. Raises: Unreachable."""
        return bill.rows_of_days(self._client, starts_at, ends_at, now=datetime.now(UTC))

    def _charge(self, told: Mapping[str, Any]) -> Answer:
        state, amount = str(told["trade_state"]), told.get("amount") or {}
        if state in NEVER_PAID:
            return Answer(fate="refused", code=state)
        if state not in ("SUCCESS", "REFUND"):
            return Answer(fate="pending", transaction=str(told.get("transaction_id", "")))
        return Answer(
            fate="succeeded",
            transaction=str(told["transaction_id"]),
            amount_minor=int(amount["total"]),
            currency=str(amount.get("currency") or "CNY"),
            happened_at=china_time(str(told["success_time"])),
            **named(str(told.get("out_trade_no", "")), self._shop),
        )


def _refund(told: Mapping[str, Any], key: str) -> Answer:
    """Understand what is said of a refund."""
    state, amount = str(told["status"]), told["amount"]
    if told["out_refund_no"] != key:
        return Answer(fate="unclear", code="another_refund")
    if state == "CLOSED":
        return Answer(fate="refused", code=state)
    if state in PENDING:
        return Answer(fate="pending", transaction=str(told["refund_id"]), code=state)
    if state != "SUCCESS":
        return Answer(fate="unclear", code=state[:80])
    paid_at = str(told.get("success_time") or "")
    return Answer(
        fate="succeeded",
        transaction=str(told["refund_id"]),
        amount_minor=int(amount["refund"]),
        currency=str(amount.get("currency") or "CNY"),
        happened_at=china_time(paid_at) if paid_at else None,
    )


def _trouble(told: Told) -> Answer:
    is_unheard = told.status == 404 and str(told.content.get("code", "")) in UNHEARD
    return Answer(fate="absent") if is_unheard else _unclear(told)


def _unclear(told: Told) -> Answer:
    return Answer(fate="unclear", code=str(told.content.get("code", ""))[:80] or f"http_{told.status}")
