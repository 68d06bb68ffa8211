"""What keeps a mapping of a price sheet from being kept: everything at once, each with the tier it is in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import msgspec

from steward.kernel import money
from steward.modules.logistics.rules import carriers
from steward.modules.logistics.rules.tariff_mapping import UNITS_G, TariffMapping, TierMapping, converted
from steward.modules.logistics.rules.tariffs import Fault

PRICES = ("base", "per_kg", "per_m3")
NUMBERS = ("lower_step", "unlimited_from", "round_up")
LARGEST_BYTES = 64 * 1024
CELLS = TierMapping.__struct_fields__[:8]


def mapping_faults(content: Mapping[str, Any]) -> list[Fault]:
    """List what is wrong with a mapping; the row of a fault is the number of its tier, 0 for the whole."""
    try:
        mapping = converted(content)
    except ValueError as error:
        return [Fault(0, "content", "mapping_unreadable", {"value": str(error)})]
    written = msgspec.json.encode(content)
    if len(written) > LARGEST_BYTES or b"\\u0000" in written:
        return [Fault(0, "content", "mapping_unfit")]
    found = [*_whole(mapping)]
    for place, tier in enumerate(mapping.tiers, start=1):
        found += _of_tier(place, tier)
    return [*found, *_overlaps(mapping)]


def _whole(mapping: TariffMapping) -> Iterator[Fault]:
    if not mapping.destination.strip(" |"):
        yield Fault(0, "destination", "column_needed")
    if mapping.weight_unit not in UNITS_G:
        yield Fault(0, "weight_unit", "unit_unknown", {"value": mapping.weight_unit})
    if mapping.currency not in money.CURRENCIES:
        yield Fault(0, "currency", "currency_unknown", {"value": mapping.currency})
    if not mapping.tiers:
        yield Fault(0, "tiers", "tier_needed")
    for name in NUMBERS:
        if not _fits(getattr(mapping, name)):
            yield Fault(0, name, "number_unfit", {"value": str(getattr(mapping, name))})
    regions = [("from_regions", code) for code in mapping.from_regions]
    regions += [("regions", code) for codes in mapping.regions.values() for code in codes]
    for field, code in regions:
        if not carriers.is_region(code):
            yield Fault(0, field, "region_unknown", {"value": code})


def _of_tier(place: int, tier: TierMapping) -> Iterator[Fault]:
    if all(getattr(tier, name) is None for name in PRICES):
        yield Fault(place, "tiers", "tier_without_price")
    for name in CELLS:
        cell = getattr(tier, name)
        if isinstance(cell, int | float) and not _fits(cell):
            yield Fault(place, "tiers", "number_unfit", {"value": str(cell)})
    span = _span(tier)
    if span is not None and span[1] <= span[0]:
        yield Fault(place, "tiers", "tier_ends_before_it_begins", _words(span))


def _overlaps(mapping: TariffMapping) -> Iterator[Fault]:
    """Yield tiers every row has that overlap by plain numbers; of the others the rows of a sheet tell."""
    always = [(place, tier) for place, tier in enumerate(mapping.tiers, start=1) if tier.needed]
    spans = [(place, span) for place, tier in always if (span := _span(tier)) and span[0] < span[1]]
    step = mapping.lower_step
    ordered = sorted(spans, key=lambda one: one[1])
    for (before, earlier), (place, later) in pairwise(ordered):
        if later[0] - (step if later[0] else 0) < earlier[1]:
            facts = {**_words(later), "other": "{from}–{to}".format(**_words(earlier)), "row": str(before)}
            yield Fault(place, "tiers", "tier_overlaps", facts)


def _span(tier: TierMapping) -> tuple[float, float] | None:
    """Tell from where to where a tier goes, if the mapping itself says so."""
    low, high = tier.from_, tier.to
    if high == "inf":
        high = None
    if isinstance(low, str) or isinstance(high, str):
        return None
    return float(low or 0), math.inf if high is None else float(high)


def _words(span: tuple[float, float]) -> dict[str, str]:
    return {"from": f"{span[0]:g}", "to": "∞" if math.isinf(span[1]) else f"{span[1]:g}"}


def _fits(number: float) -> bool:
    return math.isfinite(number) and 0 <= number <= 10**9
