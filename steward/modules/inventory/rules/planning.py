"""When to order anew and how much: from demand, lead time and the service level that is wanted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist, fmean, stdev

from msgspec import Struct


class Plan(Struct, frozen=True):
    """What a warehouse should have of an item. Units: pieces."""

    safety_stock: int
    reorder_point: int
    order_up_to: int


class Demand(Struct, frozen=True):
    """How much is asked for in a day. Units: pieces a day."""

    mean: float
    sd: float
    days: int


class Lead(Struct, frozen=True):
    """How long goods take to come. Units: days."""

    mean: float
    sd: float


def demand_of(units_by_day: Sequence[int]) -> Demand:
    """Take mean and standard deviation of daily demand; days nobody asked for anything count as zero."""
    days = len(units_by_day)
    if days == 0:
        return Demand(0.0, 0.0, 0)
    return Demand(fmean(units_by_day), stdev(units_by_day) if days > 1 else 0.0, days)


def share_of(demand: Demand, share: float) -> Demand:
    """Take the part of a pool's demand that one warehouse serves, each piece going there by chance.

    Source: variance of a thinned count, s²σ² + s(1 − s)μ (Ross, Introduction to Probability Models, ch. 3, variance by
    conditioning).
    """
    variance = share**2 * demand.sd**2 + share * (1 - share) * demand.mean
    return Demand(demand.mean * share, math.sqrt(variance), demand.days)


def lead_of(days: Sequence[float], given: Lead, *, least: int = 3) -> Lead:
    """Take lead times as they were seen; with fewer than `least` of them what was given stands."""
    return Lead(fmean(days), stdev(days)) if len(days) >= max(least, 2) else given


def plan(demand: Demand, lead: Lead, *, service_level: float, cover_days: float) -> Plan:
    """Compute safety stock, reorder point and what to order up to.

    Safety stock = z·√(L·σ_d² + μ_d²·σ_L²), reorder point = μ_d·L + safety stock, order up to = reorder point +
    μ_d·cover; z is the standard normal quantile of the service level (the chance that no demand is missed while goods
    are under way). Rounded up. Units: share 0–1, days.
    Source: Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains, 4th ed., ch. 6 (continuous
    review, demand and lead time both random and independent).
    """
    z = max(0.0, NormalDist().inv_cdf(service_level))
    spread = math.sqrt(lead.mean * demand.sd**2 + demand.mean**2 * lead.sd**2)
    safety = math.ceil(z * spread)
    point = math.ceil(demand.mean * lead.mean) + safety
    return Plan(safety, point, point + math.ceil(demand.mean * cover_days))


def waiting_shares(waiting: int, free: Mapping[int, int]) -> dict[int, int]:
    """Share the units a pool has promised, but set aside nowhere yet, over its warehouses by what they have free.

    Largest remainders first, so that the shares add up; where nothing is free, the first warehouse owes all.
    """
    total = sum(max(0, units) for units in free.values())
    if not free or waiting <= 0:
        return dict.fromkeys(free, 0)
    if total == 0:
        first = min(free)
        return {key: waiting if key == first else 0 for key in free}
    exact = {key: waiting * max(0, units) / total for key, units in free.items()}
    shares = {key: int(part) for key, part in exact.items()}
    rest = waiting - sum(shares.values())
    for key in sorted(exact, key=lambda key: (shares[key] - exact[key], key))[:rest]:
        shares[key] += 1
    return shares


def is_below(position: int, reorder_point: int) -> bool:
    """Tell whether it is time to order: what is available and on its way is less than the reorder point."""
    return position < reorder_point


class Source(Struct, frozen=True):
    """Another warehouse that could give goods. Units: pieces."""

    warehouse_id: int
    available: int
    reorder_point: int


def giver(needed: int, others: Sequence[Source]) -> int | None:
    """Choose the warehouse that can give all that is needed and keeps most above its own reorder point; None: buy."""
    fit = [one for one in others if one.available - needed >= max(one.reorder_point, 0)]
    best = max(fit, key=lambda one: (one.available - one.reorder_point, -one.warehouse_id), default=None)
    return best.warehouse_id if best else None
