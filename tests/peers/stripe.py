"""A Stripe of our own: forms in, JSON out, idempotency keys that keep an answer, pages, webhooks.

Shapes: https://docs.stripe.com/api, version 2024-06-20.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.peers.merchants import Asked, Back, Facts, Merchants, Pay, Said

SECRET_KEY, WEBHOOK_SECRET = "sk_test_51Steward", "whsec_of_stripe_1234"


class Stripe(Merchants):
    """The provider. `page` is how many things it says at once, `currency` what all was paid in."""

    prefix = "re_"

    def __init__(self, *, page: int = 100, **more: float) -> None:
        super().__init__(**more)
        self.page = page
        self.currency = "usd"
        self.kept: dict[str, tuple[bytes, Said]] = {}
        self.extra: list[Facts] = []

    @property
    def fields(self) -> dict[str, str]:
        """Say what a merchant has to be told."""
        return {"secret_key": SECRET_KEY, "webhook_secret": WEBHOOK_SECRET, "shop": "own"}

    def is_known(self, asked: Asked) -> bool:
        """Check the key and the version."""
        return asked.headers.get("authorization") == f"Bearer {SECRET_KEY}" and "stripe-version" in asked.headers

    def stranger(self) -> Said:
        """Answer a wrong key."""
        return _said(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}})

    def kind_of(self, asked: Asked) -> str:
        """Name what is asked for."""
        thing = asked.path.split("/")[2]
        return "refund" if (thing, asked.method) == ("refunds", "POST") else f"ask {thing}"

    def answer(self, kind: str, asked: Asked, habit: str) -> Said:
        """Answer a request; what a key was answered once it is answered again, whatever it was."""
        if kind != "refund":
            facts = dict(parse_qsl(asked.query))
            ask = {"ask refunds": self._refunds, "ask balance_transactions": self._balance}
            return ask[kind](facts) if kind in ask else self._payment(unquote(asked.path.rsplit("/", 1)[1]))
        key = asked.headers.get("idempotency-key", "")
        if key in self.kept:
            body, said = self.kept[key]
            return said if body == asked.body else _error(400, "idempotency_error", "")
        said = self._refund(dict(parse_qsl(asked.body.decode())), habit)
        if habit not in ("busy", "poor"):
            self.kept[key] = (asked.body, said)
        return said

    def signed(self, event: Facts, *, at: datetime | None = None, secret: str = WEBHOOK_SECRET) -> tuple[str, bytes]:
        """Write a webhook; return its signature's header and its body."""
        stamp, body = int((at or datetime.now(UTC)).timestamp()), json.dumps(event).encode()
        proof = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return f"t={stamp},v1={'0' * 64},v1={proof},v0=old", body

    def event(self, kind: str, thing: Facts, *, id_: str = "evt_1") -> Facts:
        """Write an event."""
        at = int(datetime.now(UTC).timestamp())
        return {"id": id_, "object": "event", "type": kind, "created": at, "data": {"object": thing}}

    def _refund(self, facts: Facts, habit: str) -> Said:
        if habit == "busy":
            return _error(429, "invalid_request_error", "rate_limit")
        if habit == "poor":
            return _error(400, "invalid_request_error", "balance_insufficient")
        payment = self.payments.get(facts.get("payment_intent") or facts.get("charge") or "")
        if payment is None:
            return _error(404, "invalid_request_error", "resource_missing")
        back = self.pay_back(facts["metadata[steward_refund]"], payment, int(facts["amount"]), habit)
        if back is None:
            return _error(400, "invalid_request_error", "charge_already_refunded")
        return _said(200, self.told(back))

    def told(self, back: Back) -> Facts:
        """Say what became of a refund."""
        return {
            "id": back.name,
            "object": "refund",
            "amount": back.amount_minor,
            "currency": self.currency,
            "created": int(back.at.timestamp()),
            "metadata": {"steward_refund": back.key} if back.key.startswith("RF-") else {},
            "payment_intent": back.payment.name,
            "charge": f"ch_{back.payment.name}",
            "status": back.state,
        }

    def intent(self, payment: Pay) -> Facts:
        """Say what became of a payment."""
        amount, at = payment.amount_minor, int(payment.at.timestamp())
        facts: Facts = {"id": payment.name, "object": "payment_intent", "amount": amount, "amount_received": amount}
        return facts | {
            "currency": self.currency,
            "created": at,
            "status": "succeeded",
            "metadata": {"order": payment.number},
        }

    def _payment(self, name: str) -> Said:
        payment = self.payments.get(name)
        return _said(200, self.intent(payment)) if payment else _error(404, "invalid_request_error", "resource_missing")

    def _refunds(self, facts: Facts) -> Said:
        payment = self.payments.get(facts.get("payment_intent") or facts.get("charge") or "")
        if payment is None:
            return _error(404, "invalid_request_error", "resource_missing")
        return self._listed([self.told(one) for one in self.backs.values() if one.payment is payment][::-1], facts)

    def _balance(self, facts: Facts) -> Said:
        since, until = int(facts["created[gte]"]), int(facts["created[lt]"])
        rows = [_moved(f"txn_{n}", "charge", self._charge(one)) for n, one in enumerate(self.payments.values())]
        done = [one for one in self.backs.values() if one.state == "succeeded"]
        rows += [_moved(f"txn_r{n}", "refund", self.told(one)) for n, one in enumerate(done)]
        found = [one for one in [*rows, *self.extra] if since <= one["created"] < until]
        return self._listed(found, facts)

    def _charge(self, payment: Pay) -> Facts:
        at = int(payment.at.timestamp())
        facts: Facts = {"id": f"ch_{payment.name}", "payment_intent": payment.name, "object": "charge"}
        return facts | {"amount": payment.amount_minor, "currency": self.currency, "created": at}

    def _listed(self, rows: list[Facts], facts: Facts) -> Said:
        names = [row["id"] for row in rows]
        begin = names.index(facts["starting_after"]) + 1 if "starting_after" in facts else 0
        part = rows[begin : begin + min(self.page, int(facts["limit"]))]
        return _said(200, {"object": "list", "data": part, "has_more": begin + len(part) < len(rows)})


def _moved(name: str, kind: str, source: Facts) -> Facts:
    """Write a movement of the balance, settled in another currency than the customer paid in."""
    sign = -1 if kind == "refund" else 1
    facts: Facts = {"id": name, "object": "balance_transaction", "type": kind, "source": source}
    return facts | {"amount": sign * source["amount"] * 9 // 10, "currency": "eur", "created": source["created"]}


def _said(status: int, content: Any) -> Said:
    return Said(status, json.dumps(content).encode(), {"Content-Type": "application/json"})


def _error(status: int, kind: str, code: str) -> Said:
    return _said(status, {"error": {"type": kind, "code": code, "message": "no"}})
