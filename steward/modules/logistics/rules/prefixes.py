"""Look up the longest prefix of many district codes at once: codes as numbers, tables as sorted columns.

A prefix of 6, 4 or 2 digits is the number it writes, everywhere is 0; their sizes tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
PREFIXES = (6, 4, 2, 0)
NO_PLACE = -1


def prefixes_of(code: str) -> list[str]:
    """List the prefixes of a code, the longest first."""
    return [code[:length] for length in PREFIXES if length <= len(code)]


def number_of(prefix: str) -> int:
    """Write a prefix as a number; what is none stands for no place."""
    return 0 if prefix == "" else int(prefix) if prefix.isascii() and prefix.isdigit() else NO_PLACE


def levels_of(codes: Sequence[str]) -> list[Integers]:
    """Write many codes as columns of numbers, a column per length, the longest first."""
    return [
        np.array([number_of(code[:length]) if len(code) >= length else NO_PLACE for code in codes], np.int64)
        for length in PREFIXES
    ]


class PrefixTable:
    """What stands under prefixes: a number each, none negative."""

    def __init__(self, entries: Mapping[str, int]) -> None:
        known = sorted((number_of(prefix), value) for prefix, value in entries.items())
        self._keys = np.array([key for key, _value in known], np.int64)
        self._values = np.array([value for _key, value in known], np.int64)

    def look_up(self, levels: Sequence[Integers]) -> Integers:
        """Give what stands under the longest prefix of every code, -1 where nothing does."""
        found = np.full(len(levels[0]), -1, np.int64)
        for level in reversed(levels):
            at = np.minimum(np.searchsorted(self._keys, level), max(len(self._keys) - 1, 0))
            if len(self._keys):
                found = np.where(self._keys[at] == level, self._values[at], found)
        return found


def look_up_pairs(tables: Mapping[str, PrefixTable], origins: Sequence[str], levels: Sequence[Integers]) -> Integers:
    """Give what stands under every pair of origin and destination: the longest origin first, then the longest region.

    One row per origin, one column per destination.
    """
    found = np.full((len(origins), len(levels[0])), -1, np.int64)
    for row, origin in enumerate(origins):
        for prefix in reversed(prefixes_of(origin)):  # the longest comes last and wins
            if prefix in tables:
                here = tables[prefix].look_up(levels)
                found[row] = np.where(here >= 0, here, found[row])
    return found
