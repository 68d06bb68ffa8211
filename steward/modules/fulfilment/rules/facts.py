"""What a choice is made from: orders, warehouses, lots and what shipping costs. Plain facts, read before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct


class Demand(Struct, frozen=True):
    """What one order wants of one item; lines of the same item are one. Units: pieces, grams and minor units each."""

    item_id: int
    units: int
    weight_g: int = 0
    price_minor: int = 0
    storage_class: str = "ambient"
    minimum_remaining_days: int = 0


class Wanted(Struct, frozen=True):
    """One order to serve. `latitude` None: nobody knows where its district lies, so distance does not count."""

    order_id: int
    demands: Sequence[Demand]
    promised_date: date
    district_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    rank: str = "normal"


class Site(Struct, frozen=True):
    """A warehouse: what its zones hold, and how many more orders it can take today (None: no limit)."""

    warehouse_id: int
    code: str
    storage_classes: frozenset[str]
    latitude: float | None = None
    longitude: float | None = None
    room: int | None = None
    load_share: float = 0.0


class Lot(Struct, frozen=True):
    """Goods of one item and lot in one warehouse that nobody has reserved. Units: pieces."""

    stock_id: int
    item_id: int
    warehouse_id: int
    free: int
    expires_date: date | None = None
    lot_code: str = ""


class Carriage(Struct, frozen=True):
    """What one parcel costs: `first_minor` however light, `per_kg_minor` for its weight, and its days on the way."""

    first_minor: int
    per_kg_minor: float
    lead_days: int
    service_id: int | None = None


# (order id, warehouse id, storage class) → what a parcel of that class costs; a missing key: no service goes there.
Carriages = Mapping[tuple[int, int, str], Carriage]
