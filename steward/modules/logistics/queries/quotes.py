"""Ask all services at once what parcels cost and how long they take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from msgspec import Struct

from steward.modules.logistics.models import Coverage, Service
from steward.modules.logistics.queries import tariffs
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules import pricing
from steward.modules.logistics.rules.coverage import CoverageTable
from steward.modules.logistics.rules.prefixes import Integers
from steward.modules.logistics.rules.pricing import Flags, ParcelFacts, Parcels

__all__ = ["Asked", "Excluded", "Offered", "ParcelFacts", "Quote", "Quoted", "ask", "quote", "quote_one"]


class Quote(Struct, frozen=True):
    """What one service asks for one parcel. Units: minor units, days from hand-over, g."""

    service_id: int
    carrier_code: str
    service_code: str
    price_minor: int
    currency: str
    lead_days_min: int
    lead_days_max: int
    billed_g: int


class Asked(Struct, frozen=True):
    """A service as it is asked."""

    id: int
    code: str
    name: str
    name_en: str
    carrier_code: str
    carrier_name: str
    carrier_name_en: str
    state: str
    currency: str
    pickup_cutoff: object = None
    capacity_per_day: int = 0


class Offered(Struct, frozen=True):
    """What one service answers for all parcels, as columns; `fits` false: see `reasons` at the same place.

    `prices` are -1 where there is none.
    """

    service: Asked
    prices: Integers
    billed: Integers
    days_min: Integers
    days_max: Integers
    fits: Flags
    reasons: list[tuple[str, Flags]]

    def reason(self, at: int) -> str:
        """Say why the service is out for a parcel: the first reason that holds."""
        return next((code for code, holds in self.reasons if holds[at]), "")


class Quoted(Struct, frozen=True):
    """All answers of all services, and the parcels they are for."""

    parcels: Parcels
    offers: list[Offered]


def ask(parcels: Sequence[ParcelFacts], *, at: datetime) -> Quoted:
    """Ask every service for every parcel, in columns: a handful of queries however many parcels."""
    columns, day = pricing.columns_of(parcels), house_day(at)
    longest = np.array([max(one.length_mm, one.width_mm, one.height_mm) for one in parcels], np.int64)
    sides = np.array([one.length_mm + one.width_mm + one.height_mm for one in parcels], np.int64)
    services = list(Service.objects.select_related("carrier").order_by("carrier__code", "code"))
    ids = tariffs.in_force(day)
    ready = tariffs.compiled(
        {one.id: ids[one.id] for one in services if one.id in ids}, {one.id: one.volumetric_divisor for one in services}
    )
    tables = _coverage()
    offers = []
    for one in services:
        table = tables.get(one.id, CoverageTable([]))
        served, days_min, days_max = table.look_up(columns)
        priced = ready.get(one.id)
        empty = np.full(len(parcels), -1, np.int64)
        prices, billed = priced.prices(columns) if priced else (empty, np.maximum(columns.weights_g, 1))
        kept = np.array([code in one.storage_classes for code in columns.storage_codes], bool)
        carrier = one.carrier
        is_over = bool(
            (carrier.contract_from and day < carrier.contract_from)
            or (carrier.contract_until and day > carrier.contract_until)
        )
        reasons = [
            ("carrier_stopped", np.full(len(parcels), carrier.state == "stopped")),
            ("contract_over", np.full(len(parcels), is_over)),
            ("service_off", np.full(len(parcels), not one.active)),
            ("storage_class", ~kept[columns.storages]),
            ("too_heavy", columns.weights_g > (one.max_weight_g or np.iinfo(np.int64).max)),
            ("too_long", (longest > (one.max_length_mm or 10**9)) | (sides > (one.max_sides_mm or 10**9))),
            ("not_covered", ~served),
            ("no_tariff", np.full(len(parcels), priced is None)),
            ("no_price", prices < 0),
        ]
        fits = ~np.logical_or.reduce([holds for _code, holds in reasons])
        asked = _asked(one, priced.draft.currency if priced else "")
        offers.append(Offered(asked, prices, billed, days_min, days_max, np.asarray(fits, bool), reasons))
    return Quoted(columns, offers)


def _asked(one: Service, currency: str) -> Asked:
    carrier = one.carrier
    return Asked(one.id, one.code, one.name, one.name_en, carrier.code, carrier.name, carrier.name_en, carrier.state,
                 currency, one.pickup_cutoff, one.capacity_per_day)  # fmt: skip


def _coverage() -> dict[int, CoverageTable]:
    rows: dict[int, list[tuple[str, str, bool, int, int]]] = defaultdict(list)
    fields = ("service_id", "origin", "region", "served", "lead_days_min", "lead_days_max")
    for service, *values in Coverage.objects.values_list(*fields):
        rows[service].append(tuple(values))
    return {service: CoverageTable(found) for service, found in rows.items()}


def quote(parcels: Sequence[ParcelFacts], *, at: datetime) -> list[list[Quote]]:
    """Ask all services for all parcels; those that fit, the cheapest first, per parcel in the order given."""
    if not parcels:
        return []
    found: list[list[Quote]] = [[] for _parcel in parcels]
    for offer in ask(parcels, at=at).offers:
        one = offer.service
        places = np.flatnonzero(offer.fits)
        columns = [values[places].tolist() for values in (offer.prices, offer.days_min, offer.days_max, offer.billed)]
        for at_, price, first, last, billed in zip(places.tolist(), *columns, strict=True):
            found[at_].append(Quote(one.id, one.carrier_code, one.code, price, one.currency, first, last, billed))
    for quotes in found:
        quotes.sort(key=_dearness)
    return found


def _dearness(one: Quote) -> tuple[int, int, str]:
    return one.price_minor, one.lead_days_max, one.service_code


class Excluded(Struct, frozen=True):
    """A service that is out for a parcel, and why."""

    service: Asked
    reason: str


def quote_one(parcel: ParcelFacts, *, at: datetime) -> tuple[list[Quote], list[Excluded]]:
    """Ask all services for one parcel: what they offer, and who is out and why."""
    quoted = ask([parcel], at=at)
    out = [Excluded(offer.service, offer.reason(0)) for offer in quoted.offers if not offer.fits[0]]
    return quote([parcel], at=at)[0], out
