"""Alipay's notices: signed forms, sent until they are thanked for, for a day.

A notice about a refund names all that ever went back of the trade, not this refund; it makes us ask.
Source: Alipay open platform, “异步通知说明” (https://opendocs.alipay.com/open/270/105902).
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl

from steward.connectors.alipay.client import opened
from steward.connectors.paying import china_time, named
from steward.kernel import money
from steward.modules.payments.ports import (
    Access,
    Call,
    ForgedCallback,
    HeardCall,
    Reported,
    UnfitKey,
    UnreadableCallback,
)

PAID = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
MOST_FIELDS = 100


class AlipayDoor:
    """Reads Alipay's notices. Satisfies the port `CallbackDoor`."""

    thanks = ("success", "text/plain; charset=utf-8")

    def read(self, call: Call, access: Access, *, now: datetime) -> HeardCall:
        """Prove and read a notice. Raises: ForgedCallback, UnreadableCallback."""
        try:
            facts = dict(parse_qsl(call.body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
            is_proven = opened(access).is_of_alipay(facts)
        except (ValueError, UnfitKey) as error:
            raise ForgedCallback("Unreadable signature") from error
        if not is_proven or facts.get("app_id") != access.fields.get("app_id"):
            raise ForgedCallback("No matching signature found")
        try:
            return HeardCall(facts["notify_id"], _report(facts, access.fields.get("shop", ""), now))
        except (KeyError, ValueError) as error:
            raise UnreadableCallback(f"{type(error).__name__}: {error}") from error


def _report(facts: dict[str, str], shop: str, now: datetime) -> Reported | None:
    currency = facts.get("trans_currency") or "CNY"
    order = named(facts.get("out_trade_no", ""), shop)
    if facts.get("refund_fee"):
        key = facts.get("out_biz_no") or facts["out_trade_no"]  # Alipay's own name of one made without a key
        return Reported(
            type="refund.changed",
            transaction=key,
            amount_minor=money.to_minor(facts["refund_fee"], currency),
            currency=currency,
            paid_at=china_time(facts["gmt_refund"]) if facts.get("gmt_refund") else now,
            payment=facts["trade_no"],
            refund=key,
            **order,
        )
    if facts.get("trade_status") not in PAID:
        return None
    return Reported(
        type="payment.succeeded",
        transaction=facts["trade_no"],
        amount_minor=money.to_minor(facts["total_amount"], currency),
        currency=currency,
        paid_at=china_time(facts["gmt_payment"]),
        **order,
    )
