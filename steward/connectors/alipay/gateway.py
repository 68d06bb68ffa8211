"""Alipay as a payment provider: a refund is known by our number, its `out_request_no`, and so is its transaction.

Alipay says of a refund how much of the trade went back in all, never how much this one was; so a refund is asked after
as soon as it was accepted, and only the answer to that counts. Source: alipay.trade.refund,
alipay.trade.fastpay.refund.query, alipay.trade.query (https://opendocs.alipay.com/open/02ekfk).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from steward.connectors.alipay import bill
from steward.connectors.alipay.client import Client
from steward.connectors.paying import Broken, china_time, named
from steward.kernel import money
from steward.modules.payments.ports import Answer, RefundOrder, StatedRow

CURRENCY = "CNY"
DONE = "10000"
REFUSED = "40004"
UNHEARD = frozenset({"ACQ.TRADE_NOT_EXIST", "TRADE_NOT_EXIST"})
# It will never be carried out, whatever anybody does. All other codes pass, are new to us, or are mended by somebody.
FINAL = frozenset(
    {
        "ACQ.TRADE_NOT_EXIST",
        "ACQ.TRADE_HAS_CLOSE",
        "ACQ.TRADE_HAS_FINISHED",
        "ACQ.TRADE_NOT_ALLOW_REFUND",
        "ACQ.NOT_ALLOW_PARTIAL_REFUND",
        "ACQ.ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND",
        "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
        "ACQ.REASON_TRADE_REFUND_FEE_ERR",
        "ACQ.REFUND_FEE_ERROR",
    }
)
PAID = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})


class AlipayGateway:
    """One account at Alipay. Satisfies the port `Gateway`."""

    def __init__(self, client: Client, *, shop: str = "") -> None:
        self._client = client
        self._shop = shop

    def charge(self, transaction: str) -> Answer:
        """Ask what became of a payment."""
        try:
            told = self._client.told("alipay.trade.query", {"trade_no": transaction})
            return self._charge(told) if told["code"] == DONE else _unheard(told)
        except Broken as error:
            return error.answer
        except (ValueError, KeyError):
            return Answer(fate="unclear", code="answer_makes_no_sense")

    def refund(self, order: RefundOrder) -> Answer:
        """Have money paid back under the order's key; a refusal counts when asking agrees that nothing moved."""
        if order.currency != CURRENCY:
            return Answer(fate="refused", code="currency_unsupported")
        content = {
            "trade_no": order.payment,
            "out_request_no": order.key,
            "refund_amount": str(money.to_decimal(order.amount_minor, CURRENCY)),
            "refund_reason": order.reason,
        }
        try:
            told = self._client.told("alipay.trade.refund", content)
        except Broken as error:
            return error.answer
        why = str(told.get("sub_code", ""))
        is_taken = told["code"] == DONE
        is_final = told["code"] == REFUSED and why in FINAL
        if not is_taken and not is_final:
            return Answer(fate="unclear", code=why or str(told["code"]))
        asked = self.find_refund(order)
        if asked.fate == "succeeded":
            return asked
        if is_taken:
            return Answer(fate="pending", transaction=order.key)
        return Answer(fate="refused", code=why) if asked.fate == "absent" else asked

    def find_refund(self, order: RefundOrder) -> Answer:
        """Ask what became of a refund; Alipay knows those that went through, all others it never heard of."""
        content = {
            "trade_no": order.payment,
            "out_request_no": order.key,
            "query_options": ["gmt_refund_pay"],
        }
        try:
            told = self._client.told("alipay.trade.fastpay.refund.query", content)
            return _refund(told, order.key) if told["code"] == DONE else _unheard(told)
        except Broken as error:
            return error.answer
        except (ValueError, KeyError):
            return Answer(fate="unclear", code="answer_makes_no_sense")

    def statement(self, starts_at: datetime, ends_at: datetime) -> Sequence[StatedRow]:
        """Fetch the bills of all days a span touches. Raises: Unreachable."""
        return bill.rows_of_days(self._client, starts_at, ends_at)

    def _charge(self, told: Mapping[str, Any]) -> Answer:
        status, paid_at = str(told["trade_status"]), str(told.get("send_pay_date", ""))
        if status == "WAIT_BUYER_PAY":
            return Answer(fate="pending", transaction=str(told["trade_no"]))
        if status not in PAID and not paid_at:  # closed: after it was given back whole, or never paid
            return Answer(fate="refused", code=status)
        return Answer(
            fate="succeeded",
            transaction=str(told["trade_no"]),
            amount_minor=money.to_minor(str(told["total_amount"]), CURRENCY),
            currency=str(told.get("trans_currency") or CURRENCY),
            happened_at=china_time(paid_at) if paid_at else None,
            **named(str(told.get("out_trade_no", "")), self._shop),
        )


def _refund(told: Mapping[str, Any], key: str) -> Answer:
    if told.get("refund_status") != "REFUND_SUCCESS":
        return Answer(fate="absent")
    if told["out_request_no"] != key:
        return Answer(fate="unclear", code="another_refund")
    paid_at = str(told.get("gmt_refund_pay", ""))
    return Answer(
        fate="succeeded",
        transaction=key,
        amount_minor=money.to_minor(str(told["refund_amount"]), CURRENCY),
        currency=CURRENCY,
        happened_at=china_time(paid_at) if paid_at else None,
    )


def _unheard(told: Mapping[str, Any]) -> Answer:
    why = str(told.get("sub_code", "") or told["code"])
    return Answer(fate="absent") if why in UNHEARD else Answer(fate="unclear", code=why[:80])
