"""What every piece of an order costs after the discounts that no threshold takes back.

A line's discounts are shared over its pieces by largest remainder, the first pieces bearing the odd minor units; an
order's over the lines in the same way, by what is left of their price. So every piece has one price, whenever it goes
back, and the pieces sum to what was paid. Source: RET-4; docs/decisions/0033.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add, sub

from msgspec import Struct, structs

from steward.kernel import money
from steward.modules.orders.rules.adjusting import Adjustment
from steward.modules.returns.rules.quote.shapes import LineMoney, OrderMoney

ON_THE_ORDER = ("coupon", "promotion", "points", "gift_card")
CONDITIONAL = ("coupon", "promotion")


class LineShares(Struct, frozen=True):
    """A line with its discounts, summed up in the order in which they were shared.

    `sums` begins with the line's own discount; each further one adds the share of the next component.
    `coupons` is the share of all coupons that have a threshold, while they hold. A piece costs `net_each` after all
    discounts, the first `net_odd` pieces a minor unit less; `own_each` and `own_odd`: after the line's own discount.
    """

    line: LineMoney
    sums: tuple[int, ...]
    coupons: int
    net_each: int
    net_odd: int
    own_each: int
    own_odd: int

    def net(self, kept: int) -> int:
        """Return what so many pieces cost after all discounts."""
        return kept * self.net_each - min(kept, self.net_odd)

    def own(self, kept: int) -> int:
        """Return what so many pieces cost after the line's own discount: by that thresholds are judged."""
        return kept * self.own_each - min(kept, self.own_odd)

    @property
    def least_net(self) -> int:
        """Return the least any piece costs after all discounts."""
        return self.net_each - bool(self.net_odd)

    def component(self, number: int, kept: int) -> int:
        """Return what of a component's share so many pieces bear."""
        without, with_it, quantity = self.sums[number], self.sums[number + 1], self.line.quantity
        if not kept or kept == quantity:
            return with_it - without if kept else 0
        return of_pieces(with_it, quantity, kept) - of_pieces(without, quantity, kept)

    def moved(self, had: int, has: int) -> list[int]:
        """Return what of each discount goes with the pieces between, the line's own first."""
        found, before, pieces, quantity = [], 0, had - has, self.line.quantity
        for total in self.sums:
            if pieces == quantity:
                moved = total
            elif odd := total % quantity:
                moved = pieces * (total // quantity) + min(had, odd) - min(has, odd)
            else:
                moved = pieces * (total // quantity)
            found.append(moved - before)
            before = moved
        return found


class Shares(Struct, frozen=True):
    """An order's lines with their shares of `components`; `conditional` ones wait for what is kept.

    `on_freight`: what discounts exceed the goods by, per component; it comes off the shipping.
    """

    lines: tuple[LineShares, ...]
    components: tuple[Adjustment, ...]
    conditional: tuple[Adjustment, ...]
    on_freight: tuple[int, ...]
    waived: tuple[Adjustment, ...]
    earned: tuple[Adjustment, ...]

    def places(self, adjustment: Adjustment) -> frozenset[int]:
        """Name the places of the lines an adjustment is for; one that names no line of this order is for all."""
        marks = _meant(adjustment, [one.line for one in self.lines])
        return frozenset(place for place in range(len(self.lines)) if marks is None or marks[place])


def of_pieces(total: int, quantity: int, kept: int) -> int:
    """Return what of an amount the first `kept` of `quantity` pieces bear, by largest remainder."""
    each, odd = divmod(total, quantity)
    return kept * each + min(kept, odd)


def shared(order: OrderMoney) -> Shares:
    """Share what needs no threshold over the lines. No line goes below 0: what is too much goes to the other lines,
    then off the shipping. Coupons with a threshold come first, so that there is room for them on their lines.
    """
    lines = sorted(order.lines, key=lambda line: (line.position, line.line_id))
    plain, conditional, rest = _explained(order)
    own = [max(0, min(line.discount_minor, line.quantity * line.unit_price_minor)) for line in lines]
    left = [line.quantity * line.unit_price_minor - discount for line, discount in zip(lines, own, strict=True)]
    coupons = [0] * len(lines)
    for number, one in enumerate(conditional):
        shares, surplus = _spread(one.amount_minor, _meant(one, lines), left)
        conditional[number] = structs.replace(one, amount_minor=one.amount_minor - surplus)
        rest += surplus
        left, coupons = _less(left, shares), list(map(add, coupons, shares))
    columns, over = [own], []
    components = (*plain, Adjustment(kind="promotion", amount_minor=rest))
    for one in components:
        shares, surplus = _spread(one.amount_minor, _meant(one, lines), left)
        left = _less(left, shares)
        if surplus:
            more, surplus = _spread(surplus, None, left)
            left, shares = _less(left, more), list(map(add, shares, more))
        columns.append(list(map(add, columns[-1], shares)))
        over.append(surplus)
    return Shares(
        lines=tuple(
            _line(line, sums, coupon)
            for line, sums, coupon in zip(lines, zip(*columns, strict=True), coupons, strict=True)
        ),
        components=components,
        conditional=tuple(conditional),
        on_freight=tuple(_within(over, order.shipping_minor)),
        waived=tuple(one for one in order.adjustments if one.kind == "free_shipping" and one.amount_minor > 0),
        earned=tuple(one for one in order.adjustments if one.kind == "points_earned" and one.points > 0),
    )


def _line(line: LineMoney, sums: tuple[int, ...], coupons: int) -> LineShares:
    net, net_odd = divmod(sums[-1], line.quantity)
    own, own_odd = divmod(sums[0], line.quantity)
    price = line.unit_price_minor
    return LineShares(line, sums, coupons, price - net, net_odd, price - own, own_odd)


def _less(left: Sequence[int], shares: Sequence[int]) -> list[int]:
    return list(map(sub, left, shares))


def _explained(order: OrderMoney) -> tuple[list[Adjustment], list[Adjustment], int]:
    """Split the order's discount into what is shared at once, what has a threshold, and what nothing explains.

    Where adjustments say more than the discount is (lines were taken out since), each says less, by amount.
    """
    known = [one for one in order.adjustments if one.kind in ON_THE_ORDER and one.amount_minor > 0]
    amounts = [one.amount_minor for one in known]
    discount = max(0, order.discount_minor)
    if sum(amounts) > discount:
        amounts = money.allocate(discount, amounts)
    plain: list[Adjustment] = []
    conditional: list[Adjustment] = []
    for one, amount in zip(known, amounts, strict=True):
        waits = one.kind in CONDITIONAL and one.threshold_minor > 0
        if amount:
            (conditional if waits else plain).append(structs.replace(one, amount_minor=amount))
    return plain, conditional, discount - sum(amounts)


def _meant(adjustment: Adjustment, lines: Sequence[LineMoney]) -> list[bool] | None:
    """Mark the lines an adjustment is for; None: all of them, as where it names no line of this order."""
    if not adjustment.lines:
        return None
    positions = frozenset(adjustment.lines)
    marks = [line.position in positions for line in lines]
    return marks if any(marks) else None


def _spread(amount: int, meant: Sequence[bool] | None, left: Sequence[int]) -> tuple[list[int], int]:
    """Share an amount over the lines it is for by what is left of their price, and tell what they cannot bear."""
    weights = left if meant is None else [rest if marked else 0 for rest, marked in zip(left, meant, strict=True)]
    borne = min(amount, sum(weights))
    return (money.allocate(borne, weights) if borne else [0] * len(left)), amount - borne


def _within(amounts: Sequence[int], most: int) -> list[int]:
    """Lower amounts, the last first, so that they sum to no more than `most`."""
    kept: list[int] = []
    for amount in amounts:
        kept.append(min(amount, most))
        most -= kept[-1]
    return kept
