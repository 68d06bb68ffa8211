"""What tests of compensation start from: an order of Mei's that was paid, and wishes about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from steward.kernel.actor import Actor
from steward.modules.customers.models import Customer
from steward.modules.orders.models import Order
from steward.modules.payments.rules.wallets import CouponTerms
from steward.modules.returns.commands.budgets import BudgetDraft, set_budget
from steward.modules.returns.commands.compensating import Receipt, Wish, propose_compensation
from steward.modules.returns.models import Budget, Compensation
from tests import make


def ordered(number: str = "G-1", *, paid: bool = True, **facts: Any) -> Order:
    """Let Mei order a tent, paid or not."""
    if not Order.objects.exists():
        make.item(stock=99)
    payments = [make.payment(transaction=f"T-{number}")] if paid else []
    receipt = make.order(number, payments=payments, **facts)
    make.settle()
    return Order.objects.get(id=receipt.order_id)


def mei() -> int:
    """Name Mei."""
    return Customer.objects.order_by("id").values_list("id", flat=True)[0]


def wish(**facts: Any) -> Wish:
    """Return a wish for 20 yuan by coupon, for a slow answer."""
    given: dict[str, Any] = {"kind": "coupon", "reason": "goodwill", "currency": "CNY", "words": "让您久等了"}
    amount = facts.pop("minor", 2_000)
    given |= facts
    if given["kind"] == "coupon" and "coupon" not in given:
        given["coupon"] = CouponTerms(currency="CNY", amount_minor=amount)
    elif given["kind"] in ("money", "goods"):
        given["amount_minor"] = amount
    return Wish(**given)


def proposed(*, by: Actor | None = None, now: datetime = make.NOW, **facts: Any) -> Receipt:
    """Propose one."""
    return propose_compensation(by or make.agent_wang(), wish=wish(**facts), now=now)


def row(receipt: Receipt) -> Compensation:
    """Read what a receipt names."""
    return Compensation.objects.get(id=receipt.id or 0)


def budget(minor: int, **facts: Any) -> Budget:
    """Set what may be given this month."""
    given: dict[str, Any] = {"period": "month", "day": make.NOW.date(), "currency": "CNY", "amount_minor": minor}
    draft = BudgetDraft(**(given | facts))
    return Budget.objects.get(id=set_budget(make.manager_zhao(), draft=draft, now=make.NOW))
