"""Spoil a faultless order in the way its story tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from msgspec import structs

from steward.modules.orders.rules.drafts import LineDraft, OrderDraft
from steward.sample import baskets, places
from steward.sample.goods import goods, scarce

# Streets that imply their district, and districts that are no more.
TOWNS = (
    ("浙江省", "杭州市", "北山街道"),
    ("浙江省", "杭州市", "翠苑街道"),
    ("广东省", "广州市", "石牌街道"),
    ("广东省", "广州市", "猎德街道"),
    ("广东省", "深圳市", "粤海街道"),
    ("四川省", "成都市", "桂溪街道"),
    ("上海市", "上海市", "徐家汇街道"),
    ("江苏省", "南京市", "华侨路街道"),
    ("湖北省", "武汉市", "珞南街道"),
)
RENAMED = (
    ("浙江省", "杭州市", "下城区"),
    ("浙江省", "杭州市", "江干区"),
    ("上海市", "上海市", "闸北区"),
    ("江苏省", "南京市", "白下区"),
    ("广东省", "广州市", "东山区"),
)
BULK_SKUS = ("GAS-230", "BOTTLE-1", "COFFEE-DRIP", "NUTS-MIX", "BAR-ENERGY", "KNIFE-FORK")
LARGE_SKUS = ("POWER-1K", "TENT-SNOW", "POWER-500")
PLENTIFUL_PRICE_SHARE = 0.4
BY_SKU = {good.sku: good for good in goods()}

Spoiler = Callable[[Random, OrderDraft], None]


def _pay(draft: OrderDraft, share: float = 1.0) -> None:
    draft.payments = [baskets.payment(draft, share=share)]


def _relined(draft: OrderDraft, lines: list[LineDraft]) -> None:
    """Sell something else: lines, total and payment anew."""
    draft.lines, draft.shipping_minor, draft.discount_minor = lines, 0, 0
    draft.total_minor = sum(line.quantity * line.unit_price_minor for line in lines)
    _pay(draft)


def _moved(draft: OrderDraft, province: str, city: str, district: str, street: str) -> None:
    draft.recipient = structs.replace(draft.recipient, province=province, city=city, district=district, street=street)


def unpaid(rng: Random, draft: OrderDraft) -> None:
    """Leave it unpaid."""
    draft.payments = []


def part_paid(rng: Random, draft: OrderDraft) -> None:
    """Pay a deposit only."""
    _pay(draft, 0.3)


def overpaid(rng: Random, draft: OrderDraft) -> None:
    """Pay a tenth too much."""
    _pay(draft, 1.1)


def district_missing(rng: Random, draft: OrderDraft) -> None:
    """Name a town, but not the district it lies in."""
    province, city, town = rng.choice(TOWNS)
    _moved(draft, province, city, "", town + places.street(rng))


def district_renamed(rng: Random, draft: OrderDraft) -> None:
    """Name a district that was merged into another one."""
    _moved(draft, *rng.choice(RENAMED), places.street(rng))


def district_conflict(rng: Random, draft: OrderDraft) -> None:
    """Name a district of another city."""
    province, city = ("浙江省", "杭州市") if draft.recipient.city != "杭州市" else ("江苏省", "南京市")
    draft.recipient = structs.replace(draft.recipient, province=province, city=city)


def phone_bad(rng: Random, draft: OrderDraft) -> None:
    """Lose or add a digit of the telephone number."""
    phone = draft.recipient.phone
    draft.recipient = structs.replace(draft.recipient, phone=rng.choice((phone[:-1], phone + "0", "2" + phone[1:])))


def phone_masked(rng: Random, draft: OrderDraft) -> None:
    """Hide the middle of the telephone number, as marketplaces do."""
    phone = draft.recipient.phone
    draft.recipient = structs.replace(draft.recipient, phone=f"{phone[:3]}****{phone[-4:]}")


def name_missing(rng: Random, draft: OrderDraft) -> None:
    """Leave the recipient's name out."""
    draft.recipient = structs.replace(draft.recipient, name="")


def unusual_quantity(rng: Random, draft: OrderDraft) -> None:
    """Buy far more of one thing than people usually do."""
    good = BY_SKU[rng.choice(BULK_SKUS)]
    _relined(draft, [baskets.line_of(rng, good, good.usual_quantity * rng.randint(2, 4))])


def price_differs(rng: Random, draft: OrderDraft) -> None:
    """Sell at less than half of the list price."""
    line = draft.lines[0]
    price = round(BY_SKU[line.sku].price_minor * PLENTIFUL_PRICE_SHARE)
    _relined(draft, [structs.replace(line, unit_price_minor=price), *draft.lines[1:]])


def total_mismatch(rng: Random, draft: OrderDraft) -> None:
    """Give a total that is not the sum."""
    draft.total_minor = (draft.total_minor or 0) + rng.choice((-500, -200, 100, 1_000))
    _pay(draft)


def short(rng: Random, draft: OrderDraft) -> None:
    """Buy one more than there is of what is running out."""
    good = rng.choice(scarce())
    _relined(draft, [baskets.line_of(rng, good, (good.stock or 0) + 1), draft.lines[0]])


def refunded_at_source(rng: Random, draft: OrderDraft) -> None:
    """Give all of the money back before the order reached us."""
    back = baskets.payment(draft, mark="R")
    back.paid_at = draft.placed_at + timedelta(minutes=3)
    draft.refunds = [back]


def large(rng: Random, draft: OrderDraft) -> None:
    """Buy for more than passes unseen."""
    good = BY_SKU[rng.choice(LARGE_SKUS)]
    pieces = min(-(-600_000 // good.price_minor), good.usual_quantity)
    lines = [baskets.line_of(rng, good, pieces), baskets.line_of(rng, BY_SKU["KIT-WEEKEND"], 2)]
    _relined(draft, lines if pieces * good.price_minor > 500_000 else [*lines, _line(rng, "GPS-WATCH", 2)])


def _line(rng: Random, sku: str, quantity: int) -> LineDraft:
    return baskets.line_of(rng, BY_SKU[sku], quantity)


SPOILERS: dict[str, Spoiler] = {
    "unpaid": unpaid,
    "unpaid_lapsed": unpaid,
    "paid_later": unpaid,
    "part_paid": part_paid,
    "overpaid": overpaid,
    "district_missing": district_missing,
    "district_renamed": district_renamed,
    "district_conflict": district_conflict,
    "phone_bad": phone_bad,
    "phone_masked": phone_masked,
    "name_missing": name_missing,
    "unusual_quantity": unusual_quantity,
    "price_differs": price_differs,
    "total_mismatch": total_mismatch,
    "short": short,
    "refunded_at_source": refunded_at_source,
    "large": large,
    "sent_back": unusual_quantity,
}


def spoil(rng: Random, code: str, draft: OrderDraft) -> None:
    """Make a paid, faultless order what its story tells; a story without a spoiler leaves it faultless."""
    if code in SPOILERS:
        SPOILERS[code](rng, draft)
