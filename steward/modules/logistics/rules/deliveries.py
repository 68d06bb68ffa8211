"""What becomes of parcels, and how far they went."""

from __future__ import annotations

import math
from bisect import bisect_left

OUTCOMES = ("delivered", "lost", "damaged", "returned")
# Upper ends of the bands of distance in km: same city, neighbours, a day by lorry, two days, far, farther.
BAND_ENDS_KM = (60, 300, 800, 1_400, 2_200)
UNKNOWN_BAND = len(BAND_ENDS_KM) + 1
EARTH_KM = 6_371.0088
LONGEST_DAYS = 366


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> int:
    """Compute the great-circle distance of two places given as longitude and latitude in degrees.

    Source: haversine formula; R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68 (1984).
    """
    (lon1, lat1), (lon2, lat2) = ([math.radians(degree) for degree in place] for place in (one, other))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_KM * math.asin(min(1.0, math.sqrt(chord))))


def band_of(km: int | None) -> int:
    """Tell the band of a distance; the last one is for distances nobody knows."""
    return UNKNOWN_BAND if km is None else bisect_left(BAND_ENDS_KM, km)
