"""What the sample merchant gives to make good: budgets, limits, coupons, points and money in every state."""

from __future__ import annotations

from datetime import datetime, timedelta

from steward.kernel.actor import system
from steward.modules.approvals.commands import decide
from steward.modules.catalog import queries as catalog
from steward.modules.orders import queries as orders
from steward.modules.payments.commands.lapsing import set_wallet_terms
from steward.modules.payments.rules.wallets import CouponTerms
from steward.modules.returns.commands.budgets import BudgetDraft, set_budget
from steward.modules.returns.commands.compensating import Wish, propose_compensations
from steward.modules.returns.commands.goodwill_setting import set_compensation_limit
from steward.modules.returns.commands.profiling import profile_shops
from steward.sample.people import Crew

SYSTEM = system("sample")
CURRENCY = "CNY"
MONTH_MINOR, QUARTER_MINOR = 800_000, 2_000_000
LOOKED_AT, MOST = 200, 14
# (kind, reason, minor units or points, words), given in turn
GIFTS = (
    ("coupon", "late_delivery", 1_000, "物流晚到两天，致歉"),
    ("points", "slow_answer", 500, "昨晚排队太久"),
    ("coupon", "small_flaw", 2_000, "壶身有一处划痕，客户愿意留用"),
    ("money", "damaged_parcel", 2_000, "外箱破损"),
    ("coupon", "price_protection", 8_000, "下单次日降价"),
    ("points", "out_of_stock", 1_000, "预售延期"),
    ("coupon", "wrong_promise", 6_000, "客服答应过当天发货"),
)


def set_up(crew: Crew, now: datetime) -> None:
    """Keep the own shops' points here, and set budgets of this month and quarter and the agents' limit."""
    manager = crew.first("after_sales_manager")
    for shop in catalog.shops():
        if shop.platform == "own":
            set_wallet_terms(
                SYSTEM, shop=shop.code, kept="here", points_days=365, coupon_days=90, minor_per_100_points=100, now=now
            )
    budgets = (("month", MONTH_MINOR), ("quarter", QUARTER_MINOR))
    for period, minor in budgets:
        draft = BudgetDraft(period=period, day=now.date(), currency=CURRENCY, amount_minor=minor)
        set_budget(manager, draft=draft, now=now)
    set_compensation_limit(manager, role="customer_service", currency=CURRENCY, alone_minor=5_000, now=now)


def give(crew: Crew, now: datetime) -> int:
    """Give some customers something; one above the limit is agreed to, one goes on waiting. Returns how many."""
    page = orders.orders_page(orders.OrderFilters(), limit=LOOKED_AT)
    rows = [row for row in page.rows if row.currency == CURRENCY and row.state != "cancelled"][:MOST]
    wishes = []
    for place, row in enumerate(rows):
        kind, reason, size, words = GIFTS[place % len(GIFTS)]
        coupon = (
            CouponTerms(currency=CURRENCY, amount_minor=size, threshold_minor=size * 5) if kind == "coupon" else None
        )
        wishes.append(
            Wish(
                kind=kind,
                reason=reason,
                currency=CURRENCY,
                amount_minor=size if kind == "money" else 0,
                points=size if kind == "points" else 0,
                coupon=coupon,
                order_number=row.number,
                words=words,
            )
        )
    receipts = propose_compensations(crew.first("customer_service"), wishes=wishes, now=now - timedelta(hours=3))
    waiting = [one for one in receipts if one.state == "proposed" and one.approval_id]
    for one in waiting[:1]:
        manager = crew.first("after_sales_manager")
        decide(manager, approval_id=one.approval_id or 0, verdict="grant", reason="情况属实", now=now)
    profile_shops(SYSTEM, now=now)
    return sum(one.refusal is None for one in receipts)
