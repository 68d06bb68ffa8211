"""What a change does to lines and money, computed before anybody agrees to it.

Three identities hold for every change, and tests prove them over random sequences: lines − discount + shipping moves
by as much as the total does; a split or a merge leaves the sum of both totals and of both orders' money as it was; and
what is asked back is never more than what is held above the new total. Source: ORD-9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, structs

from steward.modules.orders.rules import adjusting
from steward.modules.orders.rules.adjusting import Adjustment


class Line(Struct, frozen=True):
    """A line as it stands or would stand; `id` 0 is a new one. `cancelled` counts what the source took back.

    Units: minor units of the order's currency.
    """

    id: int
    item_id: int
    quantity: int
    unit_price_minor: int
    discount_minor: int = 0
    cancelled: int = 0
    stocked: bool = True
    position: int = 0

    @property
    def wanted(self) -> int:
        """Return how many pieces are still wanted."""
        return self.quantity - self.cancelled

    @property
    def net_minor(self) -> int:
        """Return what the line costs after its discount."""
        return self.quantity * self.unit_price_minor - self.discount_minor


class Amounts(Struct, frozen=True, kw_only=True):
    """An order's lines and amounts. Units: minor currency units."""

    lines: tuple[Line, ...]
    shipping_minor: int
    discount_minor: int
    total_minor: int
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def lines_minor(self) -> int:
        """Sum the lines after their own discounts."""
        return sum(line.net_minor for line in self.lines)


class Share(Struct, frozen=True):
    """How many pieces of a line go into the other order."""

    line_id: int
    quantity: int


