"""Which fields of an order are about a person, and how what a finding says of them is shown masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

PERSONAL = ("recipient.", "buyer.", "note")
# Province to district are plain wherever an order is shown; so are the names of divisions a check speaks of.
REGION = frozenset({"country", "province", "city", "district"})
DIVISION_FACTS = frozenset({"candidates", "within", "district", "city", "province"})
Mask = Callable[[str], str]


def is_personal(field: str) -> bool:
    """Tell whether what is said about a field rests under the person's key only."""
    return field.startswith(PERSONAL)


def masked_facts(field: str, params: Mapping[str, Any], masks: Mapping[str, Mask]) -> dict[str, Any]:
    """Mask the facts of a finding; `masks` is by the last part of a field's name, "" masks all others."""
    last = field.rpartition(".")[2]
    if not is_personal(field) or last in REGION:
        return dict(params)
    return {name: value if name in DIVISION_FACTS else _masked(last, value, masks) for name, value in params.items()}


def masked_suggestion(suggestion: Mapping[str, Any], masks: Mapping[str, Mask]) -> dict[str, Any]:
    """Mask the personal values of a suggestion, field by field."""
    return {
        field: value
        if not is_personal(field) or (last := field.rpartition(".")[2]) in REGION
        else _masked(last, value, masks)
        for field, value in suggestion.items()
    }


def _masked(last: str, value: Any, masks: Mapping[str, Mask]) -> str:
    return masks.get(last, masks[""])(str(value))
