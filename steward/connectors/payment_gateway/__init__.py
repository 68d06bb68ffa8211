"""Reach payment providers that speak our plain signed protocol over HTTP (`connector` = `signed_http`)."""

from __future__ import annotations

from steward.connectors.payment_gateway.client import SignedGateway
from steward.modules.payments.ports import Access, Gateway


def open_gateway(access: Access) -> Gateway:
    """Open the gateway of a provider."""
    return SignedGateway(address=access.address, code=access.code, secret=access.secret)
