"""Choose a service for each of many parcels, with what else there was and why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

import msgspec
import numpy as np
from django.db.models import Count, Exists, Max, OuterRef
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.customers.queries.divisions import divisions
from steward.modules.logistics.models import ServiceChoice, Shipment
from steward.modules.logistics.queries import promise, quotes
from steward.modules.logistics.queries.days import house_day, house_time
from steward.modules.logistics.queries.quotes import Asked, Offered, Quoted
from steward.modules.logistics.rules import choice as rules
from steward.modules.logistics.rules import deliveries
from steward.modules.logistics.rules import promise as learning
from steward.modules.logistics.rules.choice import Choice, Option, Out
from steward.modules.logistics.rules.prefixes import Integers, number_of
from steward.modules.logistics.rules.pricing import ParcelFacts, Parcels

COLD = frozenset({"chilled", "frozen"})
KINDS = ("ambient", "chilled")  # one of each: their reliability differs


class Wanted(Struct, frozen=True):
    """A parcel that needs a service; `reference` names what it belongs to, e.g. a shipment's number.

    A drill (`simulated`) is chosen for like any other, and takes nobody's place.
    """

    parcel: ParcelFacts
    promised_date: date | None = None
    reference: str = ""
    simulated: bool = False


class Expected(Struct, frozen=True):
    """How one service's days are expected for all parcels, from their hand-over: the day by share, and on time."""

    days: dict[float, list[int]]
    on_time: list[float]


def choose_services(wanted: Sequence[Wanted], *, at: datetime) -> list[Choice]:
    """Choose for each parcel the cheapest service that keeps its promise surely enough, in the order given.

    Capacity of the day is shared first come, first served, counting what was chosen today already. A handful of
    queries however many parcels. Source: LOG-3; docs/decisions/0016.
    """
    if not wanted:
        return []
    quoted = quotes.ask([one.parcel for one in wanted], at=at)
    bands = _bands(quoted.parcels)
    shares = [_reliability(one.parcel.storage_class) for one in wanted]
    expected = [_expected(offer, quoted, bands, wanted, at) for offer in quoted.offers]
    left = _capacity_left([offer.service for offer in quoted.offers], at)
    found = []
    for place, one in enumerate(wanted):
        options, out = [], []
        for offer, days in zip(quoted.offers, expected, strict=True):
            if offer.fits[place]:
                is_full = left.get(offer.service.id, 1) <= 0
                options.append(_option(offer, place, days, one, share=shares[place], is_full=is_full))
            else:
                asked = offer.service
                out.append(Out(asked.id, asked.carrier_code, asked.code, offer.reason(place)))
        made = rules.choose(
            options, out, is_promised=one.promised_date is not None, reliability_share=shares[place], probation=False
        )
        if made.service_id in left and not one.simulated:
            left[made.service_id] -= 1
        found.append(made)
    return found


def _reliability(storage_class: str) -> float:
    return float(parameters.value(promise.RELIABILITY_COLD if storage_class in COLD else promise.RELIABILITY))


def _option(offer: Offered, place: int, days: Expected, one: Wanted, *, share: float, is_full: bool) -> Option:
    asked = offer.service
    return Option(
        service_id=asked.id,
        carrier_code=asked.carrier_code,
        service_code=asked.code,
        price_minor=int(offer.prices[place]),
        currency=asked.currency,
        days_min=int(offer.days_min[place]),
        days_max=int(offer.days_max[place]),
        days_likely=days.days[0.5][place],
        days_sure=days.days[share][place],
        on_time=days.on_time[place] if one.promised_date else None,
        billed_g=int(offer.billed[place]),
        state=asked.state,
        is_full=is_full,
    )


def _bands(parcels: Parcels) -> Integers:
    """Tell the band of distance of every pair of districts there is."""
    known = divisions()

    def band(one: str, other: str) -> int:
        start, end = known.coordinates_of(one), known.coordinates_of(other)
        return deliveries.band_of(deliveries.distance_km(start, end) if start and end else None)

    return np.array([[band(one, other) for other in parcels.destination_codes] for one in parcels.origin_codes])


