"""Tariffs as data: lanes with tiers of weight, surcharges, and what is wrong with a draft of one.

A tier covers billed weights above `from_g` up to and including `to_g` (None: no end) and costs

    base + per tonne × (weight above `included_g`, rounded up to whole `step_g`), at least the minimum,
    and at least the volume at its price per cubic metre.

So one tier holds "first weight and additional weight"; several hold flat tiers, a base with a price per kg, or rates
that change with the whole weight. Units: g, minor currency units; per tonne, so that 0.675 yuan per kg is whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from steward.kernel import money
from steward.modules.logistics.rules import carriers

HEAVIEST_G = 2**32 - 1  # the exclusion constraint counts grams of one lane below this
DEAREST_MINOR = 10**9
SURCHARGE_KINDS = ("fuel", "remote", "hazardous", "chilled", "frozen", "heavy", "other")
MOST_SHARE_PPM = 3_000_000
G_PER_TONNE = 1_000_000
CM3_PER_M3 = 1_000_000


class Tier(Struct, frozen=True, kw_only=True):
    """One tier of a lane; see the module's words. `row` is where it stands in the sheet it came from."""

    from_g: int = 0
    to_g: int | None = None
    base_minor: int = 0
    included_g: int = 0
    step_g: int = 1
    per_tonne_minor: int = 0
    per_m3_minor: int = 0
    minimum_minor: int = 0
    row: int = 0

    def prices(self) -> tuple[int | None, ...]:
        """Return all but where it came from: two rows that say the same are one."""
        return (self.from_g, self.to_g, self.base_minor, self.included_g, self.step_g, self.per_tonne_minor,
                self.per_m3_minor, self.minimum_minor)  # fmt: skip


class Lane(Struct, frozen=True):
    """The tiers from one region to another; regions are prefixes of district codes, "" is everywhere."""

    origin: str
    region: str
    tiers: tuple[Tier, ...]


class Surcharge(Struct, frozen=True, kw_only=True):
    """What comes on top of the freight where its conditions fit ("" and 0: any). Units: minor units, ppm.

    `from_g` is the billed weight above which it is asked.
    """

    kind: str
    region: str = ""
    storage_class: str = ""
    from_g: int = 0
    fixed_minor: int = 0
    share_ppm: int = 0


class Draft(Struct, frozen=True, kw_only=True):
    """A tariff as it shall be. `lower_break`: where the next tier's first weight is cheaper, that price counts."""

    currency: str
    lanes: Sequence[Lane]
    surcharges: Sequence[Surcharge] = ()
    round_up_g: int = 1
    lower_break: bool = False
    note: str = ""


class Fault(Struct, frozen=True):
    """What is wrong with a row: its place in the sheet (0: the whole), the field, a stable code and facts for words."""

    row: int
    field: str
    code: str
    params: Mapping[str, str] = {}
    severity: str = "error"


def lanes_of(rows: Sequence[tuple[str, str, Tier]]) -> list[Lane]:
    """Group rows into lanes, tiers in the order of weight; a row said twice in the same words counts once."""
    found: dict[tuple[str, str], dict[tuple[int | None, ...], Tier]] = defaultdict(dict)
    for origin, region, tier in rows:
        found[origin, region].setdefault(tier.prices(), tier)
    return [
        Lane(origin, region, tuple(sorted(tiers.values(), key=lambda tier: (tier.from_g, tier.row))))
        for (origin, region), tiers in found.items()
    ]


def faults(draft: Draft) -> list[Fault]:
    """List everything that keeps a draft from being a tariff, and warn where a heavier parcel would cost less."""
    found = []
    if draft.currency not in money.CURRENCIES:
        found.append(Fault(0, "currency", "currency_unknown", {"value": draft.currency}))
    if not draft.lanes:
        found.append(Fault(0, "rows", "tariff_empty"))
    if not 1 <= draft.round_up_g <= HEAVIEST_G:
        found.append(Fault(0, "round_up_g", "number_unfit", {"value": str(draft.round_up_g)}))
    for lane in draft.lanes:
        found += _lane_faults(lane, draft)
    for place, surcharge in enumerate(draft.surcharges, start=1):
        found += _surcharge_faults(place, surcharge)
    return sorted(found, key=lambda fault: (fault.row, fault.severity, fault.field))


def _lane_faults(lane: Lane, draft: Draft) -> Iterator[Fault]:
    first = lane.tiers[0].row if lane.tiers else 0
    for field in ("origin", "region"):
        if not carriers.is_region(getattr(lane, field)):
            yield Fault(first, field, "region_unknown", {"value": getattr(lane, field)})
    unfit = [fault for tier in lane.tiers for fault in _tier_faults(tier)]
    yield from unfit
    if unfit:
        return  # where the numbers are no numbers, gaps say nothing
    yield from _joint_faults(lane, draft)


