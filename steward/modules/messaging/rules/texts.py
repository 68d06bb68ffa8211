"""Make any text one that the database can hold."""

from __future__ import annotations

import re
from typing import Any

# PostgreSQL holds no zero character, UTF-8 no lone half of a surrogate pair.
UNFIT = re.compile("[\0\ud800-\udfff]")


def clean(text: str, longest: int) -> str:
    """Leave out what cannot be held, and what is longer than `longest` characters."""
    return UNFIT.sub("", text)[:longest]


def clean_facts(value: Any, *, depth: int = 8) -> Any:
    """Clean the texts inside lists and mappings; what lies too deep is left out, what is no JSON becomes a text."""
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 2**63):
        return value
    if depth == 0:
        return None
    if isinstance(value, dict):
        return {clean(str(name), 200): clean_facts(one, depth=depth - 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [clean_facts(one, depth=depth - 1) for one in value]
    return clean(value if isinstance(value, str) else f"{value}", 4_000)
