"""Points, credit and coupons: which part of an account is used up first, what a coupon takes off, who may use it.

Source: RET-7; docs/decisions/0038.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from steward.kernel import lifecycles

KINDS = ("points", "credit", "card")
# The provider under which what gift cards pay stands in the ledger of orders, the card's code as its method.
CARDS = "gift_card"
LONGEST_CARD = 40
KEPT = ("here", "outside")
CAUSES = ("grant", "compensation", "refund", "redemption", "taking_back", "lapse", "correction")
HANDOVER_KINDS = (*KINDS, "coupon")
HANDOVER_STATES = ("due", "handed_over", "refused")
HANDOVERS = {("due", "hand_over"): "handed_over", ("due", "refuse"): "refused"}
COUPON_STATES = ("issued", "redeemed", "lapsed", "withdrawn")
COUPONS = {
    ("issued", "redeem"): "redeemed",
    ("issued", "lapse"): "lapsed",
    ("issued", "withdraw"): "withdrawn",
    # What was bought with it went back, so it is given again.
    ("redeemed", "give_back"): "issued",
}
# No letters or digits that people mistake for each other; 16 of 30 signs are 78 bits: nobody guesses one.
SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP_LENGTH = 4, 4
WHOLE_PERMILLE = 1000

Unfit = Literal["", "not_valid", "used", "too_early", "expired", "other_shop", "other_goods", "currency", "threshold"]


class Lot(Struct):
    """What is left of one gift into an account; each gift lapses for itself."""

    id: int
    left: int
    expires_at: datetime | None = None


class CouponTerms(Struct, frozen=True, kw_only=True):
    """What a coupon is good for: an amount, or a share of the goods up to `most_minor` (0: no bound).

    `shops` and `categories` empty: everywhere, for everything. Units: minor units of `currency`; permille.
    """

    currency: str
    amount_minor: int = 0
    share_permille: int = 0
    most_minor: int = 0
    threshold_minor: int = 0
    shops: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class CouponUse(Struct, frozen=True, kw_only=True):
    """What somebody wants to buy with a coupon: goods by category, in one shop. Units: minor units of `currency`."""

    shop: str
    currency: str
    goods_minor: dict[str, int]


def used_up(lots: Iterable[Lot], amount: int) -> list[tuple[Lot, int]]:
    """Tell from which gifts an amount is taken: what lapses first goes first. Less where there is less."""
    parts = []
    for lot in sorted(lots, key=lambda one: (one.expires_at is None, one.expires_at, one.id)):
        part = min(lot.left, amount)
        if part > 0:
            parts.append((lot, part))
            amount -= part
    return parts


def is_usable(lot: Lot, now: datetime) -> bool:
    """Tell whether a gift still counts; one whose time is over does not, lapsed in the books or not."""
    return lot.left > 0 and (lot.expires_at is None or now < lot.expires_at)


def fitting_minor(terms: CouponTerms, use: CouponUse) -> int:
    """Sum the goods a coupon is for. Units: minor currency units."""
    return sum(minor for category, minor in use.goods_minor.items() if _covers(terms.categories, category))


def misfit(terms: CouponTerms, use: CouponUse) -> Unfit:
    """Name why a coupon is not for these goods; empty where it is."""
    if use.currency != terms.currency:
        return "currency"
    if not _covers(terms.shops, use.shop):
        return "other_shop"
    goods_minor = fitting_minor(terms, use)
    if goods_minor <= 0:
        return "other_goods"
    return "threshold" if goods_minor < terms.threshold_minor else ""


def saves_minor(terms: CouponTerms, goods_minor: int) -> int:
    """Tell what a coupon takes off goods it is for: never more than they cost. Shares round down.

    Units: minor currency units.
    """
    saved = terms.amount_minor or goods_minor * terms.share_permille // WHOLE_PERMILLE
    if terms.most_minor:
        saved = min(saved, terms.most_minor)
    return min(saved, goods_minor)


def worth_minor(terms: CouponTerms) -> int:
    """Tell what a coupon costs the house at most, as budgets count it. Units: minor currency units; 0: no bound."""
    return terms.amount_minor or terms.most_minor


def are_fit(terms: CouponTerms) -> bool:
    """Tell whether terms make sense: an amount or a share, and a threshold that leaves something to pay."""
    one_of_both = (terms.amount_minor > 0) is not (0 < terms.share_permille < WHOLE_PERMILLE)
    return one_of_both and terms.share_permille >= 0 and terms.threshold_minor >= 0 and terms.most_minor >= 0


def points_minor(points: int, minor_per_100: int) -> int:
    """Tell what points cost, rounded up: a budget never counts too little. Units: minor currency units."""
    return -(-points * minor_per_100 // 100)


def next_coupon(state: str, verb: str) -> str:
    """Return a coupon's state after a transition. Raises: NotPossible."""
    return lifecycles.reached(COUPONS, state, verb)


def next_handover(state: str, verb: str) -> str:
    """Return the state of something that is to be handed over. Raises: NotPossible."""
    return lifecycles.reached(HANDOVERS, state, verb)


def new_code() -> str:
    """Draw a code nobody can guess, in groups people can type."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


def read_code(text: str) -> str:
    """Bring a typed code into its form."""
    return text.strip().upper()


def _covers(wanted: Collection[str] | Sequence[str], one: str) -> bool:
    return not wanted or one in wanted
