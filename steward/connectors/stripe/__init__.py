"""Reach Stripe, or who speaks as it does: refunds, payments, balance, webhooks (`connector` = `stripe`)."""

from __future__ import annotations

from steward.connectors.stripe.client import opened
from steward.connectors.stripe.door import StripeDoor
from steward.connectors.stripe.gateway import StripeGateway
from steward.modules.payments.ports import Access, CallbackDoor, Gateway


def open_gateway(access: Access) -> Gateway:
    """Open the gateway of a provider. Raises: UnfitKey."""
    return StripeGateway(opened(access), shop=access.fields.get("shop", ""))


def door() -> CallbackDoor:
    """Return what reads its webhooks."""
    return StripeDoor()