def _expected(offer: Offered, quoted: Quoted, bands: Integers, wanted: Sequence[Wanted], at: datetime) -> Expected:
    """Expect the days of every parcel with one service; parcels of the same lane share one distribution."""
    today, cutoff, parcels = house_day(at), offer.service.pickup_cutoff, quoted.parcels
    learnt, trust = promise.learnt(today), float(parameters.value(promise.LEAD_TRUST))
    first_day = today + timedelta(days=1) if isinstance(cutoff, time) and house_time(at) > cutoff else today
    provinces = np.array([number_of(code[:2]) for code in parcels.destination_codes], np.int64)[parcels.destinations]
    band = bands[parcels.origins, parcels.destinations]
    lanes = np.stack([parcels.origins, provinces, band, offer.days_min, offer.days_max])
    folded = np.ravel_multi_index(tuple(lanes + 1), tuple(lanes.max(axis=1) + 2))
    _values, firsts, lane = np.unique(folded, return_index=True, return_inverse=True)
    sums = np.empty((len(firsts), learning.HORIZON))
    for row, place in enumerate(firsts.tolist()):
        one = wanted[place].parcel
        keys = learning.keys_of(offer.service.id, one.origin_district, one.destination_district, int(band[place]))
        prior = learning.lead_prior(int(offer.days_min[place]), int(offer.days_max[place]), trust_share=trust)
        sums[row] = np.cumsum(learnt.distribution(keys, prior))
    left = np.array([(one.promised_date - first_day).days if one.promised_date else -1 for one in wanted], np.int64)
    on_time = np.where(left >= 0, sums[lane, np.clip(left, 0, learning.HORIZON - 1)], 0.0)
    sure = {share: (sums < share - 1e-12).sum(axis=1)[lane].tolist() for share in {0.5, *map(_reliability, KINDS)}}
    return Expected(sure, on_time.tolist())


def _capacity_left(services: Sequence[Asked], at: datetime) -> dict[int, int]:
    """Tell how many parcels services with a daily capacity can still take today.

    What was called off takes no place, nor do drills.
    """
    limits = {one.id: one.capacity_per_day for one in services if one.capacity_per_day}
    if not limits:
        return {}
    newest = (
        ServiceChoice.objects.filter(made_at__gte=at - timedelta(days=1), simulated=False)
        .values("reference")
        .annotate(newest=Max("id"))
        .values("newest")
    )
    today = house_day(at)
    called_off = Shipment.objects.filter(number=OuterRef("reference"), state="cancelled")
    taken = ServiceChoice.objects.filter(~Exists(called_off), id__in=newest, made_at__date=today, service_id__in=limits)
    used = dict(taken.values_list("service_id").annotate(n=Count("id")))
    return {id_: limit - used.get(id_, 0) for id_, limit in limits.items()}


class ChoiceView(Struct, frozen=True):
    """The choice that counts for a reference: the rule's, or a person's with a reason."""

    id: int
    reference: str
    service_id: int | None
    kind: str
    cause: str
    reason: str
    promised_date: date | None
    choice: Choice
    made_by: str
    made_at: datetime


def choices_of(references: Sequence[str]) -> dict[str, list[ChoiceView]]:
    """Read every choice that was made for these references, newest first."""
    found: dict[str, list[ChoiceView]] = defaultdict(list)
    for row in ServiceChoice.objects.filter(reference__in=references).order_by("-id"):
        kept = msgspec.convert(row.facts, Choice)
        found[row.reference].append(
            ChoiceView(row.id, row.reference, row.service_id, row.kind, row.cause, row.reason, row.promised_date, kept,
                       row.made_by, row.made_at)
        )  # fmt: skip
    return found


def chosen(references: Sequence[str]) -> Mapping[str, ChoiceView]:
    """Read the choice that counts for each reference that has one."""
    return {reference: made[0] for reference, made in choices_of(references).items()}
