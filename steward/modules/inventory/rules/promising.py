"""Promise what is free, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

Wanted = Mapping[int, int]


def shortage(wanted: Wanted, free: Mapping[int, int]) -> dict[int, int]:
    """Name what is missing: promise id → units short. Empty when everything wanted is free."""
    return {key: units - free.get(key, 0) for key, units in wanted.items() if units > free.get(key, 0)}


def take(wanted: Wanted, free: MutableMapping[int, int]) -> dict[int, int]:
    """Take all that is wanted, or nothing at all; returns what is missing.

    An order is promised whole or not at all, so that two orders never starve each other with halves.
    """
    missing = shortage(wanted, free)
    if not missing:
        for key, units in wanted.items():
            free[key] -= units
    return missing
