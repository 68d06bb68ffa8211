"""Reach Alipay: refunds, what became of them, payments, bills, and its notices (`connector` = `alipay`)."""

from __future__ import annotations

from steward.connectors.alipay.client import opened
from steward.connectors.alipay.door import AlipayDoor
from steward.connectors.alipay.gateway import AlipayGateway
from steward.modules.payments.ports import Access, CallbackDoor, Gateway


def open_gateway(access: Access) -> Gateway:
    """Open the gateway of a provider. Raises: UnfitKey."""
    return AlipayGateway(opened(access), shop=access.fields.get("shop", ""))


def door() -> CallbackDoor:
    """Return what reads its notices."""
    return AlipayDoor()
