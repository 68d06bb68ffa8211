"""Stripe as a payment provider: a refund carries our number as Idempotency-Key and in its metadata.

Keys are forgotten after a day, metadata never: a refund is looked for among all of its payment's.
Source: https://docs.stripe.com/api/refunds, /api/payment_intents, /api/balance_transactions, /api/idempotent_requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from steward.connectors.paying import Broken, Named
from steward.connectors.stripe.client import Client
from steward.modules.payments.ports import Answer, RefundOrder, StatedRow, Unreachable

OURS = "steward_refund"
INTENT = "pi_"
FINAL = frozenset(
    {
        "amount_too_large",
        "amount_too_small",
        "charge_already_refunded",
        "charge_disputed",
        "refund_disputed_payment",
        "resource_missing",
    }
)
PENDING = frozenset({"pending", "requires_action"})
DIRECTIONS = {"charge": "payment", "payment": "payment", "refund": "refund", "payment_refund": "refund"}
CAME_BACK = frozenset({"refund_failure", "payment_failure_refund"})
PAGE, MOST_PAGES = "100", 10_000
NONSENSE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError)


class StripeGateway:
    """One account at Stripe. Satisfies the port `Gateway`."""

    def __init__(self, client: Client, *, shop: str = "") -> None:
        self._client = client
        self._shop = shop

    def charge(self, transaction: str) -> Answer:
        """Ask what became of a payment, by its payment intent, or by the charge where it has none."""
        is_intent = transaction.startswith(INTENT)
        path = f"/v1/{'payment_intents' if is_intent else 'charges'}/{quote(transaction, safe='')}"
        try:
            status, told = self._client.told("GET", path)
            return self._charge(told) if status == 200 else _trouble(status, told)
        except Broken as error:
            return error.answer
        except NONSENSE:
            return Answer(fate="unclear", code="answer_makes_no_sense")

    def refund(self, order: RefundOrder) -> Answer:
        """Have money paid back under the order's key; a refusal counts when asking agrees that nothing moved."""
        facts = [*_payment(order.payment), ("amount", str(order.amount_minor)), (f"metadata[{OURS}]", order.key)]
        try:
            status, told = self._client.told("POST", "/v1/refunds", facts, key=order.key)
            if status == 200:
                return _refund(told)
        except Broken as error:
            return error.answer
        except NONSENSE:
            return Answer(fate="unclear", code="answer_makes_no_sense")
        why = _code(told)
        if why not in FINAL:
            return Answer(fate="unclear", code=why[:80] or f"http_{status}")
        asked = self.find_refund(order)
        return Answer(fate="refused", code=why) if asked.fate == "absent" else asked

    def find_refund(self, order: RefundOrder) -> Answer:
        """Ask what became of a refund, page by page among those of its payment."""
        facts = [*_payment(order.payment), ("limit", PAGE)]
        after: list[tuple[str, str]] = []
        try:
            for _ in range(MOST_PAGES):
                status, told = self._client.told("GET", "/v1/refunds", [*facts, *after])
                if status != 200:
                    return _trouble(status, told)
                for one in told["data"]:
                    if (one.get("metadata") or {}).get(OURS) == order.key:
                        return _refund(one)
                if not told["has_more"]:
                    return Answer(fate="absent")
                after = [("starting_after", str(told["data"][-1]["id"]))]
        except Broken as error:
            return error.answer
        except NONSENSE:
            pass
        return Answer(fate="unclear", code="answer_makes_no_sense")

    def statement(self, starts_at: datetime, ends_at: datetime) -> Sequence[StatedRow]:
        """Fetch the movements of customers' money on the balance, page by page. Raises: Unreachable."""
        span = [("created[gte]", str(int(starts_at.timestamp()))), ("created[lt]", str(int(ends_at.timestamp())))]
        facts = [*span, ("limit", PAGE), ("expand[]", "data.source")]
        rows: list[StatedRow] = []
        after: list[tuple[str, str]] = []
        try:
            for _ in range(MOST_PAGES):
                status, told = self._client.told("GET", "/v1/balance_transactions", [*facts, *after])
                if status != 200:
                    raise Unreachable(why=_code(told) or f"http_{status}")
                rows += [row for one in told["data"] if (row := _stated(one)) is not None]
                if not told["has_more"]:
                    return rows
                after = [("starting_after", str(told["data"][-1]["id"]))]
        except Broken as error:
            raise Unreachable(why=error.code) from error
        except (*NONSENSE, IndexError) as error:
            raise Unreachable(why="answer_makes_no_sense") from error
        raise Unreachable(why="statement_without_end")

    def _charge(self, told: Mapping[str, Any]) -> Answer:
        state, transaction = str(told["status"]), str(told["id"])
        if state in ("canceled", "failed"):
            return Answer(fate="refused", code=state)
        if state != "succeeded":
            return Answer(fate="pending", transaction=transaction)
        return Answer(
            fate="succeeded",
            transaction=transaction,
            amount_minor=int(told["amount_received"] if transaction.startswith(INTENT) else told["amount"]),
            currency=str(told["currency"]).upper(),
            happened_at=instant(told["created"]),
            **order_of(told, self._shop),
        )


