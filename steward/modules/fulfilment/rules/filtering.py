"""Which warehouse and lot may serve an order at all, and why the others may not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from math import asin, cos, radians, sin, sqrt

from steward.modules.fulfilment.rules.facts import Carriage, Demand, Lot, Site, Wanted

EARTH_KM = 6_371.0088
# Why a warehouse was not chosen: the filter, what it has, what others took, its room, its cost.
REJECTED = ("storage_class", "not_served", "no_stock", "shelf_life", "full", "taken", "part", "dearer")
KM_PER_DAY = 600


def distance_km(one: Wanted, site: Site) -> float | None:
    """Measure the great circle from a warehouse to the district; None where either is not known.

    Source: haversine formula, mean earth radius of IUGG.
    """
    if one.latitude is None or one.longitude is None or site.latitude is None or site.longitude is None:
        return None
    north, south = radians(one.latitude), radians(site.latitude)
    half = sin((north - south) / 2) ** 2
    turned = sin(radians(one.longitude - site.longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half + cos(north) * cos(south) * turned)))


def delivery_date(today: date, handling_days: int, carriage: Carriage) -> date:
    """Say when goods arrive that are allocated today."""
    return today + timedelta(days=handling_days + carriage.lead_days)


def lasts(demand: Demand, expires: date | None, delivered: date) -> bool:
    """Tell whether goods keep long enough after delivery; what bears no date keeps."""
    return expires is None or keeps(expires, delivered, demand.minimum_remaining_days)


def keeps(expires: date, delivered: date, minimum_days: int) -> bool:
    """Tell whether goods keep so many days after delivery. Units: days."""
    return (expires - delivered).days >= minimum_days


def rejection(
    demand: Demand, site: Site, carriage: Carriage | None, lots: Iterable[Lot], *, today: date, handling_days: int
) -> str:
    """Name why a warehouse cannot serve a demand at all; empty when it can serve at least a part."""
    if demand.storage_class not in site.storage_classes:
        return "storage_class"
    if carriage is None:
        return "not_served"
    there = [lot for lot in lots if lot.free > 0]
    if not there:
        return "no_stock"
    delivered = delivery_date(today, handling_days, carriage)
    return "" if any(lasts(demand, lot.expires_date, delivered) for lot in there) else "shelf_life"


def unpriced(km: float | None) -> Carriage:
    """Guess the days of a way where the house keeps no carrier at all: a day, and one more for every 600 km."""
    return Carriage(0, 0.0, 1 + int((km or 0.0) // KM_PER_DAY))
