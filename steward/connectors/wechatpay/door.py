"""WeChat Pay's notices: signed, and what they say is encrypted with the merchant's APIv3 key.

Source: WeChat Pay APIv3, “支付成功回调通知”, “退款结果回调通知” (https://pay.weixin.qq.com/doc/v3/merchant/4012791861).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from steward.connectors.paying import china_time, named
from steward.connectors.wechatpay.client import Unproven, opened
from steward.modules.payments.ports import (
    Access,
    Call,
    ForgedCallback,
    HeardCall,
    Reported,
    UnfitKey,
    UnreadableCallback,
)

NONSENSE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class WechatpayDoor:
    """Reads WeChat Pay's notices. Satisfies the port `CallbackDoor`."""

    thanks = ('{"code": "SUCCESS"}', "application/json")

    def read(self, call: Call, access: Access, *, now: datetime) -> HeardCall:
        """Prove, decrypt and read a notice. Raises: ForgedCallback, UnreadableCallback."""
        try:
            client = opened(access)
            client.require_proof(call.headers, call.body, at=now.timestamp())
        except (Unproven, UnfitKey) as error:
            raise ForgedCallback(str(error)) from error
        try:
            told = msgspec.json.decode(call.body, type=dict[str, Any])
            content = client.opened(told["resource"])
            if content["mchid"] != client.mchid:
                raise UnreadableCallback("another merchant")
            shop = access.fields.get("shop", "")
            return HeardCall(str(told["id"]), _report(str(told["event_type"]), content, shop, now))
        except NONSENSE as error:
            raise UnreadableCallback(f"{type(error).__name__}: {error}") from error


def _report(kind: str, content: Mapping[str, Any], shop: str, now: datetime) -> Reported | None:
    order = named(str(content.get("out_trade_no", "")), shop)
    amount = content["amount"]
    if kind == "TRANSACTION.SUCCESS":
        return Reported(
            type="payment.succeeded",
            transaction=str(content["transaction_id"]),
            amount_minor=int(amount["total"]),
            currency=str(amount.get("currency") or "CNY"),
            paid_at=china_time(str(content["success_time"])),
            method=str(content.get("trade_type", ""))[:40],
            **order,
        )
    if not kind.startswith("REFUND."):
        return None
    is_paid = kind == "REFUND.SUCCESS" and content["refund_status"] == "SUCCESS"
    return Reported(
        type="refund.succeeded" if is_paid else "refund.failed",
        transaction=str(content["refund_id"]),
        amount_minor=int(amount["refund"]),
        currency=str(amount.get("currency") or "CNY"),
        paid_at=china_time(str(content["success_time"])) if is_paid else now,
        payment=str(content["transaction_id"]),
        refund=str(content["out_refund_no"]),
        code=str(content["refund_status"])[:80],
        **order,
    )