def _tier_faults(tier: Tier) -> Iterator[Fault]:
    bounds = {
        "from_g": (0, HEAVIEST_G - 1),
        "base_minor": (0, DEAREST_MINOR),
        "included_g": (0, HEAVIEST_G),
        "step_g": (1, HEAVIEST_G),
        "per_tonne_minor": (0, DEAREST_MINOR),
        "per_m3_minor": (0, DEAREST_MINOR // 10),
        "minimum_minor": (0, DEAREST_MINOR),
    }
    for field, (low, high) in bounds.items():
        if not low <= getattr(tier, field) <= high:
            yield Fault(tier.row, field, "number_unfit", {"value": str(getattr(tier, field))})
    if tier.to_g is not None and not tier.from_g < tier.to_g <= HEAVIEST_G:
        yield Fault(tier.row, "to_g", "tier_ends_before_it_begins", _span(tier))
    if not (tier.base_minor or tier.per_tonne_minor or tier.per_m3_minor or tier.minimum_minor):
        yield Fault(tier.row, "base_minor", "price_missing", _span(tier))


def _joint_faults(lane: Lane, draft: Draft) -> Iterator[Fault]:
    """Yield overlaps and gaps between the tiers of a lane, and where the price falls with the weight."""
    reached: int | None = 0
    before: Tier | None = None
    for tier in lane.tiers:
        if reached is None or tier.from_g < reached:
            other = before or tier
            yield Fault(
                tier.row, "from_g", "tier_overlaps", {**_span(tier), "other": _text(other), "row": str(other.row)}
            )
        elif tier.from_g > reached:
            yield Fault(tier.row, "from_g", "tier_gap", {"from": _kg(reached), "to": _kg(tier.from_g)})
        elif before is not None and not draft.lower_break and _falls(before, tier, draft.round_up_g):
            yield Fault(tier.row, "from_g", "price_falls", {"weight": _kg(tier.from_g)}, "warning")
        if reached is not None and (tier.to_g is None or tier.to_g > reached):
            reached, before = tier.to_g, tier


def _falls(before: Tier, tier: Tier, round_up_g: int) -> bool:
    last = tier.from_g
    return weight_price(tier, rounded_up(last + 1, round_up_g)) < weight_price(before, last)


def weight_price(tier: Tier, billed_g: int) -> int:
    """Compute a tier's price of a weight, without volume. Units: minor; rounds half up, once."""
    extra = rounded_up(max(billed_g - tier.included_g, 0), tier.step_g)
    return max(tier.base_minor + _half_up(extra * tier.per_tonne_minor, G_PER_TONNE), tier.minimum_minor)


def volume_price(tier: Tier, volume_cm3: int) -> int:
    """Compute a tier's price of a volume. Units: minor; rounds half up, once."""
    return _half_up(volume_cm3 * tier.per_m3_minor, CM3_PER_M3)


def rounded_up(value: int, step: int) -> int:
    """Round up to whole steps."""
    return -(-value // step) * step


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _surcharge_faults(place: int, one: Surcharge) -> Iterator[Fault]:
    field = f"surcharges.{place}"
    if one.kind not in SURCHARGE_KINDS:
        yield Fault(0, f"{field}.kind", "surcharge_unknown", {"value": one.kind})
    if not carriers.is_region(one.region):
        yield Fault(0, f"{field}.region", "region_unknown", {"value": one.region})
    if one.storage_class not in ("", *carriers.STORAGE_CLASSES):
        yield Fault(0, f"{field}.storage_class", "storage_class_unknown", {"value": one.storage_class})
    if not 0 <= one.fixed_minor <= DEAREST_MINOR or not 0 <= one.share_ppm <= MOST_SHARE_PPM:
        yield Fault(0, field, "number_unfit", {"value": f"{one.fixed_minor} / {one.share_ppm}"})
    elif not (one.fixed_minor or one.share_ppm):
        yield Fault(0, field, "price_missing", {"from": "", "to": ""})


def _span(tier: Tier) -> dict[str, str]:
    return {"from": _kg(tier.from_g), "to": "∞" if tier.to_g is None else _kg(tier.to_g)}


def _text(tier: Tier) -> str:
    span = _span(tier)
    return f"{span['from']}–{span['to']}"


def _kg(grams: int) -> str:
    return f"{grams / 1000:g}"
