"""Pure rules of goods: their classes, and what a bundle takes from the shelf."""

from __future__ import annotations

import re
from collections.abc import Mapping

STORAGE_CLASSES = ("ambient", "chilled", "frozen", "hazardous")
ABC_CLASSES = ("A", "B", "C")
# Goods that the seven days without a reason do not cover. Source: 消费者权益保护法 § 25.
RETURN_CLASSES = ("custom_made", "fresh", "digital", "press", "hygiene", "final_sale")

CATEGORY = re.compile(r"^([a-z0-9_-]+(/[a-z0-9_-]+)*)?$")
MOST_WARRANTY_MONTHS = 240


def is_fit_for_return(category: str, return_class: str, warranty_months: int) -> bool:
    """Tell whether what after-sales has to know of an item makes sense. Units: months."""
    is_path = len(category) <= 80 and CATEGORY.match(category) is not None
    return is_path and return_class in ("", *RETURN_CLASSES) and 0 <= warranty_months <= MOST_WARRANTY_MONTHS


def are_kin(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether two items (family, category) are variants of one product; without families the category says."""
    if one[0] or other[0]:
        return one[0] == other[0]
    return bool(one[1]) and one[1] == other[1]


def units_on_shelf(wanted: Mapping[int, int], components: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """Say what has to be taken from the shelf: bundles by their components, everything else as it is.

    Takes item → pieces and bundle → component → pieces in one. Two bundles that share a component add up.
    """
    found: dict[int, int] = {}
    for item, pieces in wanted.items():
        for part, each in components.get(item, {item: 1}).items():
            found[part] = found.get(part, 0) + pieces * each
    return found
