"""Read what cases owe besides money, and where it stands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.modules.returns.models import Owed

KIND_LABELS: dict[str, Any] = {
    "points": _("Points paid with"),
    "points_earned": _("Points earned that lapse"),
    "card": _("Gift card"),
    "coupon": _("Coupon"),
}
STATE_WORDS: dict[str, Any] = {
    "owed": _("follows once the refund is paid"),
    "to_hand_over": _("the shop has to book it in its own system"),
    "carried_out": _("done"),
    "nobody": _("no customer account: see to it by hand"),
    "refused": _("the shop did not book it: see to it by hand"),
    "dropped": _("dropped with its refund"),
}


class OwedView(Struct, frozen=True, kw_only=True):
    """One thing owed besides money. Units: points, or minor units of the case's currency."""

    id: int
    case_id: int
    number: str
    currency: str
    kind: str
    amount: int
    moved: int
    code: str
    state: str
    ended_at: datetime | None

    @property
    def kind_label(self) -> str:
        """Name what it is."""
        return str(KIND_LABELS[self.kind])

    @property
    def state_words(self) -> str:
        """Say where it stands."""
        return str(STATE_WORDS[self.state])

    @property
    def in_money(self) -> bool:
        """Tell whether its amount is money, not points."""
        return self.kind in ("card", "coupon")

    @property
    def is_short(self) -> bool:
        """Tell whether less moved than was owed: earned points that were spent already."""
        return self.state == "carried_out" and self.moved != self.amount


def owed_of_cases(case_ids: Collection[int]) -> dict[int, list[OwedView]]:
    """Read what cases owe besides money, by case; one query."""
    names = OwedView.__struct_fields__
    columns = {"number": "case__number", "currency": "case__currency"}
    rows: Any = Owed.objects.filter(case__in=list(case_ids)).order_by("id")
    found: dict[int, list[OwedView]] = {}
    for row in rows.values_list(*[columns.get(name, name) for name in names]):
        one = OwedView(**dict(zip(names, row, strict=True)))
        found.setdefault(one.case_id, []).append(one)
    return found


def owed_of_order(order_id: int) -> list[OwedView]:
    """Read what the cases of an order owe besides money."""
    ids = Owed.objects.filter(case__order_id=order_id).values_list("case_id", flat=True)
    return [one for rows in owed_of_cases(set(ids)).values() for one in rows]
