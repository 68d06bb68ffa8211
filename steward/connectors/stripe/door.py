"""Stripe's webhooks: signed with a time, so that an old one counts no second time.

Source: https://docs.stripe.com/webhooks#verify-manually; event types payment_intent.succeeded, charge.succeeded,
refund.created, refund.updated, refund.failed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from steward.connectors.paying import TOLERANCE_S
from steward.connectors.stripe.gateway import OURS, instant, order_of
from steward.modules.payments.ports import Access, Call, ForgedCallback, HeardCall, Reported, UnreadableCallback

NONSENSE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError)
ENDED = frozenset({"failed", "canceled"})


class StripeDoor:
    """Reads Stripe's webhooks. Satisfies the port `CallbackDoor`."""

    thanks = ('{"received": true}', "application/json")

    def read(self, call: Call, access: Access, *, now: datetime) -> HeardCall:
        """Prove and read a webhook. Raises: ForgedCallback, UnreadableCallback."""
        secret = access.fields.get("webhook_secret", "")
        require_signature(call.headers.get("stripe-signature", ""), call.body, secret, now=now)
        try:
            told = msgspec.json.decode(call.body, type=dict[str, Any])
            thing = told["data"]["object"]
            return HeardCall(str(told["id"]), _report(told, thing, access.fields.get("shop", "")))
        except NONSENSE as error:
            raise UnreadableCallback(f"{type(error).__name__}: {error}") from error


def require_signature(header: str, body: bytes, secret: str, *, now: datetime) -> None:
    """Check time and signature. Raises: ForgedCallback, saying why."""
    parts = [one.strip().partition("=") for one in header.split(",")]
    stamps, given = [two for one, _, two in parts if one == "t"], [two for one, _, two in parts if one == "v1"]
    if not secret or len(stamps) != 1 or not given:
        raise ForgedCallback("Missing required headers")
    stamp = stamps[0]
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise ForgedCallback("Unreadable signature")
    right = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(right.encode(), one.encode()) for one in given):
        raise ForgedCallback("No matching signature found")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_S:
        raise ForgedCallback(f"Message timestamp too {'old' if int(stamp) < now.timestamp() else 'new'}")


def _report(told: Mapping[str, Any], thing: Mapping[str, Any], shop: str) -> Reported | None:
    kind, at = str(told["type"]), instant(told["created"])
    currency = str(thing.get("currency", "")).upper()
    if kind == "payment_intent.succeeded" or (kind == "charge.succeeded" and not thing.get("payment_intent")):
        return Reported(
            type="payment.succeeded",
            transaction=str(thing["id"]),
            amount_minor=int(thing["amount_received" if kind.startswith("payment") else "amount"]),
            currency=currency,
            paid_at=at,
            **order_of(thing, shop),
        )
    state = thing.get("status")
    if not kind.startswith("refund.") or not (state == "succeeded" or state in ENDED):
        return None
    return Reported(
        type="refund.succeeded" if state == "succeeded" else "refund.failed",
        transaction=str(thing["id"]),
        amount_minor=int(thing["amount"]),
        currency=currency,
        paid_at=instant(thing["created"]) if state == "succeeded" else at,
        payment=str(thing.get("payment_intent") or thing.get("charge") or ""),
        refund=str((thing.get("metadata") or {}).get(OURS, "")),
        code=str(thing.get("failure_reason") or "")[:80],
    )
