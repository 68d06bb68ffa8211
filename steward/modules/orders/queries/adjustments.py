"""Coupons, points and the like of an order, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import pgettext_lazy
from msgspec import Struct

from steward.modules.orders.rules.adjusting import OF_THE_DISCOUNT, read

KINDS: dict[str, Any] = {
    "coupon": pgettext_lazy("of an order's discount", "Coupon"),
    "promotion": pgettext_lazy("of an order's discount", "Promotion"),
    "points": pgettext_lazy("of an order's discount", "Points"),
    "gift_card": pgettext_lazy("of an order's discount", "Gift card"),
    "free_shipping": pgettext_lazy("of an order's discount", "Free shipping"),
    "points_earned": pgettext_lazy("of an order's discount", "Points earned"),
}


class AdjustmentView(Struct, frozen=True):
    """What made an order cheaper, and its terms. Units: minor units of the order's currency.

    `lines` are positions, none: all of them.
    """

    kind: str
    code: str
    amount_minor: int
    threshold_minor: int
    points: int
    lines: list[int]
    back: bool

    @property
    def label(self) -> str:
        """Name its kind, in the reader's language."""
        return str(KINDS[self.kind])

    @property
    def is_of_the_discount(self) -> bool:
        """Tell whether its amount is part of the order's discount."""
        return self.kind in OF_THE_DISCOUNT


def adjustment_views(stored: Iterable[Mapping[str, Any]]) -> list[AdjustmentView]:
    """Read adjustments as an order's row keeps them, for pages and programs."""
    return [
        AdjustmentView(one.kind, one.code, one.amount_minor, one.threshold_minor, one.points, list(one.lines), one.back)
        for one in read(stored)
    ]
