"""Ask logistics what parcels cost and how long they take: two prices per parcel give first weight and the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from msgspec import Struct

from steward.modules.fulfilment.rules import filtering
from steward.modules.fulfilment.rules.facts import Carriage, Site, Wanted
from steward.modules.fulfilment.rules.policy import Weights
from steward.modules.logistics.queries.quotes import ParcelFacts, Quoted, ask

STEP_G = 100
LIGHTEST_G = 1
AT_ONCE = 20_000
Key = tuple[int, int, str]
Parcel = tuple[str, str, int, str]


class Asked(Struct, frozen=True):
    """One order that may be served from one warehouse."""

    order: Wanted
    site: Site
    district_code: str


def carriages_of(asked: Sequence[Asked], weights: Weights, *, now: datetime, today: date) -> dict[Key, Carriage]:
    """Price a parcel of every storage class of every order from every warehouse; what no service takes is left out.

    Equal parcels are asked for once. Where the house keeps no service at all, days are guessed by distance.
    """
    wanted: dict[Key, tuple[Parcel, int]] = {}
    for one in asked:
        days_left = (one.order.promised_date - today).days - weights.handling_days
        for storage_class, weight_g in _weights_g(one.order).items():
            if storage_class in one.site.storage_classes:
                parcel = (one.district_code, one.order.district_code, weight_g, storage_class)
                wanted[one.order.order_id, one.site.warehouse_id, storage_class] = (parcel, days_left)
    if not wanted:
        return {}
    distinct = list(dict.fromkeys(wanted.values()))
    found: dict[tuple[Parcel, int], Carriage | None] = {}
    for start in range(0, len(distinct), AT_ONCE):
        part = distinct[start : start + AT_ONCE]
        answered = _answers(part, weights, now)
        if answered is None:
            return _without_services(asked)
        found.update(zip(part, answered, strict=True))
    return {key: carriage for key, one in wanted.items() if (carriage := found[one]) is not None}


def _weights_g(order: Wanted) -> dict[str, int]:
    weights: dict[str, int] = defaultdict(int)
    for demand in order.demands:
        weights[demand.storage_class] += demand.units * demand.weight_g
    return {name: max(-(-grams // STEP_G), 1) * STEP_G for name, grams in weights.items()}


def _answers(parcels: Sequence[tuple[Parcel, int]], weights: Weights, now: datetime) -> list[Carriage | None] | None:
    """Choose for each parcel the service whose price and lateness weigh least; None: there are no services."""
    full = [_facts(parcel, parcel[2]) for parcel, _days in parcels]
    quoted = ask([*full, *(_facts(parcel, LIGHTEST_G) for parcel, _days in parcels)], at=now)
    offers = [one for one in quoted.offers if one.service.currency in ("", weights.currency)]
    if not offers:
        return None
    count = len(parcels)
    days_left = np.array([days for _parcel, days in parcels])
    weighed = np.full((len(offers), count), np.inf)
    for row, offer in enumerate(offers):
        late = np.maximum(offer.days_max[:count] - days_left, 0)
        cost = offer.prices[:count] * weights.shipping_percent / 100 + late * weights.late_minor_per_day
        weighed[row] = np.where(offer.fits[:count], cost, np.inf)
    best = np.argmin(weighed, axis=0)
    is_served = np.isfinite(weighed[best, np.arange(count)])
    return [
        _carriage(quoted, offers[int(best[at])], at, count, parcels[at][0][2]) if is_served[at] else None
        for at in range(count)
    ]


def _carriage(quoted: Quoted, offer: Any, at: int, count: int, weight_g: int) -> Carriage:
    full = int(offer.prices[at])
    first = int(offer.prices[at + count]) if offer.fits[at + count] else full
    per_kg = max(full - first, 0) / (weight_g / 1_000)
    return Carriage(min(first, full), per_kg, int(offer.days_max[at]), offer.service.id)


def _facts(parcel: Parcel, weight_g: int) -> ParcelFacts:
    origin, destination, _weight, storage_class = parcel
    return ParcelFacts(
        origin_district=origin, destination_district=destination, weight_g=weight_g, storage_class=storage_class
    )


def _without_services(asked: Sequence[Asked]) -> dict[Key, Carriage]:
    return {
        (one.order.order_id, one.site.warehouse_id, storage_class): filtering.unpriced(
            filtering.distance_km(one.order, one.site)
        )
        for one in asked
        for storage_class in _weights_g(one.order)
    }
