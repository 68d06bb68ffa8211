"""What a candidate costs: per shipment from a warehouse, and per piece of a lot. Formulas: decision 18."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from steward.modules.fulfilment.rules.facts import Carriage, Demand, Lot, Site
from steward.modules.fulfilment.rules.policy import Weights


class ShipmentCost(Struct, frozen=True):
    """What one shipment of an order from a warehouse costs before anything lies in it. Units: minor units."""

    shipping_minor: float
    distance_minor: float
    late_minor: float
    load_minor: float

    @property
    def total_minor(self) -> float:
        """Add the pieces up."""
        return self.shipping_minor + self.distance_minor + self.late_minor + self.load_minor


def shipment_cost(
    weights: Weights, site: Site, carriage: Carriage, *, distance_km: float | None, late_days: int
) -> ShipmentCost:
    """Weigh price, way, lateness and load of one shipment. Units: minor units, km, days."""
    return ShipmentCost(
        shipping_minor=carriage.first_minor * weights.shipping_percent / 100,
        distance_minor=(distance_km or 0.0) / 100 * weights.distance_minor_per_100_km,
        late_minor=float(late_days * weights.late_minor_per_day),
        load_minor=site.load_share * weights.load_minor,
    )


def weight_minor(weights: Weights, demand: Demand, carriage: Carriage) -> float:
    """Price the weight of one piece. Units: minor units."""
    return demand.weight_g / 1_000 * carriage.per_kg_minor * weights.shipping_percent / 100


def freshness_minor(weights: Weights, demand: Demand, lot: Lot, today: date) -> float:
    """Price the freshness one piece gives away: nothing for what must go today, all of it for what still keeps long.

    First expired goes first, and what would be wasted is saved. Units: minor units.
    """
    if lot.expires_date is None:
        return 0.0
    left = min(max((lot.expires_date - today).days, 0) / weights.freshness_days, 1.0)
    return demand.price_minor * weights.freshness_percent / 100 * left


def late_days(promised: date, delivered: date) -> int:
    """Count the days after the promise."""
    return max((delivered - promised).days, 0)
