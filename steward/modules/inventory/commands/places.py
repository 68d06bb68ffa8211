"""Open warehouses and zones, and say where they lie."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog.rules import STORAGE_CLASSES
from steward.modules.customers.queries.divisions import divisions
from steward.modules.inventory.models import PURPOSES, Warehouse, Zone

CODE = re.compile(r"[-a-zA-Z0-9_]{1,50}")
MOST_ORDERS = 10_000_000


class UnfitPlace(errors.Refusal):
    """Refuse a warehouse or zone that makes no sense."""

    code = "unfit_place"
    status = 422
    message = _(
        "This does not fit: codes are letters, digits and hyphens, districts have six digits and are known, and a zone "
        "is ambient, chilled, frozen or hazardous, for storage, receiving or quarantine."
    )


class ZoneDraft(Struct, forbid_unknown_fields=True):
    """A zone of a warehouse."""

    code: str
    storage_class: str
    purpose: str = "storage"


def _where(district_code: str) -> tuple[float | None, float | None]:
    """Return latitude and longitude of a district. Units: degrees. Source: the table of codes inside cpca."""
    found = divisions().coordinates_of(district_code) if district_code else None
    return (found[1], found[0]) if found else (None, None)


@command(needs="stock.move")
def open_warehouse(
    actor: Actor,
    *,
    code: str,
    name: str,
    district_code: str = "",
    pool: str = "main",
    daily_capacity: int = 0,
    storage_classes: Sequence[str] = ("ambient",),
) -> int:
    """Add a warehouse that serves a sales pool, with a storage zone for each class of goods it is fit for.

    Returns its id; one that exists stays as it is. Raises: UnfitPlace.
    """
    known = Warehouse.objects.filter(code=code).values_list("id", flat=True).first()
    if known is not None:
        return int(known)
    if not CODE.fullmatch(code) or not CODE.fullmatch(pool) or not name.strip() or not _is_district(district_code):
        raise UnfitPlace
    latitude, longitude = _where(district_code)
    warehouse = Warehouse.objects.create(
        code=code,
        name=name.strip()[:80],
        district_code=district_code,
        pool=pool,
        latitude=latitude,
        longitude=longitude,
        daily_capacity=daily_capacity,
    )
    _add_zones(warehouse.id, [ZoneDraft(one, one) for one in storage_classes])
    return int(warehouse.id)


@command(needs="stock.move")
def change_warehouse(actor: Actor, *, code: str, name: str, district_code: str, daily_capacity: int) -> None:
    """Change a warehouse's name, district (and with it where it lies) and how many orders it manages a day.

    Raises: NotFound, UnfitPlace.
    """
    if not name.strip() or not _is_district(district_code) or not 0 <= daily_capacity <= MOST_ORDERS:
        raise UnfitPlace
    latitude, longitude = _where(district_code)
    changed = Warehouse.objects.filter(code=code).update(
        name=name.strip()[:80],
        district_code=district_code,
        latitude=latitude,
        longitude=longitude,
        daily_capacity=daily_capacity,
    )
    if not changed:
        raise errors.NotFound(key=code)


@command(needs="stock.move")
def add_zones(actor: Actor, *, warehouse: str, zones: Sequence[ZoneDraft]) -> int:
    """Add zones to a warehouse; one whose code exists stays as it is. Returns how many are new.

    Raises: NotFound, UnfitPlace.
    """
    id_ = Warehouse.objects.filter(code=warehouse).values_list("id", flat=True).first()
    if id_ is None:
        raise errors.NotFound(key=warehouse)
    return _add_zones(int(id_), zones)


def _add_zones(warehouse_id: int, zones: Sequence[ZoneDraft]) -> int:
    for zone in zones:
        fits = zone.storage_class in STORAGE_CLASSES and zone.purpose in PURPOSES and CODE.fullmatch(zone.code)
        if not fits:
            raise UnfitPlace
    before = Zone.objects.filter(warehouse_id=warehouse_id).count()
    Zone.objects.bulk_create(
        [
            Zone(warehouse_id=warehouse_id, code=zone.code, storage_class=zone.storage_class, purpose=zone.purpose)
            for zone in zones
        ],
        ignore_conflicts=True,
    )
    return Zone.objects.filter(warehouse_id=warehouse_id).count() - before


def _is_district(code: str) -> bool:
    return not code or code in divisions().name_of
