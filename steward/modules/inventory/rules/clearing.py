"""What sells too slowly and what will not sell before its date: rates, run-off, and what a transfer would save.

The lists compute `slowness` and `unsold` set-based, in `sql/`; tests hold the statements to these definitions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

EPSILON = 1e-9


class Pile(Struct, frozen=True):
    """Goods of a place that may be sold for so many more days; None: for ever. Units: pieces, days."""

    pieces: int
    sell_days: int | None


class Place(Struct, frozen=True):
    """Another warehouse that sells the item. `coming` is on its way there. Units: pieces a day, pieces."""

    warehouse_id: int
    per_day: float
    coming: int
    piles: tuple[Pile, ...]


class Choice(Struct, frozen=True):
    """Where goods should go, and how many. Units: pieces."""

    warehouse_id: int
    pieces: int


def slowness(*, free: int, per_day: float, idle_days: int, slow_cover_days: float, dead_idle_days: int) -> str:
    """Class goods as `non_moving`, `slow`, or neither (empty). Units: pieces, days.

    Nothing left or came for `dead_idle_days`: non-moving; else free goods that cover `slow_cover_days` of demand: slow.
    Goods nobody asked for yet are judged by their idle days alone, so that what has just come is not called slow.
    Source: FSN analysis (fast, slow, non-moving) by days of cover (Silver, Pyke & Thomas, Inventory and Production
    Management in Supply Chains, 4th ed., ch. 8.6: coverage, and disposing of excess stock).
    """
    if idle_days >= dead_idle_days:
        return "non_moving"
    return "slow" if per_day > 0 and free / per_day >= slow_cover_days else ""


def unsold(piles: Sequence[Pile], per_day: float) -> list[int]:
    """Tell of piles, what expires first first, how many pieces of each will not sell in time at this rate.

    What expires first is sold first, every day `per_day` pieces, so F_k pieces up to pile k meet at most per_day·T_k
    buyers: R_k = max over j ≤ k of (F_j − per_day·T_j)⁺ pieces stay, and pile k's own part is R_k − R_(k−1). The total
    is rounded up pile by pile, so that the parts add up. Units: pieces, days, pieces a day.
    Source: the workload of a queue served in the order of deadlines (Lindley's recursion, unrolled).
    """
    parts, lying, peak = [], 0, 0.0
    for pile in piles:
        lying += pile.pieces
        before = _whole(peak)
        if pile.sell_days is not None:
            peak = max(peak, lying - per_day * pile.sell_days)
        parts.append(_whole(peak) - before)
    return parts


def _whole(pieces: float) -> int:
    return math.ceil(pieces - EPSILON)


def room(place: Place, *, sell_days: int | None, cover_days: float) -> int:
    """Tell how many more pieces a place sells before they must be gone, without leaving any of its own unsold.

    They may be sold for `sell_days` from now (None: for ever), and at most `cover_days` of demand is laid up. What is
    coming is sold before them, and so is what expires no later; what expires later is pushed back, so its own slack
    bounds the room as well. Units: days, pieces.
    """
    if place.per_day <= 0:
        return 0
    days = cover_days if sell_days is None else min(cover_days, sell_days)
    piles = sorted(place.piles, key=lambda pile: (pile.sell_days is None, pile.sell_days or 0))
    before = place.coming + sum(pile.pieces for pile in piles if _first(pile, sell_days))
    slack = place.per_day * days - before
    lying = place.coming
    for pile in piles:
        lying += pile.pieces
        if pile.sell_days is not None and not _first(pile, sell_days):
            slack = min(slack, place.per_day * pile.sell_days - lying)
    return max(0, math.floor(slack + EPSILON))


def _first(pile: Pile, sell_days: int | None) -> bool:
    """Tell whether a pile is sold before goods that may be sold for so many days."""
    return sell_days is None or (pile.sell_days is not None and pile.sell_days <= sell_days)


def destination(
    surplus: int, places: Sequence[Place], *, sell_days: int | None, transit_days: int, cover_days: float
) -> Choice | None:
    """Choose the warehouse that sells most of the surplus in time, and how many go there; None: nobody sells any.

    Days on the road are lost for selling. Of equals the one that sells faster, then the one opened first.
    """
    left = None if sell_days is None else max(0, sell_days - transit_days)
    found = [(min(surplus, room(place, sell_days=left, cover_days=cover_days)), place) for place in places]
    fit = [(pieces, place.per_day, -place.warehouse_id) for pieces, place in found if pieces > 0]
    if not fit:
        return None
    pieces, _rate, id_ = max(fit)
    return Choice(-id_, pieces)
