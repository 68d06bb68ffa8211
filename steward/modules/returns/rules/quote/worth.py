"""What the customer keeps is worth: the price of the pieces kept, had only they been bought.

The value never rises when more goes back, so no return is worth less than nothing and none takes away what an earlier
one gave. A coupon whose threshold is no longer reached is lost, but what is kept then costs no more than keeping just
enough to reach it would have cost. Source: RET-4; the proof stands in docs/decisions/0033.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, prod

from msgspec import Struct

from steward.modules.orders.rules.adjusting import Adjustment
from steward.modules.returns.rules.quote.sharing import Shares

Exact = int | Fraction
# Two ratios of whole numbers with denominators below 2**63 differ by more than 2**-126.
EXACT = 128


class Kept(Struct, frozen=True):
    """How many pieces of each line are kept, and how many count for thresholds, in the order of the lines."""

    pieces: Sequence[int]
    counted: Sequence[int]


class Stage(Struct, frozen=True):
    """A coupon with a threshold: the lines (by place) it is `own` for, and those it is shared over (`scope`).

    `amount` of `whole` is taken off; `inner` names the stages whose lines all lie in its scope.
    """

    adjustment: Adjustment
    own: frozenset[int]
    scope: frozenset[int]
    inner: tuple[int, ...]
    threshold: int
    amount: int
    whole: int


class Standing(Struct, frozen=True):
    """What one coupon does to what is kept: `saves` so much of `value`; `reached` counts for its threshold.

    `drops` is what it takes off two values that are never above the true one, by which outer thresholds are judged: in
    the first a lost coupon stands as it is and gives nothing for more goods, in the second every coupon is held.
    """

    met: bool
    saves: int
    value: int
    reached: int
    drops: tuple[Exact, Exact]


class Worth(Struct, frozen=True):
    """The value of what is kept: goods after their coupons, and freight charged because too little is kept."""

    goods: int
    standings: tuple[Standing, ...]
    charged: tuple[int, ...]
    reached: tuple[int, ...]


class Valuation:
    """Values whatever is kept of one order."""

    def __init__(self, shares: Shares) -> None:
        """Put the order's coupons in place, narrow ones first."""
        self.shares, self.lines = shares, shares.lines
        self.stages: list[Stage] = []
        self._nets = [(one.net_each, one.net_odd) for one in self.lines]
        self._owns = [(one.own_each, one.own_odd) for one in self.lines]
        quantities = [one.line.quantity for one in self.lines]
        whole = Kept(quantities, quantities)
        net, own = self._prices(whole)
        for adjustment in sorted(shares.conditional, key=lambda one: (len(shares.places(one)), one.threshold_minor)):
            self.stages.append(self._stage(adjustment, net, own))
        everything, every_stage = frozenset(range(len(self.lines))), tuple(range(len(self.stages)))
        self.waived = [
            Stage(one, mine, everything, every_stage, _reachable(one, mine, own), one.amount_minor, 0)
            for one in shares.waived
            for mine in (shares.places(one),)
        ]
        self.goods = sum(net) - sum(one.amount for one in self.stages)

    def of(self, kept: Kept) -> Worth:
        """Value what is kept."""
        net, own = self._prices(kept)
        standings: list[Standing] = []
        for stage in self.stages:
            standings.append(self._stand(stage, standings, kept, net, own))
        goods = sum(net) - sum(one.saves for one in standings)
        charged, reached = self._charged(goods, standings, kept, net, own)
        return Worth(goods, tuple(standings), tuple(charged), tuple(reached))

    def _prices(self, kept: Kept) -> tuple[list[int], list[int]]:
        return _cost(self._nets, kept.pieces), _cost(self._owns, kept.counted)

    def _stage(self, adjustment: Adjustment, net: Sequence[int], own: Sequence[int]) -> Stage:
        mine = self.shares.places(adjustment)
        scope = mine
        # Coupons that overlap without one holding the other are shared over the lines of both.
        while wider := [one.scope for one in self.stages if one.scope & scope and not one.scope <= scope]:
            scope = scope.union(*wider)
        inner = tuple(place for place, one in enumerate(self.stages) if one.scope <= scope)
        whole = sum(net[place] for place in scope) - sum(self.stages[place].amount for place in inner)
        amount = min(adjustment.amount_minor, whole)
        return Stage(adjustment, mine, scope, inner, _reachable(adjustment, mine, own), amount, whole)

    def _stand(
        self, stage: Stage, inner: Sequence[Standing], kept: Kept, net: Sequence[int], own: Sequence[int]
    ) -> Standing:
        """Judge one coupon after those of narrower scope."""
        before = sum(net[place] for place in stage.scope)
        value = before - sum(inner[number].saves for number in stage.inner)
        reached = sum(own[place] for place in stage.own)
        if not stage.whole:
            return Standing(met=True, saves=0, value=value, reached=reached, drops=(0, 0))
        lows = _lows(before, stage, inner)
        off = Fraction(stage.amount, stage.whole)
        if reached >= stage.threshold:
            saves = stage.amount * value // stage.whole
            return Standing(True, saves, value, reached, (lows[0] * off, lows[1] * off))  # noqa: FBT003
        first, second = self._cheapest(lows, stage, inner, kept, stage.threshold - reached)
        saves = max(0, value - ceil(max(first, second) * (1 - off)))
        drops = (lows[0] - min(lows[0], first * (1 - off)), lows[1] * off)
        return Standing(met=False, saves=saves, value=value, reached=reached, drops=drops)

    def _charged(
        self, goods: int, inner: Sequence[Standing], kept: Kept, net: Sequence[int], own: Sequence[int]
    ) -> tuple[list[int], list[int]]:
        """Charge freight that was waived where less is kept than it was waived from; never where nothing is kept."""
        charged: list[int] = []
        reached = [sum(own[place] for place in one.own) for one in self.waived]
        for stage, counts in zip(self.waived, reached, strict=True):
            if counts >= stage.threshold or not any(kept.pieces):
                charged.append(0)
                continue
            lows = _lows(sum(net), stage, inner)
            cheapest = ceil(max(self._cheapest(lows, stage, inner, kept, stage.threshold - counts)))
            charged.append(min(stage.amount, max(0, cheapest - goods - sum(charged))))
        return charged, reached

    def _cheapest(
        self, lows: tuple[Exact, Exact], stage: Stage, inner: Sequence[Standing], kept: Kept, missing: int
    ) -> tuple[Exact, Exact]:
        """Return, in both views, the least that keeping just enough to reach the threshold would have cost."""
        first = lows[0] + self._regained(stage, inner, kept, missing, is_held=False)
        if all(inner[number].met for number in stage.inner):
            return first, first
        return first, lows[1] + self._regained(stage, inner, kept, missing, is_held=True)

    def _regained(
        self, stage: Stage, inner: Sequence[Standing], kept: Kept, missing: int, *, is_held: bool
    ) -> Fraction:
        """Return the least that goods would have cost which, kept too, reach the threshold again.

        Pieces count as divisible, and each at the least any piece of its line costs: never more than it would be.
        Prices are multiplied by the denominator of all slopes, and ratios shifted so far that no two are confused.
        """
        whole, slopes = self._slopes(stage, inner, is_held=is_held)
        offers: list[tuple[int, int, int, int]] = []
        for place in stage.own:
            line = self.lines[place]
            pieces = line.line.quantity - kept.counted[place]
            if pieces and line.own_each:
                price = line.least_net * slopes.get(place, whole)
                offers.append(((price << EXACT) // line.own_each, price, line.own_each, pieces))
        cost = 0
        offers.sort()
        for _ratio, price, counts, pieces in offers:
            if missing <= pieces * counts:
                return Fraction(cost * counts + price * missing, whole * counts)
            cost += price * pieces
            missing -= pieces * counts
        return Fraction(cost, whole)

    def _slopes(self, stage: Stage, inner: Sequence[Standing], *, is_held: bool) -> tuple[int, dict[int, int]]:
        """Return what of a line's price narrower coupons leave to be paid, as parts of a whole, by place.

        Lost ones leave nothing, unless all count as held. Lines that are not named pay whole.
        """
        numbers = [number for number in stage.inner if self.stages[number].whole]
        whole = prod(self.stages[number].whole for number in numbers)
        slopes: dict[int, int] = {}
        for number in numbers:
            one = self.stages[number]
            left = one.whole - one.amount if is_held or inner[number].met else 0
            for place in one.scope:
                slopes[place] = slopes.get(place, whole) // one.whole * left
        return whole, slopes


def _cost(prices: Sequence[tuple[int, int]], kept: Sequence[int]) -> list[int]:
    """Return what so many pieces of each line cost, at (each, odd): the first `odd` cost a minor unit less."""
    return [pieces * each - (pieces if pieces < odd else odd) for (each, odd), pieces in zip(prices, kept, strict=True)]


def _lows(before: int, stage: Stage, inner: Sequence[Standing]) -> tuple[Exact, Exact]:
    """Return the value after narrower coupons in both views, never above the true one."""
    firsts = sum(inner[number].drops[0] for number in stage.inner)
    return before - firsts, before - sum(inner[number].drops[1] for number in stage.inner)


def _reachable(adjustment: Adjustment, places: frozenset[int], own: Sequence[int]) -> int:
    """Return the threshold, lowered to what the order reached: it was granted once."""
    return min(adjustment.threshold_minor, sum(own[place] for place in places))
