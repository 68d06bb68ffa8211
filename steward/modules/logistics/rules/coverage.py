"""Where a service goes and in how many days: the longest fitting prefixes count, the origin's first."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from steward.modules.logistics.rules.pricing import PREFIXES, Flags, Integers, Parcels

Row = tuple[str, str, bool, int, int]


class CoverageTable:
    """The regions of one service; rows are (origin, region, served, shortest days, longest days)."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = {(origin, region): (served, first, last) for origin, region, served, first, last in rows}
        self._origins = {origin for origin, _region in self._rows}

    def at(self, origin: str, destination: str) -> tuple[bool, int, int]:
        """Tell whether the service goes from one district to another, and in how many days."""
        for start in (origin[:length] for length in PREFIXES if length <= len(origin)):
            if start in self._origins:
                for end in (destination[:length] for length in PREFIXES if length <= len(destination)):
                    if (start, end) in self._rows:
                        return self._rows[start, end]
        return False, 0, 0

    def look_up(self, parcels: Parcels) -> tuple[Flags, Integers, Integers]:
        """Tell it for many parcels at once: each pair of districts is looked up once."""
        pairs = np.array(
            [[self.at(origin, end) for end in parcels.destination_codes] for origin in parcels.origin_codes], np.int64
        )
        found = pairs[parcels.origins, parcels.destinations]
        return found[:, 0] > 0, found[:, 1], found[:, 2]
