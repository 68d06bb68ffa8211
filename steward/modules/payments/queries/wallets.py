"""Read points, credit, cards and coupons: what somebody has, how it came, what waits to be handed over, what is wrong.

Source: RET-7.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy, pgettext_lazy
from msgspec import Struct

from steward.kernel import sql
from steward.modules.payments.models import Coupon, Handover, WalletAccount, WalletEntry, WalletLot, WalletTerms
from steward.modules.payments.rules import wallets as rules

PACKAGE = "steward.modules.payments"
PAGE = 50


class ShopTerms(Struct, frozen=True, kw_only=True):
    """Where a shop's points and coupons are kept, and how long they last. Units: days; minor units of its currency."""

    shop: str
    kept: str = "outside"
    points_days: int = 365
    coupon_days: int = 90
    minor_per_100_points: int = 100


class Balance(Struct, frozen=True):
    """What somebody has of one kind, and what of it lapses first. Units: points, or minor units of `currency`."""

    kind: str
    currency: str
    amount: int
    next_amount: int
    next_at: datetime | None


class EntryRow(Struct, frozen=True):
    """One movement. Units: points, or minor units of `currency`."""

    id: int
    kind: str
    currency: str
    amount: int
    cause: str
    number: str
    at: datetime
    expires_at: datetime | None

    @property
    def cause_label(self) -> str:
        """Say why it came or went."""
        return str(CAUSES[self.cause])


CAUSES: dict[str, Any] = {
    "grant": pgettext_lazy("points and credit", "Given"),
    "compensation": pgettext_lazy("points and credit", "To make good"),
    "refund": pgettext_lazy("points and credit", "Given back with a return"),
    "redemption": pgettext_lazy("points and credit", "Used"),
    "taking_back": pgettext_lazy("points and credit", "Earned with goods that went back"),
    "lapse": pgettext_lazy("points and credit", "Lapsed"),
    "correction": pgettext_lazy("points and credit", "Corrected"),
}


HANDOVER_KINDS: dict[str, Any] = {
    "points": pgettext_lazy("wallet", "Points"),
    "credit": pgettext_lazy("points and credit", "Credit"),
    "card": gettext_lazy("Gift card"),
    "coupon": gettext_lazy("Coupon"),
}


class CouponRow(Struct, frozen=True):
    """One coupon; `ending` is its last four signs. Units: minor units; permille."""

    id: int
    code: str
    customer_id: int
    currency: str
    amount_minor: int
    share_permille: int
    most_minor: int
    threshold_minor: int
    shops: list[str]
    categories: list[str]
    cause: str
    number: str
    state: str
    issued_at: datetime
    valid_until: datetime

    @property
    def percent(self) -> str:
        """Write the share it takes off, 12.5 for 125 permille."""
        return f"{self.share_permille / 10:g}"

    @property
    def ending(self) -> str:
        """Show of the code what staff need to recognise it."""
        return self.code[-rules.GROUP_LENGTH :]

    def is_good(self, now: datetime) -> bool:
        """Tell whether it can be used."""
        return self.state == "issued" and now < self.valid_until


class HandoverRow(Struct, frozen=True):
    """What a shop has to give or take in its own books. Units: points or minor units, signed."""

    id: int
    reference: str
    shop: str
    customer_id: int | None
    kind: str
    amount: int
    currency: str
    code: str
    terms: dict[str, object]
    cause: str
    number: str
    external_number: str
    state: str
    due_at: datetime
    settled_at: datetime | None
    settled_by: str
    outside_reference: str
    why: str

    @property
    def kind_label(self) -> str:
        """Name what is handed over."""
        return str(HANDOVER_KINDS[self.kind])


class Fault(Struct, frozen=True):
    """An account whose balance is not what its entries and its lots sum to. Units: points or minor units."""

    account_id: int
    balance: int
    entries: int
    lots: int


class Wallet(Struct, frozen=True):
    """What a person has: balances, coupons, and what shops with books of their own still owe them."""

    balances: list[Balance]
    coupons: list[CouponRow]
    handovers: list[HandoverRow]


_COUPON = CouponRow.__struct_fields__
_HANDOVER = HandoverRow.__struct_fields__


