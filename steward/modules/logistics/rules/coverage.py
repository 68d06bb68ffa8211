"""Where a service goes and in how many days: the longest fitting prefixes count, the origin's first."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from steward.modules.logistics.rules.prefixes import Integers, PrefixTable, look_up_pairs
from steward.modules.logistics.rules.pricing import Flags, Parcels

Row = tuple[str, str, bool, int, int]


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
