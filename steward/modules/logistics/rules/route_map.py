"""Draw places on a small map: longitude and latitude to points of a drawing, north up, shapes true to the eye."""

from __future__ import annotations

import math
from collections.abc import Sequence

Place = tuple[float, float]
SMALLEST_DEGREES = 0.6


def projected(places: Sequence[Place], *, width: float, height: float, margin: float) -> list[Place]:
    """Fit places (longitude, latitude in degrees) into a drawing. Returns points from its upper left corner.

    Equirectangular about the middle latitude: good enough for a country, and straight lines stay straight.
    """
    if not places:
        return []
    middle = math.cos(math.radians(sum(latitude for _longitude, latitude in places) / len(places)))
    flat = [(longitude * middle, -latitude) for longitude, latitude in places]
    lefts, tops = [x for x, _y in flat], [y for _x, y in flat]
    wide = max(max(lefts) - min(lefts), SMALLEST_DEGREES)
    high = max(max(tops) - min(tops), SMALLEST_DEGREES)
    scale = min((width - 2 * margin) / wide, (height - 2 * margin) / high)
    left = (width - scale * (max(lefts) - min(lefts))) / 2
    top = (height - scale * (max(tops) - min(tops))) / 2
    return [(round(left + scale * (x - min(lefts)), 1), round(top + scale * (y - min(tops)), 1)) for x, y in flat]


def without_repeats(places: Sequence[str]) -> list[str]:
    """Leave out what repeats the place before it, and what is empty."""
    kept: list[str] = []
    for place in places:
        if place and (not kept or kept[-1] != place):
            kept.append(place)
    return kept