def terms_of_shops(codes: Iterable[str]) -> dict[str, ShopTerms]:
    """Read where shops keep points and coupons; one that never said keeps them outside. One query."""
    wanted = set(codes)
    rows = WalletTerms.objects.filter(shop__code__in=wanted).select_related("shop")
    known = {
        row.shop.code: ShopTerms(
            shop=row.shop.code,
            kept=row.kept,
            points_days=row.points_days,
            coupon_days=row.coupon_days,
            minor_per_100_points=row.minor_per_100_points,
        )
        for row in rows
    }
    return {code: known.get(code) or ShopTerms(shop=code) for code in wanted}


def terms_of_coupon(row: Coupon) -> rules.CouponTerms:
    """Read what a coupon is good for."""
    facts = {name: getattr(row, name) for name in rules.CouponTerms.__struct_fields__}
    return rules.CouponTerms(**facts | {"shops": tuple(row.shops), "categories": tuple(row.categories)})


def wallet_of(customer_ids: Collection[int], *, now: datetime) -> Wallet:
    """Read what a person (all the buyers they are) has now. Three queries."""
    lots = WalletLot.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), account__customer__in=customer_ids)
    sums: dict[tuple[str, str], list[tuple[datetime | None, int]]] = {}
    for kind, currency, left, at in lots.filter(left__gt=0).values_list(
        "account__kind", "account__currency", "left", "expires_at"
    ):
        sums.setdefault((kind, currency), []).append((at, left))
    coupons = Coupon.objects.filter(customer__in=customer_ids).order_by("-id")[:PAGE]
    waiting = Handover.objects.filter(customer__in=customer_ids).order_by("-id")[:PAGE]
    return Wallet(
        balances=[_balance(kind, currency, found) for (kind, currency), found in sorted(sums.items())],
        coupons=[CouponRow(*row) for row in coupons.values_list(*_COUPON)],
        handovers=[HandoverRow(*row) for row in waiting.values_list(*_HANDOVER)],
    )


def _balance(kind: str, currency: str, lots: Sequence[tuple[datetime | None, int]]) -> Balance:
    next_at = min((at for at, _left in lots if at is not None), default=None)
    next_amount = sum(left for at, left in lots if at == next_at) if next_at else 0
    return Balance(kind, currency, sum(left for _at, left in lots), next_amount, next_at)


def wallet_history(customer_ids: Collection[int], *, before_id: int | None = None, limit: int = PAGE) -> list[EntryRow]:
    """List how a person's points and credit moved, newest first. Keyset: id."""
    rows = WalletEntry.objects.filter(account__customer__in=customer_ids).order_by("-id")
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    fields = ("id", "account__kind", "account__currency", "amount", "cause", "number", "at", "expires_at")
    return [EntryRow(*row) for row in rows[:limit].values_list(*fields)]


def card_balance(code: str, currency: str) -> int:
    """Tell what is on a gift card that is kept here; 0 where nobody knows it. Units: minor currency units."""
    return WalletAccount.objects.filter(code=code, currency=currency).values_list("balance", flat=True).first() or 0


def coupon_by_code(code: str) -> CouponRow | None:
    """Find a coupon by what the customer shows."""
    row = Coupon.objects.filter(code=rules.read_code(code)).values_list(*_COUPON).first()
    return CouponRow(*row) if row else None


def coupons_by_id(ids: Collection[int]) -> dict[int, CouponRow]:
    """Find coupons; one query."""
    found = [CouponRow(*row) for row in Coupon.objects.filter(id__in=ids).values_list(*_COUPON)]
    return {one.id: one for one in found}


def handovers_page(
    *, shops: Collection[str] = (), state: str = "due", after_id: int = 0, limit: int = PAGE
) -> list[HandoverRow]:
    """List what shops with books of their own have to hand over, oldest first. Keyset: id."""
    rows = Handover.objects.filter(id__gt=after_id, **({"state": state} if state else {})).order_by("id")
    if shops:
        rows = rows.filter(shop__in=shops)
    return [HandoverRow(*row) for row in rows[:limit].values_list(*_HANDOVER)]


def handovers_by_reference(references: Collection[str]) -> dict[str, HandoverRow]:
    """Find handovers by what they are for; one query."""
    rows = Handover.objects.filter(reference__in=references).values_list(*_HANDOVER)
    return {one.reference: one for one in (HandoverRow(*row) for row in rows)}


def wallet_faults(*, limit: int = 100) -> list[Fault]:
    """Find accounts whose balance is not the sum of their entries, or of what is left of their gifts."""
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "wallet_faults"), {"limit": limit})
        return [Fault(*row) for row in cursor.fetchall()]
