"""What a packed shipment must fulfil: everything in exactly one parcel, weighed, and not too heavy for its service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

HEAVIEST_G = 2_000_000


class ParcelDraft(Struct, frozen=True, kw_only=True):
    """A box as it stands on the scales. `contents`: line id → pieces; empty in an only parcel means all of it.

    Units: grams, millimetres (0: not measured).
    """

    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    tracking_number: str = ""
    contents: dict[int, int] = {}


def shared_out(parcels: Sequence[ParcelDraft], lines: Mapping[int, int]) -> list[dict[int, int]] | None:
    """Tell what lies in which parcel; None where something lies in none, in two, or in too few of them.

    `lines`: line id → pieces.
    """
    if len(parcels) == 1 and not parcels[0].contents:
        return [dict(lines)]
    total: Counter[int] = Counter()
    for parcel in parcels:
        if not parcel.contents or any(units < 1 for units in parcel.contents.values()):
            return None
        total.update(parcel.contents)
    return [dict(parcel.contents) for parcel in parcels] if total == Counter(lines) else None


def unweighed(parcels: Sequence[ParcelDraft]) -> bool:
    """Tell whether a parcel has no weight, or one no scale shows."""
    return any(not 0 < parcel.weight_g <= HEAVIEST_G for parcel in parcels)


def too_heavy(parcels: Sequence[ParcelDraft], max_weight_g: int) -> int | None:
    """Return the weight of a parcel the service does not take; 0 as a limit takes any. Units: grams."""
    over = [parcel.weight_g for parcel in parcels if max_weight_g and parcel.weight_g > max_weight_g]
    return max(over) if over else None
