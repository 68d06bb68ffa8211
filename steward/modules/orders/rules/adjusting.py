"""What an order's discount consists of, and what becomes of it when the order is parted or joined with another.

Parts share every adjustment by amount; the sums stay. Source: RET-4, ORD-9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, structs

from steward.kernel import money

KINDS = ("coupon", "promotion", "points", "gift_card", "free_shipping", "points_earned")
OF_THE_DISCOUNT = ("coupon", "promotion", "points", "gift_card")


class Adjustment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What made the order cheaper, and its terms. Units: minor units of the order's currency.

    coupon, promotion: part of the order's discount, good from goods for `threshold_minor` on (after the lines' own
    discounts). points, gift_card: part of the order's discount that was paid with `points` or the card `code`.
    free_shipping: `amount_minor` is the freight that was waived. points_earned: `points` come with the purchase.
    `lines` are the positions it is for, none: all. `back`: its terms give the coupon itself back once it is not used.
    """

    kind: str
    code: str = ""
    amount_minor: int = 0
    threshold_minor: int = 0
    points: int = 0
    lines: tuple[int, ...] = ()
    back: bool = False


class Parting(Struct, frozen=True, kw_only=True):
    """How an order is parted: what goes of its discount and of its goods, and the new place of each line that goes."""

    discount_minor: int
    going_discount_minor: int
    goods_minor: int
    going_goods_minor: int
    places: Mapping[int, int]


def read(stored_rows: Iterable[Mapping[str, Any]]) -> tuple[Adjustment, ...]:
    """Read adjustments as an order's row keeps them."""
    return tuple(msgspec.convert(row, Adjustment) for row in stored_rows)


def stored(drafts: Sequence[Any]) -> str:
    """Write adjustments as an order's row keeps them: JSON, defaults left out; nearly every order has none."""
    return msgspec.json.encode(drafts).decode() if drafts else "[]"


def parted(adjustments: Sequence[Adjustment], how: Parting) -> tuple[tuple[Adjustment, ...], tuple[Adjustment, ...]]:
    """Share adjustments over what stays and what goes: the discount's by amount, thresholds and points by goods.

    Waived freight stays with the freight. A coupon that is given back is given back by what stays.
    """
    amounts = [one.amount_minor if one.kind in OF_THE_DISCOUNT else 0 for one in adjustments]
    rest = max(0, how.discount_minor - sum(amounts))
    going = money.allocate(min(how.going_discount_minor, sum(amounts) + rest), [*amounts, rest])
    stays, goes = [], []
    for one, amount in zip(adjustments, going, strict=False):
        part = structs.replace(
            one,
            amount_minor=amount if one.amount_minor else 0,
            threshold_minor=_share(one.threshold_minor, how.going_goods_minor, how.goods_minor),
            points=_share(one.points, amount, one.amount_minor)
            if one.amount_minor
            else _share(one.points, how.going_goods_minor, how.goods_minor),
            lines=tuple(sorted(how.places[position] for position in one.lines if position in how.places)),
            back=False,
        )
        if one.kind == "free_shipping":
            part = structs.replace(part, amount_minor=0)
        stays.append(
            structs.replace(
                one,
                amount_minor=one.amount_minor - part.amount_minor,
                threshold_minor=one.threshold_minor - part.threshold_minor,
                points=one.points - part.points,
            )
        )
        goes.append(part)
    return _not_empty(stays), _not_empty(goes)


def joined(
    ones: Sequence[Adjustment], others: Sequence[Adjustment], *, mine: Sequence[int], places: Mapping[int, int]
) -> tuple[Adjustment, ...]:
    """Put the adjustments of two orders together: those under one code, or for the same lines, become one again.

    `mine` are the positions of the one, `places` the positions that the lines of the other one get.
    """
    everything = {*mine, *places.values()}
    found: dict[tuple[str, str, tuple[int, ...]], Adjustment] = {}
    spans = [(one, set(one.lines) & set(mine) or set(mine)) for one in ones]
    theirs = set(places.values())
    spans += [(one, {places[at] for at in one.lines if at in places} or theirs) for one in others]
    for one, span in spans:
        key = (one.kind, one.code, () if one.code else tuple(sorted(span)))
        known = found.get(key)
        whole = span | (set(known.lines or everything) if known else set())
        found[key] = structs.replace(
            one,
            amount_minor=one.amount_minor + (known.amount_minor if known else 0),
            threshold_minor=one.threshold_minor + (known.threshold_minor if known else 0),
            points=one.points + (known.points if known else 0),
            lines=() if whole >= everything else tuple(sorted(whole)),
            back=one.back or bool(known and known.back),
        )
    return tuple(found.values())


def _share(amount: int, part: int, whole: int) -> int:
    return amount * part // whole if whole else 0


def _not_empty(adjustments: Iterable[Adjustment]) -> tuple[Adjustment, ...]:
    return tuple(one for one in adjustments if one.amount_minor or one.points)
