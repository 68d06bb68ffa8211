"""How price sheets are read, as a person edits it: fields and a row per tier, and back to the data that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.modules.logistics.rules.mapping_faults import CELLS
from steward.modules.logistics.rules.tariff_mapping import TariffMapping

TEXTS = ("destination", "origin", "currency", "weight_unit", "records", "sheet")
PLACES = ("lead_min", "lead_max")
NUMBERS = ("lower_step", "unlimited_from", "round_up")
FLAGS = ("zero_is_none", "lower_break")
BLANK_TIERS = 2
MOST_TIERS = 60
# What the rule calls a cell → what the data call it, and what people do.
NAMES = {"from_": "from"}
LABELS: Mapping[str, Any] = {
    "from_": gettext_lazy("Weight above"),
    "to": gettext_lazy("Weight up to"),
    "base": gettext_lazy("Base price"),
    "included": gettext_lazy("Weight it includes"),
    "step": gettext_lazy("Step of additional weight"),
    "per_kg": gettext_lazy("Price per kg"),
    "per_m3": gettext_lazy("Price per m³"),
    "minimum": gettext_lazy("At least"),
}
EMPTY: dict[str, Any] = {"destination": "", "tiers": []}
_PLAIN = TariffMapping("", [])
_DEFAULTS: dict[str, Any] = {name: getattr(_PLAIN, name) for name in (*TEXTS, *PLACES, *NUMBERS, *FLAGS)}


def shown(content: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a mapping out for its form; cells nobody has said yet are empty."""
    tiers = [dict(one) for one in content.get("tiers", []) if isinstance(one, dict)]
    rows = [*tiers, *({} for _place in range(BLANK_TIERS))]
    return {
        **{name: content.get(name, _DEFAULTS[name]) for name in (*TEXTS, *FLAGS)},
        **{name: typed(content.get(name, _DEFAULTS[name])) for name in (*PLACES, *NUMBERS)},
        "regions": "\n".join(f"{name} = {', '.join(codes)}" for name, codes in content.get("regions", {}).items()),
        "from_regions": ", ".join(content.get("from_regions", ())),
        "tiers": [
            {
                "place": place,
                "cells": [(name, LABELS[name], typed(one.get(NAMES.get(name, name)))) for name in CELLS],
                "needed": one.get("needed", True),
            }
            for place, one in enumerate(rows, start=1)
        ],
    }


def content_of(data: QueryDict) -> dict[str, Any]:
    """Read the form back into a mapping; what is as it always is stays out, and so do tiers nobody filled in."""
    found: dict[str, Any] = {name: data.get(name, "").strip() for name in TEXTS}
    found |= {name: cell_of(data.get(name, "")) for name in PLACES}
    found |= {name: _DEFAULTS[name] if (cell := cell_of(data.get(name, ""))) is None else cell for name in NUMBERS}
    found |= {name: data.get(name) == "1" for name in FLAGS}
    found = {name: value for name, value in found.items() if name == "destination" or value != _DEFAULTS[name]}
    found["tiers"] = [tier for place in range(1, MOST_TIERS + 1) if (tier := _tier(data, place))]
    if regions := _regions(data.get("regions", "")):
        found["regions"] = regions
    if origins := [code.strip() for code in data.get("from_regions", "").split(",") if code.strip()]:
        found["from_regions"] = origins
    return found


def _tier(data: QueryDict, place: int) -> dict[str, Any]:
    cells = {NAMES.get(name, name): cell_of(data.get(f"tier-{place}-{name}", "")) for name in CELLS}
    tier = {name: cell for name, cell in cells.items() if cell is not None}
    if tier and data.get(f"tier-{place}-needed") != "1":
        tier["needed"] = False
    return tier


def _regions(text: str) -> dict[str, list[str]]:
    lines = [line.replace("，", ",").partition("=") for line in text.splitlines()]
    return {
        name.strip(): [code.strip() for code in codes.split(",") if code.strip()]
        for name, equals, codes in lines
        if equals and name.strip()
    }


def cell_of(text: str) -> str | int | float | None:
    """Read a cell: a number is itself, anything else the name of a column; in quotes a number is a name too."""
    text = text.strip()
    if not text:
        return None
    if len(text) > 2 and text[0] == text[-1] == '"':
        return text[1:-1]
    number = _number(text)
    return text if number is None else number


def typed(cell: str | float | None) -> str:
    """Write a cell as it is read."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f'"{cell}"' if _number(cell) is not None else cell
    return f"{cell:.12g}"


def _number(text: str) -> int | float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    if value in (float("inf"), float("-inf")) or value != value:  # "inf" is a word sheets and mappings use
        return None
    return int(value) if value.is_integer() else value


def field_name(field: str) -> str:
    """Name a field of the form in words."""
    words = {
        "destination": _("Column of the destination"),
        "tiers": _("Tiers"),
        "weight_unit": _("Unit of weight"),
        "currency": _("Currency"),
        "code": _("Code"),
    }
    return str(words.get(field, field))