def with_wanted(line: Line, wanted: int) -> Line:
    """Change how many pieces a line wants. Its discount shrinks with it, in the buyer's favour, and never grows."""
    quantity = line.cancelled + wanted
    if quantity >= line.quantity:
        return structs.replace(line, quantity=quantity)
    return structs.replace(line, quantity=quantity, discount_minor=-(-line.discount_minor * quantity // line.quantity))


def discount_left(discount_minor: int, before_minor: int, after_minor: int) -> int:
    """Lower the discount of an order with its lines, in the buyer's favour; more lines leave it as it is."""
    if after_minor >= before_minor or not discount_minor:
        return discount_minor
    if discount_minor >= before_minor:
        return max(0, discount_minor - (before_minor - after_minor))
    return min(after_minor, -(-discount_minor * after_minor // before_minor))


def edited(before: Amounts, lines: Sequence[Line], *, shipping_minor: int | None = None) -> Amounts | None:
    """Put other lines, and another shipping fee where one is given, in the place of those that stand.

    The total moves by as much as its parts do and never below 0. None where nothing would be left: that is cancelling.
    """
    if not any(line.wanted > 0 for line in lines):
        return None
    kept = tuple(line for line in lines if line.quantity > 0)
    shipping = before.shipping_minor if shipping_minor is None else shipping_minor
    after = structs.replace(before, lines=kept, shipping_minor=shipping)
    discount = discount_left(before.discount_minor, before.lines_minor, after.lines_minor)
    moved = (after.lines_minor - discount + shipping) - (
        before.lines_minor - before.discount_minor + before.shipping_minor
    )
    return structs.replace(after, discount_minor=discount, total_minor=max(0, before.total_minor + moved))


def parted(before: Amounts, shares: Iterable[Share]) -> tuple[Amounts, Amounts] | None:
    """Part an order in two: what stays, and what goes into the other one. Sums are exact, whatever the prices are.

    Line discounts go by pieces, the order's discount by what the lines cost; the shipping fee stays, and so does
    whatever the total holds beyond its parts. None where either would be empty.
    """
    takes = {share.line_id: share.quantity for share in shares if share.quantity > 0}
    staying, going = [], []
    for line in before.lines:
        taken = min(takes.get(line.id, 0), line.wanted)
        if not taken:
            staying.append(line)
            continue
        discount = line.discount_minor * taken // line.quantity
        going.append(structs.replace(line, quantity=taken, discount_minor=discount, cancelled=0))
        left = structs.replace(line, quantity=line.quantity - taken, discount_minor=line.discount_minor - discount)
        if left.quantity:
            staying.append(left)
    if not going or not any(line.wanted > 0 for line in staying):
        return None
    return _parted(before, tuple(staying), tuple(going))


def _parted(before: Amounts, staying: tuple[Line, ...], going: tuple[Line, ...]) -> tuple[Amounts, Amounts]:
    """Share the order's discount and total; no part is ever below 0."""
    gone_minor = sum(line.net_minor for line in going)
    whole_minor = before.lines_minor
    discount = before.discount_minor * gone_minor // whole_minor if whole_minor > 0 else 0
    discount = min(discount, max(0, gone_minor))
    total = min(max(0, gone_minor - discount), before.total_minor)
    stays, goes = adjusting.parted(
        before.adjustments,
        adjusting.Parting(
            discount_minor=before.discount_minor,
            going_discount_minor=discount,
            goods_minor=max(0, whole_minor),
            going_goods_minor=min(max(0, gone_minor), max(0, whole_minor)),
            places={line.position: place for place, line in enumerate(going, 1)},
        ),
    )
    other = Amounts(lines=going, shipping_minor=0, discount_minor=discount, total_minor=total, adjustments=goes)
    rest = Amounts(
        lines=staying,
        shipping_minor=before.shipping_minor,
        discount_minor=before.discount_minor - discount,
        total_minor=before.total_minor - total,
        adjustments=stays,
    )
    return rest, other


def joined(one: Amounts, other: Amounts, back_to: Mapping[int, int]) -> Amounts:
    """Make one order of two: every amount is the sum of both.

    `back_to` names, by the other's line, the line it was once split from: such lines become one again, where item and
    price still agree. The others are added as new lines.
    """
    lines = {line.id: line for line in one.lines}
    fresh = []
    for line in other.lines:
        home = lines.get(back_to.get(line.id, 0))
        if home is not None and _agree(home, line):
            lines[home.id] = structs.replace(
                home,
                quantity=home.quantity + line.quantity,
                discount_minor=home.discount_minor + line.discount_minor,
                cancelled=home.cancelled + line.cancelled,
            )
        else:
            fresh.append(structs.replace(line, id=0))
    last = max((line.position for line in one.lines), default=0)
    new = {line.position: place for place, line in enumerate(fresh, last + 1)}
    homes = {line.position: lines[back_to[line.id]].position for line in other.lines if line.position not in new}
    return Amounts(
        lines=(*lines.values(), *fresh),
        shipping_minor=one.shipping_minor + other.shipping_minor,
        discount_minor=one.discount_minor + other.discount_minor,
        total_minor=one.total_minor + other.total_minor,
        adjustments=adjusting.joined(
            one.adjustments,
            other.adjustments,
            mine=[line.position for line in one.lines],
            places={**homes, **new},
        ),
    )


def holds(home: Line, line: Line) -> bool:
    """Tell whether a line that once took another in still has it: the same item and price, nothing of it taken back."""
    return _agree(home, line) and home.quantity >= line.quantity and not home.cancelled


def _agree(home: Line, line: Line) -> bool:
    return (home.item_id, home.unit_price_minor) == (line.item_id, line.unit_price_minor)


def money_share_minor(*, held_minor: int, stays_minor: int, goes_minor: int) -> int:
    """Compute how much of an order's money goes with the part that goes.

    Paid whole: exactly what that part costs, and anything above both stays. Paid in part: in proportion, rounded down.
    Units: minor currency units.
    """
    held, whole = max(0, held_minor), stays_minor + goes_minor
    if held >= whole:
        return goes_minor
    return held * goes_minor // whole if whole else 0


def refund_minor(*, before_minor: int, after_minor: int, held_minor: int) -> int:
    """Compute what goes back when a total falls: no more than it falls by, and only what is held above the new one.

    Units: minor currency units.
    """
    return max(0, min(before_minor - after_minor, held_minor - after_minor))


def open_minor(*, total_minor: int, held_minor: int) -> int:
    """Compute what is still to be paid. Units: minor currency units."""
    return max(0, total_minor - held_minor)


def units_of(lines: Iterable[Line]) -> dict[int, int]:
    """Add up what lines want of stocked items: item → pieces."""
    units: dict[int, int] = {}
    for line in lines:
        if line.stocked and line.wanted > 0:
            units[line.item_id] = units.get(line.item_id, 0) + line.wanted
    return units


def short_units(wanted: Mapping[int, int], *, free: Mapping[int, int], held: Mapping[int, int]) -> dict[int, int]:
    """Tell what could not be promised: an order first gets what it holds already. Item → pieces."""
    left = {item: units - max(0, free.get(item, 0)) - held.get(item, 0) for item, units in wanted.items()}
    return {item: units for item, units in left.items() if units > 0}
