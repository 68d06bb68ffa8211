"""What may be booked away by hand without another person: within some days less than a limit by currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from steward.modules.inventory.rules.moving import BY_HAND


class Line(Struct, frozen=True):
    """Pieces that leave by hand. Units: minor units of the currency.

    `is_known`: another person than who books them has said what they cost.
    """

    value_minor: int
    currency: str
    is_known: bool


def leaves(kind: str, quantity: int) -> bool:
    """Tell whether a booking by hand takes goods away. Units: pieces."""
    return kind in BY_HAND and quantity < 0


def waiting(lines: Sequence[Line], *, spent: Mapping[str, int], limits: Mapping[str, int]) -> list[bool]:
    """Tell which lines wait for another person: those with which more than the limit would have gone without one.

    `spent` went without one lately. A line that waits uses up nothing, so a smaller one after it may still go at once.
    What counts is the share of each currency's limit, so that several currencies are no way around it. Goods whose cost
    nobody else has said and currencies without a limit always wait. Units: minor units by currency.
    """
    used = sum((_share(amount, limits.get(currency, 0)) for currency, amount in spent.items()), Fraction(0))
    found = []
    for line in lines:
        limit = limits.get(line.currency, 0)
        after = used + _share(line.value_minor, limit)
        waits = not line.is_known or not limit or after > 1
        found.append(waits)
        used = used if waits else after
    return found


def _share(amount_minor: int, limit_minor: int) -> Fraction:
    """Say which part of a limit an amount is; what has no limit (any more) fills it. Units: minor units; share 0–1."""
    return Fraction(amount_minor, limit_minor) if limit_minor else Fraction(1)
