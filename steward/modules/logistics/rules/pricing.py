"""What a parcel costs by a tariff: one at a time in plain words, or thousands at once in arrays; both say the same.

Units: g, mm, minor currency units, parts per million (ppm). Rounds half up, once for the freight and once for every
surcharge. Numbers are whole throughout, so that batch and single cannot differ by a rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from steward.modules.logistics.rules import tariffs
from steward.modules.logistics.rules.prefixes import Integers, PrefixTable, levels_of, look_up_pairs
from steward.modules.logistics.rules.tariffs import CM3_PER_M3, G_PER_TONNE, Draft, Lane, Surcharge, Tier

Flags = npt.NDArray[np.bool_]
MM3_PER_CM3 = 1_000
PPM = 1_000_000
LANE_BITS = 33  # a lane's number stands above the 33 bits of its grams


class ParcelFacts(Struct, frozen=True):
    """A parcel as far as carriers care. Units: g, mm; 0 for a size that nobody knows."""

    origin_district: str
    destination_district: str
    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    storage_class: str = "ambient"


class Priced(Struct, frozen=True):
    """What one parcel costs: its parts add up to the price. `surcharges` as (kind, amount)."""

    price_minor: int
    freight_minor: int
    billed_g: int
    tier: Tier
    surcharges: tuple[tuple[str, int], ...] = ()


def volume_cm3(parcel: ParcelFacts) -> int:
    """Compute the volume, rounded up to whole cm³."""
    return -(-parcel.length_mm * parcel.width_mm * parcel.height_mm // MM3_PER_CM3)


def billed_g(parcel: ParcelFacts, *, volumetric_divisor: int, round_up_g: int) -> int:
    """Compute the weight that is paid: the heavier of real and volumetric, rounded up; at least a gram.

    Units: the divisor in cm³ per kg (0: volume does not count), which makes mm³ / divisor grams.
    """
    volume = parcel.length_mm * parcel.width_mm * parcel.height_mm
    volumetric = -(-volume // volumetric_divisor) if volumetric_divisor else 0
    return tariffs.rounded_up(max(parcel.weight_g, volumetric, 1), round_up_g)


def lane_for(lanes: Sequence[Lane], origin: str, destination: str) -> Lane | None:
    """Find the lane that fits best: the longest origin first, then the longest region."""
    fitting = [one for one in lanes if origin.startswith(one.origin) and destination.startswith(one.region)]
    return max(fitting, key=lambda one: (len(one.origin), len(one.region)), default=None)


def price(draft: Draft, parcel: ParcelFacts, *, volumetric_divisor: int = 0) -> Priced | None:
    """Price one parcel; None where the tariff has no lane or no tier for it."""
    lane = lane_for(draft.lanes, parcel.origin_district, parcel.destination_district)
    weight = billed_g(parcel, volumetric_divisor=volumetric_divisor, round_up_g=draft.round_up_g)
    if lane is None:
        return None
    at = next((n for n, one in enumerate(lane.tiers) if one.from_g < weight and weight <= _end(one)), None)
    if at is None:
        return None
    tier = lane.tiers[at]
    by_weight = tariffs.weight_price(tier, weight)
    if draft.lower_break:
        by_weight = min([by_weight, *(_first_price(one, draft.round_up_g) for one in lane.tiers[at + 1 :])])
    freight = max(by_weight, tariffs.volume_price(tier, volume_cm3(parcel)))
    parts = tuple(
        (one.kind, one.fixed_minor + (2 * freight * one.share_ppm + PPM) // (2 * PPM))
        for one in draft.surcharges
        if weight > one.from_g
        and parcel.destination_district.startswith(one.region)
        and one.storage_class in ("", parcel.storage_class)
    )
    return Priced(freight + sum(amount for _kind, amount in parts), freight, weight, tier, parts)


def _end(tier: Tier) -> int:
    return tariffs.HEAVIEST_G if tier.to_g is None else tier.to_g


def _first_price(tier: Tier, round_up_g: int) -> int:
    """Price the first weight of a tier: what a lighter parcel pays where the next break is cheaper.

    Source: the air cargo practice of charging the lower of the actual weight and the next weight break (IATA TACT).
    """
    return tariffs.weight_price(tier, tariffs.rounded_up(tier.from_g + 1, round_up_g))


class Parcels(Struct, frozen=True):
    """Many parcels as columns; `origins` and `destinations` are places in the lists of distinct districts."""

    origin_codes: list[str]
    destination_codes: list[str]
    destination_levels: list[Integers]
    origins: Integers
    destinations: Integers
    weights_g: Integers
    volumes_mm3: Integers
    storage_codes: list[str]
    storages: Integers


def columns_of(parcels: Sequence[ParcelFacts]) -> Parcels:
    """Turn parcels into columns."""
    origin_codes, origins = _numbered([one.origin_district for one in parcels])
    destination_codes, destinations = _numbered([one.destination_district for one in parcels])
    storage_codes, storages = _numbered([one.storage_class for one in parcels])
    volumes = [one.length_mm * one.width_mm * one.height_mm for one in parcels]
    return Parcels(
        origin_codes,
        destination_codes,
        levels_of(destination_codes),
        origins,
        destinations,
        np.array([one.weight_g for one in parcels], np.int64),
        np.array(volumes, np.int64),
        storage_codes,
        storages,
    )


def _numbered(values: list[str]) -> tuple[list[str], Integers]:
    """Number distinct values in the order they come; a dict is quicker than sorting strings."""
    places: dict[str, int] = {}
    numbers = np.array([places.setdefault(value, len(places)) for value in values], np.int64)
    return list(places), numbers


class Compiled:
    """A tariff made ready for many parcels: tiers as columns, sorted by lane and weight."""

    def __init__(self, draft: Draft, *, volumetric_divisor: int = 0) -> None:
        self.draft = draft
        self.volumetric_divisor = volumetric_divisor
        entries: dict[str, dict[str, int]] = {}
        tiers = []
        for number, lane in enumerate(draft.lanes):
            entries.setdefault(lane.origin, {})[lane.region] = number
            tiers += [(number, tier) for tier in lane.tiers]
        self._tables = {origin: PrefixTable(regions) for origin, regions in entries.items()}
        self._keys = np.array([(number << LANE_BITS) + tier.from_g for number, tier in tiers], np.int64)
        self._lanes = np.array([number for number, _tier in tiers], np.int64)
        self._ends = np.array([_end(tier) for _number, tier in tiers], np.int64)
        self._base = np.array([tier.base_minor for _number, tier in tiers], np.int64)
        self._included = np.array([tier.included_g for _number, tier in tiers], np.int64)
        self._step = np.array([tier.step_g for _number, tier in tiers], np.int64)
        self._per_tonne = np.array([tier.per_tonne_minor for _number, tier in tiers], np.int64)
        self._per_m3 = np.array([tier.per_m3_minor for _number, tier in tiers], np.int64)
        self._minimum = np.array([tier.minimum_minor for _number, tier in tiers], np.int64)
        self._breaks = self._next_breaks([tier for _number, tier in tiers])

    def _next_breaks(self, tiers: list[Tier]) -> Integers:
        """List per tier the cheapest first price of the tiers after it in its lane."""
        found = np.full(len(tiers), np.iinfo(np.int64).max, np.int64)
        for at in range(len(tiers) - 2, -1, -1):
            if self._lanes[at] == self._lanes[at + 1]:
                found[at] = min(found[at + 1], _first_price(tiers[at + 1], self.draft.round_up_g))
        return found

    def lane_numbers(self, parcels: Parcels) -> Integers:
        """Find the lane of every parcel, -1 where there is none: looked up once per pair of districts."""
        pairs = look_up_pairs(self._tables, parcels.origin_codes, parcels.destination_levels)
        return pairs[parcels.origins, parcels.destinations]

    def prices(self, parcels: Parcels) -> tuple[Integers, Integers]:
        """Price all parcels: (price in minor units, -1 where there is none; billed grams)."""
        weights = self._billed(parcels)
        lanes = self.lane_numbers(parcels)
        if not len(self._keys):
            return np.full(len(weights), -1, np.int64), weights
        at = np.searchsorted(self._keys, (np.maximum(lanes, 0) << LANE_BITS) + weights, side="left") - 1
        at = np.maximum(at, 0)
        has_price = (lanes >= 0) & (self._lanes[at] == lanes) & (weights > self._keys[at] - (lanes << LANE_BITS))
        has_price &= weights <= self._ends[at]
        freight = self._freight(at, weights, parcels)
        return np.where(has_price, freight + self._on_top(freight, weights, parcels), -1), weights

    def _billed(self, parcels: Parcels) -> Integers:
        weights = np.maximum(parcels.weights_g, 1)
        if self.volumetric_divisor:
            weights = np.maximum(weights, -(-parcels.volumes_mm3 // self.volumetric_divisor))
        step = self.draft.round_up_g
        return weights if step == 1 else -(-weights // step) * step

    def _freight(self, at: Integers, weights: Integers, parcels: Parcels) -> Integers:
        step = self._step[at]
        extra = -(-np.maximum(weights - self._included[at], 0) // step) * step
        by_weight = self._base[at] + _half_up(extra * self._per_tonne[at], G_PER_TONNE)
        by_weight = np.maximum(by_weight, self._minimum[at])
        if self.draft.lower_break:
            by_weight = np.minimum(by_weight, self._breaks[at])
        if not self._per_m3.any():
            return np.asarray(by_weight, np.int64)
        volumes = -(-parcels.volumes_mm3 // MM3_PER_CM3)
        return np.asarray(np.maximum(by_weight, _half_up(volumes * self._per_m3[at], CM3_PER_M3)), np.int64)

    def _on_top(self, freight: Integers, weights: Integers, parcels: Parcels) -> Integers:
        total = np.zeros(len(weights), np.int64)
        for one in self.draft.surcharges:
            asked = (weights > one.from_g) & _fits(one, parcels)
            total += np.where(asked, one.fixed_minor + _half_up(freight * one.share_ppm, PPM), 0)
        return total


def _fits(one: Surcharge, parcels: Parcels) -> Flags:
    there = np.array([code.startswith(one.region) for code in parcels.destination_codes], bool)
    kept = np.array([one.storage_class in ("", code) for code in parcels.storage_codes], bool)
    return np.asarray(there[parcels.destinations] & kept[parcels.storages], bool)


def _half_up(numerator: Integers, denominator: int) -> Integers:
    return (2 * numerator + denominator) // (2 * denominator)
