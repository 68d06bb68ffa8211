"""What tests of wallets start from: customer Mei, a shop whose points are kept here, gifts and takings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from steward.modules.customers.models import Customer
from steward.modules.payments.commands import wallets
from steward.modules.payments.commands.coupons import CouponDraft, issue_coupons
from steward.modules.payments.commands.lapsing import set_wallet_terms
from steward.modules.payments.models import Coupon, WalletAccount
from steward.modules.payments.rules.wallets import CouponTerms
from tests import make


def kept_here(shop: str = "own", *, kept: str = "here") -> None:
    """Let a shop's points and coupons be kept here for a hundred days; a point is worth a fen."""
    set_wallet_terms(
        make.TESTER, shop=shop, kept=kept, points_days=100, coupon_days=30, minor_per_100_points=100, now=make.NOW
    )


def mei() -> int:
    """Let Mei buy something, so that she is a customer; return her id."""
    make.item(stock=50)
    make.order("W-1")
    return Customer.objects.latest("id").id


def post(amount: int, reference: str, *, customer_id: int | None, now: datetime = make.NOW, **facts: Any) -> Any:
    """Give (above 0) or take (below) points once; return what became of it."""
    given: dict[str, Any] = {"kind": "points", "shop": "own"}
    posting = wallets.Posting(reference=reference, amount=amount, customer_id=customer_id, **(given | facts))
    return wallets.post_wallets(make.TESTER, postings=[posting], now=now)[0]


def coupon(customer_id: int, reference: str = "c-1", **terms: Any) -> Coupon:
    """Give Mei a coupon over 20 yuan; return it."""
    given: dict[str, Any] = {"currency": "CNY", "amount_minor": 2_000}
    draft = CouponDraft(reference=reference, customer_id=customer_id, shop="own", terms=CouponTerms(**(given | terms)))
    [got] = issue_coupons(make.TESTER, drafts=[draft], now=make.NOW)
    return Coupon.objects.get(id=got.coupon_id or 0)


def balance(customer_id: int, kind: str = "points") -> int:
    """Return what the account says."""
    return sum(WalletAccount.objects.filter(customer=customer_id, kind=kind).values_list("balance", flat=True))
