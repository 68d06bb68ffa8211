"""The shapes of a refund's arithmetic: what an order cost, what goes back of it, and the lines of the answer.

Source: RET-4. Units: minor units of the order's currency; permille 0-1000.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from steward.modules.orders.rules.adjusting import Adjustment

PARTS = (
    "goods",
    "line_discount",
    "order_discount",
    "coupon",
    "coupon_lost",
    "points",
    "gift_card",
    "freight",
    "free_shipping_lost",
    "return_freight",
    "restocking",
    "grade",
    "deduction",
    "goodwill",
    "beyond_paid",
    "exchange_difference",
)
# What may be held back beside shares of the goods' value; the page and the API know a sentence for each.
DEDUCTIONS = ("packaging", "accessories", "usage", "damage", "cleaning", "other")


class LineMoney(Struct, frozen=True, kw_only=True):
    """A line as it was sold; `discount_minor` is the whole line's."""

    line_id: int
    position: int
    quantity: int
    unit_price_minor: int
    discount_minor: int = 0


class OrderMoney(Struct, frozen=True, kw_only=True):
    """What an order cost and what was paid of it. `discount_minor` holds what coupons, points and the like took off;
    what adjustments leave unexplained of it is shared over all lines.
    """

    currency: str
    lines: tuple[LineMoney, ...]
    shipping_minor: int = 0
    discount_minor: int = 0
    adjustments: tuple[Adjustment, ...] = ()
    paid_minor: int = 0


class Taken(Struct, frozen=True):
    """Pieces that go back. `share_permille` of their value is given for them as they are (inspection); `blameless`:
    through no doing of the customer's, so thresholds are judged as if these pieces had stayed.
    """

    line_id: int
    quantity: int
    share_permille: int = 1000
    deduction_minor: int = 0
    note: str = ""
    blameless: bool = False


class Terms(Struct, frozen=True, kw_only=True):
    """What the policy says of this return. `freight_back`: what was paid for shipping goes back with the last piece;
    `deductions` are (code, amount) for the case as a whole; `goodwill_minor` is given on top.
    """

    restocking_permille: int = 0
    freight_back: bool = False
    return_freight_minor: int = 0
    deductions: tuple[tuple[str, int], ...] = ()
    goodwill_minor: int = 0


class QuotePart(Struct, frozen=True, kw_only=True):
    """One line of the answer; what is taken off counts down. `facts` are what a sentence about it is made of."""

    kind: str
    amount_minor: int
    line_id: int | None = None
    quantity: int = 0
    facts: Mapping[str, Any] = {}


class Quote(Struct, frozen=True, kw_only=True):
    """What goes back: the parts sum to the total. Points and gift cards go back beside the money.

    `points_back` were paid with, `points_taken` were earned and lapse; `gift_cards_back` are (code, amount).
    """

    parts: tuple[QuotePart, ...]
    total_minor: int
    points_back: int = 0
    points_taken: int = 0
    coupons_back: tuple[str, ...] = ()
    gift_cards_back: tuple[tuple[str, int], ...] = ()