def order_of(told: Mapping[str, Any], shop: str) -> Named:
    """Read how the order was named in the metadata: `order`, or `external_number` and perhaps `shop`."""
    facts = told.get("metadata") or {}
    return Named(
        order=str(facts.get("order", ""))[:40],
        shop=str(facts.get("shop") or shop)[:80] if facts.get("external_number") else "",
        external_number=str(facts.get("external_number", ""))[:80],
    )


def instant(seconds: object) -> datetime:
    """Read a time. Raises: ValueError, TypeError, OverflowError, OSError."""
    return datetime.fromtimestamp(int(str(seconds)), UTC)


def _payment(transaction: str) -> list[tuple[str, str]]:
    return [("payment_intent" if transaction.startswith(INTENT) else "charge", transaction)]


def _refund(told: Mapping[str, Any]) -> Answer:
    """Understand what is said of a refund."""
    state, transaction = str(told["status"]), str(told["id"])
    if state in ("failed", "canceled"):
        return Answer(fate="refused", code=str(told.get("failure_reason") or state)[:80])
    if state in PENDING:
        return Answer(fate="pending", transaction=transaction, code=state)
    if state != "succeeded":
        return Answer(fate="unclear", code=state[:80])
    return Answer(
        fate="succeeded",
        transaction=transaction,
        amount_minor=int(told["amount"]),
        currency=str(told["currency"]).upper(),
        happened_at=instant(told["created"]),
    )


def _stated(told: Mapping[str, Any]) -> StatedRow | None:
    """Read one movement in the currency the customer paid in; fees and payouts are none of a customer's money.

    A refund that failed after all comes back; no entry of ours says so, thus it becomes a difference.
    """
    kind, source = str(told["type"]), told["source"]
    if kind not in DIRECTIONS and kind not in CAME_BACK:
        return None
    is_payment = DIRECTIONS.get(kind) == "payment"
    return StatedRow(
        direction="refund" if DIRECTIONS.get(kind) == "refund" else "payment",
        transaction=str((source.get("payment_intent") if is_payment else "") or source["id"]),
        amount_minor=int(source["amount"]),
        currency=str(source["currency"]).upper(),
        happened_at=instant(told["created"]),
    )


def _code(told: Mapping[str, Any]) -> str:
    error = told.get("error")
    return str(error.get("code") or error.get("type") or "") if isinstance(error, dict) else ""


def _trouble(status: int, told: Mapping[str, Any]) -> Answer:
    why = _code(told)
    if status == 404 and why == "resource_missing":
        return Answer(fate="absent")
    return Answer(fate="unclear", code=why[:80] or f"http_{status}")
