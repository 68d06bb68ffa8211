"""Signs of abuse of returns: advice with the facts behind it, never a decision. Source: RET-7; docs/decisions/0038.

A return rate is judged by value against the shop's customers, with a prior of the shop's own distribution (beta), so
that one of one is nothing unusual and a rate counts only once orders speak for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import sqrt
from typing import Any

from msgspec import Struct

Z_95 = 1.6449  # one-sided 95 %
WEAKEST, STRONGEST = 2.0, 100.0
ENOUGH_CUSTOMERS = 20
LATE_WITHIN = timedelta(hours=48)
BEFORE_HOLIDAY, AFTER_HOLIDAY = 10, 10
REPEATED = 2
RING = 2


class Profile(Struct, frozen=True):
    """How much customers of a shop send back, by value: mean, variance and 90th percentile of their rates."""

    customers: int
    mean: float
    variance: float
    p90: float


class Bought(Struct, frozen=True):
    """What somebody bought of a shop and what went back. Units: minor units; `squares` sums the squared orders."""

    shop: str
    minor: int
    squares: float
    returned_minor: int


class PastCase(Struct, frozen=True, kw_only=True):
    """One case of the past, as far as it can be a sign."""

    number: str
    shop: str
    fault: str
    requested_at: datetime
    placed_date: date
    requested_date: date
    until: datetime | None
    used: bool
    short: int
    serials: tuple[str, ...] = ()


class Sign(Struct, frozen=True):
    """One thing to look at, with its facts."""

    code: str
    facts: dict[str, Any]


def orders_that_speak(minor: int, squares: float) -> float:
    """Count orders as they weigh in a rate by value (Kish): one big order among small ones counts as about one."""
    return minor * minor / squares if squares > 0 else 0.0


def rate_at_least(rate: float, orders: float, profile: Profile) -> float:
    """Bound a customer's true return rate from below at 95 %, given how the shop's customers are (beta prior)."""
    mean = min(max(profile.mean, 0.001), 0.999)
    strength = mean * (1 - mean) / profile.variance - 1 if profile.variance > 0 else STRONGEST
    strength = min(max(strength, WEAKEST), STRONGEST)
    a, b = mean * strength + rate * orders, (1 - mean) * strength + (1 - rate) * orders
    total = a + b
    return max(0.0, a / total - Z_95 * sqrt(a * b / (total * total * (total + 1))))


def outlier(bought: Bought, profile: Profile | None) -> Sign | None:
    """Say that somebody sends back more than nine in ten customers of the shop, where that is sure enough."""
    if profile is None or profile.customers < ENOUGH_CUSTOMERS or bought.minor <= 0:
        return None
    rate = min(1.0, bought.returned_minor / bought.minor)
    orders = orders_that_speak(bought.minor, bought.squares)
    at_least = rate_at_least(rate, orders, profile)
    if at_least <= profile.p90:
        return None
    facts = {
        "percent": round(rate * 100),
        "at_least": round(at_least * 100),
        "usual": round(profile.mean * 100),
        "p90": round(profile.p90 * 100),
        "shop": bought.shop,
    }
    return Sign("rate", facts)


def near_holiday(bought: date, returned: date, holidays: Collection[date]) -> date | None:
    """Find the holiday that goods were bought shortly before and sent back shortly after."""
    fitting = [
        day
        for day in holidays
        if 0 <= (day - bought).days <= BEFORE_HOLIDAY and 0 <= (returned - day).days <= AFTER_HOLIDAY
    ]
    return min(fitting, default=None)


def of_cases(cases: Sequence[PastCase], holidays: Mapping[str, Collection[date]], seen: Collection[str]) -> list[Sign]:
    """List the signs in somebody's cases: worn and returned, missing again, a serial seen elsewhere."""
    chosen = [one for one in cases if one.fault == "customer"]
    used = [one.number for one in chosen if one.used]
    late = [one.number for one in chosen if one.until is not None and one.until - LATE_WITHIN <= one.requested_at]
    festive = [
        one.number
        for one in chosen
        if near_holiday(one.placed_date, one.requested_date, holidays.get(one.shop, ())) is not None
    ]
    short = [one.number for one in cases if one.short]
    strange = [one.number for one in cases if set(one.serials) & set(seen)]
    found = [("used", used), ("late", late), ("festive", festive), ("short", short)]
    signs = [
        Sign(code, {"count": len(numbers), "cases": numbers}) for code, numbers in found if len(numbers) >= REPEATED
    ]
    return [*signs, *([Sign("serial", {"count": len(strange), "cases": strange})] if strange else [])]


def of_ring(ring: Mapping[str, int]) -> list[Sign]:
    """Say with how many others an address, a phone, a device or a payment account is shared."""
    return [Sign("ring", {"kind": kind, "others": others}) for kind, others in sorted(ring.items()) if others >= RING]
