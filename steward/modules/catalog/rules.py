"""Pure rules of goods: their classes, and what a bundle takes from the shelf."""

from __future__ import annotations

from collections.abc import Mapping

STORAGE_CLASSES = ("ambient", "chilled", "frozen", "hazardous")
ABC_CLASSES = ("A", "B", "C")


def units_on_shelf(wanted: Mapping[int, int], components: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """Say what has to be taken from the shelf: bundles by their components, everything else as it is.

    Takes item → pieces and bundle → component → pieces in one. Two bundles that share a component add up.
    """
    found: dict[int, int] = {}
    for item, pieces in wanted.items():
        for part, each in components.get(item, {item: 1}).items():
            found[part] = found.get(part, 0) + pieces * each
    return found
