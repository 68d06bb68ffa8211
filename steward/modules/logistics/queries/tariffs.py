"""Read tariffs: versions of a service, one version whole, and tariffs made ready for pricing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Q
from msgspec import Struct

from steward.kernel import errors, memory
from steward.modules.customers.queries.divisions import divisions
from steward.modules.logistics.models import Tariff, TariffLane, TariffMapping, TariffRow, TariffSurcharge
from steward.modules.logistics.rules import tariff_mapping
from steward.modules.logistics.rules.pricing import Compiled
from steward.modules.logistics.rules.region_names import regions_named
from steward.modules.logistics.rules.tariffs import Draft, Lane, Surcharge, Tier

TIER_FIELDS = ("from_g", "to_g", "base_minor", "included_g", "step_g", "per_tonne_minor", "per_m3_minor",
               "minimum_minor")  # fmt: skip
KEPT_READY = 512
_ready: dict[int, Draft] = {}


class TariffVersion(Struct, frozen=True):
    """One version of a service's tariff."""

    id: int
    service_code: str
    version: int
    valid_from: date
    valid_until: date | None
    currency: str
    lanes: int
    note: str
    set_by: str
    set_at: datetime


def tariff_versions(service: str) -> list[TariffVersion]:
    """List a service's versions, newest first."""
    found = Tariff.objects.filter(service__code=service).annotate(n=Count("lanes")).order_by("-version")
    return [
        TariffVersion(row.id, service, row.version, row.valid_from, row.valid_until, row.currency, row.n, row.note,
                      row.set_by, row.set_at)
        for row in found
    ]  # fmt: skip


def in_force(day: date) -> dict[int, int]:
    """Tell which tariff counts on a day: service → tariff."""
    there = Tariff.objects.filter(Q(valid_until=None) | Q(valid_until__gte=day), valid_from__lte=day)
    return dict(there.values_list("service_id", "id"))


def tariff(tariff_id: int) -> Draft:
    """Read one version whole. Raises: NotFound."""
    found = drafts([tariff_id]).get(tariff_id)
    if found is None:
        raise errors.NotFound(key=tariff_id)
    return found


def drafts(ids: Collection[int]) -> dict[int, Draft]:
    """Read many versions in four queries; a version never changes, so what was read once is kept."""
    missing = [id_ for id_ in ids if id_ not in _ready]
    if missing:
        if len(_ready) + len(missing) > KEPT_READY:
            forget()
        _ready.update(_read(missing))
    return {id_: _ready[id_] for id_ in ids if id_ in _ready}


def _read(ids: Collection[int]) -> dict[int, Draft]:
    tiers: dict[int, list[Tier]] = defaultdict(list)
    rows = TariffRow.objects.filter(lane__tariff_id__in=ids).order_by("lane_id", "from_g")
    for place, values in enumerate(rows.values_list("lane_id", *TIER_FIELDS), start=1):
        tiers[values[0]].append(Tier(row=place, **dict(zip(TIER_FIELDS, values[1:], strict=True))))
    lanes: dict[int, list[Lane]] = defaultdict(list)
    found = TariffLane.objects.filter(tariff_id__in=ids).order_by("origin", "region")
    for id_, owner, origin, region in found.values_list("id", "tariff_id", "origin", "region"):
        lanes[owner].append(Lane(origin, region, tuple(tiers[id_])))
    extras: dict[int, list[Surcharge]] = defaultdict(list)
    fields = ("kind", "region", "storage_class", "from_g", "fixed_minor", "share_ppm")
    for values in TariffSurcharge.objects.filter(tariff_id__in=ids).order_by("id").values("tariff_id", *fields):
        extras[values["tariff_id"]].append(Surcharge(**{name: values[name] for name in fields}))
    return {
        row.id: Draft(
            currency=row.currency,
            lanes=lanes[row.id],
            surcharges=extras[row.id],
            round_up_g=row.round_up_g,
            lower_break=row.lower_break,
            note=row.note,
        )
        for row in Tariff.objects.filter(id__in=ids)
    }


@lru_cache(maxsize=KEPT_READY)
def _compiled(tariff_id: int, volumetric_divisor: int) -> Compiled:
    return Compiled(tariff(tariff_id), volumetric_divisor=volumetric_divisor)


def compiled(tariff_ids: Mapping[int, int], divisors: Mapping[int, int]) -> dict[int, Compiled]:
    """Make tariffs ready for many parcels, by service; `divisors` are the services' volumetric divisors."""
    drafts(list(tariff_ids.values()))
    return {service: _compiled(id_, divisors.get(service, 0)) for service, id_ in tariff_ids.items()}


def forget() -> None:
    """Read every tariff anew from the database."""
    _ready.clear()
    _compiled.cache_clear()


memory.remembers(forget)


class MappingView(Struct, frozen=True):
    """How sheets of a shape are read; `shipped` came with Steward."""

    code: str
    name: str
    content: dict[str, Any]
    changed_by: str = ""
    changed_at: datetime | None = None
    shipped: bool = False


def tariff_mappings() -> list[MappingView]:
    """List the mappings there are: those that came with Steward first."""
    own = TariffMapping.objects.order_by("name").values_list("code", "name", "content", "changed_by", "changed_at")
    shipped = [MappingView(code, code, content, shipped=True) for code, content in tariff_mapping.SHIPPED.items()]
    return [*shipped, *(MappingView(*row, shipped=False) for row in own)]


def tariff_mapping_of(code: str) -> MappingView:
    """Read one mapping. Raises: NotFound."""
    found = next((one for one in tariff_mappings() if one.code == code), None)
    if found is None:
        raise errors.NotFound(key=code)
    return found


def tariff_mapping_content(code: str) -> dict[str, Any]:
    """Read how one mapping reads. Raises: NotFound."""
    return tariff_mapping_of(code).content


def regions_of(name: str) -> tuple[str, ...]:
    """Tell what a name of a place stands for, as prefixes of district codes."""
    return regions_named(name, divisions())


def region_name(code: str) -> str:
    """Name a prefix of a district code as people write it; "" is everywhere, a strange one stands for itself."""
    known = divisions()
    if len(code) <= 2:
        return known.name_of.get(code, code)
    city = known.city_name(code[:4])
    upper = known.name_of.get(code[:2], "")
    place = known.name_of.get(code, code) if len(code) > 4 else ""
    return " ".join(dict.fromkeys(part for part in (upper, city, place) if part))
