"""Where a service goes and in how many days: the longest fitting prefixes count, the origin's first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from steward.modules.logistics.rules.prefixes import Integers, PrefixTable, look_up_pairs
from steward.modules.logistics.rules.pricing import Flags, Parcels
from steward.modules.logistics.rules.tariff_mapping import Lead

Row = tuple[str, str, bool, int, int]


def as_stated(rows: Iterable[Row], stated: Iterable[Lead]) -> dict[tuple[str, str], tuple[int, int]]:
    """Tell which places take other days than they have, by what a sheet states: (origin, region) → shortest, longest.

    A place stated several times takes the widest span. One that was taken out, itself or with a wider place, stays out.
    """
    known = {(origin, region): (served, first, last) for origin, region, served, first, last in rows}
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for one in stated:
        first, last = spans.get((one.origin, one.region), (one.days_min, one.days_max))
        spans[one.origin, one.region] = (min(first, one.days_min), max(last, one.days_max))
    return {
        ends: span
        for ends, span in spans.items()
        if _is_served(known, *ends) and known.get(ends, (True, None, None))[1:] != span
    }


def _is_served(known: Mapping[tuple[str, str], tuple[bool, int, int]], origin: str, region: str) -> bool:
    """Tell whether a place is served by what is known of it, or of the narrowest around it; an unknown one is."""
    for start in (origin[:length] for length in range(len(origin), -1, -2)):
        for end in (region[:length] for length in range(len(region), -1, -2)):
            if (start, end) in known:
                return known[start, end][0]
    return True


class CoverageTable:
    """The regions of one service; rows are (origin, region, served, shortest days, longest days)."""

    def __init__(self, rows: Iterable[Row]) -> None:
        known = list(rows)
        entries: dict[str, dict[str, int]] = {}
        for place, (origin, region, _served, _first, _last) in enumerate(known):
            entries.setdefault(origin, {})[region] = place
        self._tables = {origin: PrefixTable(regions) for origin, regions in entries.items()}
        # one more row at the end for what stands nowhere: -1 leads to it
        self._facts = np.array([[int(served), first, last] for *_ends, served, first, last in known] + [[0, 0, 0]])

    def look_up(self, parcels: Parcels) -> tuple[Flags, Integers, Integers]:
        """Tell for many parcels whether the service goes there, and in how many days."""
        pairs = look_up_pairs(self._tables, parcels.origin_codes, parcels.destination_levels)
        found = self._facts[pairs[parcels.origins, parcels.destinations]].astype(np.int64)
        return found[:, 0] > 0, found[:, 1], found[:, 2]
