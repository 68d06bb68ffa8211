"""What was learnt of delivery days from own parcels, kept ready for a few minutes."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Hashable
from datetime import date, timedelta

import numpy as np
from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from steward.kernel import memory, parameters
from steward.modules.customers.queries.divisions import divisions
from steward.modules.logistics.models import Shipment
from steward.modules.logistics.queries.days import midnight
from steward.modules.logistics.rules.deliveries import band_of, distance_km
from steward.modules.logistics.rules.promise import HORIZON, Distribution, Learnt, keys_of

RELIABILITY = parameters.define(
    "logistics.reliability_share",
    0.9,
    unit="share",
    kind="number",
    minimum=0.5,
    maximum=0.999,
    label=_("How likely a service must keep the promised day to be chosen for its price"),
)
RELIABILITY_COLD = parameters.define(
    "logistics.reliability_cold_share",
    0.95,
    unit="share",
    kind="number",
    minimum=0.5,
    maximum=0.999,
    label=_("The same for chilled and frozen goods"),
)
LEAD_TRUST = parameters.define(
    "logistics.lead_trust_share",
    0.85,
    unit="share",
    kind="number",
    minimum=0.5,
    maximum=0.99,
    label=_("How often a carrier's stated lead time is taken to hold while there are no own parcels"),
)
STRENGTH = parameters.define(
    "logistics.lane_strength_parcels",
    30,
    unit="",
    minimum=1,
    maximum=1_000,
    label=_("How many parcels what is known of a wider lane is worth when a narrower one is learnt"),
)
HALF_LIFE = parameters.define(
    "logistics.learning_half_life_days",
    75,
    unit="days",
    minimum=7,
    maximum=730,
    label=_("After how many days a delivery counts half as much in what is learnt"),
)
LOOK_BACK_HALF_LIVES = 6
ON_THE_WAY = ("handed_over", "in_transit", "out_for_delivery", "failed_attempt")
FRESH_S = 300.0
SEEN = """
SELECT service_id, origin, destination, band, least(days, %(last)s),
       sum(parcels * power(0.5, greatest(%(day)s::date - week, 0) / %(half_life)s::float))
FROM logistics_lane_days
WHERE week > %(first)s AND week <= %(day)s
GROUP BY 1, 2, 3, 4, 5
"""
_kept: dict[date, tuple[float, Learnt]] = {}


def learnt(day: date) -> Learnt:
    """Give what was learnt of delivery days until a day; another machine's parcels are seen within five minutes."""
    known = _kept.get(day)
    if known and time.monotonic() - known[0] < FRESH_S:
        return known[1]
    half_life = parameters.value(HALF_LIFE)
    span = {
        "day": day,
        "first": day - timedelta(days=LOOK_BACK_HALF_LIVES * half_life),
        "half_life": half_life,
        "last": HORIZON - 1,
    }
    seen: dict[Hashable, Distribution] = defaultdict(lambda: np.zeros(HORIZON))
    with connection.cursor() as cursor:
        cursor.execute(SEEN, span)
        for service, origin, destination, band, days, weight in cursor.fetchall():
            for key in ((service,), (service, "band", band), (service, "pair", origin, destination)):
                seen[key][days] += weight
    found = Learnt(dict(seen), strength=parameters.value(STRENGTH), waiting=_waiting(day))
    forget()
    _kept[day] = (time.monotonic(), found)
    return found


def _waiting(day: date) -> dict[Hashable, Distribution]:
    """Count the shipments on their way by lane and days; what is out for longer than we look ahead is lost."""
    known, found = divisions(), defaultdict[Hashable, Distribution](lambda: np.zeros(HORIZON))
    out = Shipment.objects.filter(
        state__in=ON_THE_WAY, direction="outbound", delivered_at=None, simulated=False, service__isnull=False,
        handed_over_at__gte=midnight(day - timedelta(days=HORIZON - 1)), handed_over_at__lt=midnight(day),
    )  # fmt: skip
    lanes = out.values_list("service_id", "warehouse__district_code", "district_code", "handed_over_at__date")
    for service, origin, destination, left, count in lanes.annotate(n=Count("id")):
        start, end = known.coordinates_of(origin), known.coordinates_of(destination)
        band = band_of(distance_km(start, end) if start and end else None)
        for key in keys_of(service, origin, destination, band):
            found[key][(day - left).days] += count
    return dict(found)


def forget() -> None:
    """Learn anew from the database."""
    _kept.clear()


memory.remembers(forget)
