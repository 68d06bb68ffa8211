"""What lies in an order: articles that fit the season, prices near the list, a coupon now and then, and the money."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from steward.modules.orders.rules.drafts import LineDraft, OrderDraft, PaymentDraft
from steward.sample.buyers import Person
from steward.sample.goods import Good, goods

SEASON_MONTHS = {"s": {4, 5, 6, 7, 8, 9, 10}, "w": {11, 12, 1, 2}, "g": {1, 9}}
IN_SEASON, OUT_OF_SEASON = 2.0, 0.5
PRICE_SHARES = (1.0, 1.0, 0.95, 0.92, 0.88)
FREE_SHIPPING_FROM_MINOR, SHIPPING_MINOR = 9_900, 800
COUPON_FROM_MINOR, COUPON_MINOR, COUPON_SHARE = 30_000, 3_000, 0.3
PROVIDERS = {"tmall": "alipay", "jd": "jdpay", "douyin": "douyinpay", "own": "wechatpay"}
PLEAS = ("请放门口，谢谢", "周末送货", "尽快发货，月底要去露营", "送礼用，请不要放价格单", "麻烦轻拿轻放")
NOTES = (*[""] * len(PLEAS), *PLEAS)


def line_of(rng: Random, good: Good, quantity: int) -> LineDraft:
    """Write one line at a price near the list price."""
    price = round(good.price_minor * rng.choice(PRICE_SHARES) / 10) * 10
    return LineDraft(sku=good.sku, quantity=quantity, unit_price_minor=price, title=good.name_zh)


def lines(rng: Random, month: int) -> list[LineDraft]:
    """Draw one to four lines of goods that are in stock."""
    on_sale = [good for good in goods() if good.is_plentiful]
    weights = [good.popularity * _season(good, month) for good in on_sale]
    wanted = dict.fromkeys(rng.choices(on_sale, weights, k=rng.choices((1, 2, 3, 4), (48, 30, 15, 7))[0]))
    return [line_of(rng, good, _quantity(rng, good)) for good in wanted]


def _season(good: Good, month: int) -> float:
    months = SEASON_MONTHS.get(good.season)
    if months is None:
        return 1.0
    return IN_SEASON if month in months else OUT_OF_SEASON


def _quantity(rng: Random, good: Good) -> int:
    """Draw how many: cheap things by the handful, never more than is usual."""
    most = min(good.usual_quantity, 6 if good.price_minor < 10_000 else 2)
    return rng.choices(range(1, most + 1), [1 / place**1.6 for place in range(1, most + 1)])[0]


def order(
    rng: Random, person: Person, shop: str, *, number: str, placed_at: datetime, wanted: list[LineDraft]
) -> OrderDraft:
    """Write a faultless order that nobody has paid yet."""
    goods_minor = sum(line.quantity * line.unit_price_minor for line in wanted)
    shipping = 0 if goods_minor >= FREE_SHIPPING_FROM_MINOR else SHIPPING_MINOR
    has_coupon = goods_minor >= COUPON_FROM_MINOR and rng.random() < COUPON_SHARE
    discount = COUPON_MINOR if has_coupon else 0
    return OrderDraft(
        shop=shop,
        external_number=number,
        placed_at=placed_at,
        currency="CNY",
        lines=wanted,
        buyer=person.buyer(shop),
        recipient=person.recipient(),
        shipping_minor=shipping,
        discount_minor=discount,
        total_minor=goods_minor + shipping - discount,
        note=rng.choice(NOTES),
    )


def payment(draft: OrderDraft, *, share: float = 1.0, mark: str = "P") -> PaymentDraft:
    """Write the payment of an order, a minute after it was placed."""
    provider = PROVIDERS[draft.shop]
    return PaymentDraft(
        transaction=f"{mark}{draft.external_number}",
        amount_minor=max(round((draft.total_minor or 0) * share), 1),
        paid_at=draft.placed_at + timedelta(minutes=1),
        provider=provider,
        method=provider,
    )
