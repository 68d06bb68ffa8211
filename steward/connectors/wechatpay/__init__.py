"""Reach WeChat Pay (APIv3): refunds, payments, bills, and its notices (`connector` = `wechatpay`)."""

from __future__ import annotations

from steward.connectors.wechatpay.client import opened
from steward.connectors.wechatpay.door import WechatpayDoor
from steward.connectors.wechatpay.gateway import WechatpayGateway
from steward.modules.payments.ports import Access, CallbackDoor, Gateway


def open_gateway(access: Access) -> Gateway:
    """Open the gateway of a provider. Raises: UnfitKey."""
    return WechatpayGateway(opened(access), code=access.code, shop=access.fields.get("shop", ""))


def door() -> CallbackDoor:
    """Return what reads its notices."""
    return WechatpayDoor()
