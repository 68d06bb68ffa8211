"""Scorecards of carriers from what became of their parcels, weighed as the manager wants, with their trend."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.logistics.models import Carrier, Coverage, Service
from steward.modules.logistics.rules import scoring
from steward.modules.logistics.rules.scoring import Record, Score

PROVINCES = 34
LABELS = {
    "on_time": _("Weight of deliveries on time in the score of carriers"),
    "lost_damaged": _("Weight of lost and damaged parcels in the score of carriers"),
    "claims": _("Weight of the days until a claim is paid in the score of carriers"),
    "price": _("Weight of the price per kilogram in the score of carriers"),
    "rating": _("Weight of customers' ratings in the score of carriers"),
    "coverage": _("Weight of coverage in the score of carriers"),
    "capacity": _("Weight of daily capacity in the score of carriers"),
}
DEFAULTS = {"on_time": 35, "lost_damaged": 20, "claims": 5, "price": 20, "rating": 10, "coverage": 5, "capacity": 5}
WEIGHTS = {
    measure: parameters.define(
        f"logistics.score_{measure}_points", points, unit="points", minimum=0, maximum=100, label=LABELS[measure]
    )
    for measure, points in DEFAULTS.items()
}
SPAN = parameters.define(
    "logistics.score_days",
    90,
    unit="days",
    minimum=7,
    maximum=730,
    label=_("How many days scores of carriers look back"),
)
ENOUGH_CAPACITY = parameters.define(
    "logistics.score_capacity_parcels",
    500,
    unit="",
    minimum=1,
    maximum=1_000_000,
    label=_("How many parcels a day a carrier should be able to take for full points"),
)
SEEN = """
SELECT {key}, count(*), count(promised_date),
       count(*) FILTER (WHERE promised_date IS NOT NULL AND outcome = 'delivered' AND delivered_date <= promised_date),
       count(*) FILTER (WHERE outcome IN ('lost', 'damaged')), count(claim_days), coalesce(avg(claim_days), 0)::float,
       count(rating), coalesce(avg(rating), 0)::float,
       (sum(price_minor) FILTER (WHERE weight_g > 0 AND price_minor > 0) * 1000.0
        / nullif(sum(weight_g) FILTER (WHERE weight_g > 0 AND price_minor > 0), 0))::float
FROM logistics_delivery JOIN logistics_service ON logistics_service.id = service_id
JOIN logistics_carrier ON logistics_carrier.id = carrier_id
WHERE handed_over_date > %(first)s AND handed_over_date <= %(last)s AND NOT simulated
  AND (%(carrier)s = '' OR logistics_carrier.code = %(carrier)s)
GROUP BY 1 ORDER BY 1
"""
BY_CARRIER = SEEN.format(key="logistics_carrier.code")
BY_SERVICE = SEEN.format(key="logistics_service.code")
BY_MONTH = SEEN.format(key="to_char(handed_over_date, 'YYYY-MM')")
BY_LANE = SEEN.format(key="left(origin, 2) || '>' || left(destination, 2)")


def weights() -> dict[str, float]:
    """Read what each measure weighs now."""
    return {measure: float(parameters.value(definition)) for measure, definition in WEIGHTS.items()}


def scorecards(*, day: date, by_service: bool = False, carrier: str = "") -> list[Score]:
    """Score carriers (or services) by what they did until a day, the best first; those without parcels too."""
    records = _records(BY_SERVICE if by_service else BY_CARRIER, day, carrier)
    seen = {one.key: one for one in records}
    shares = _file_shares(by_service=by_service)
    wanted = [key for key, of_carrier in _keys(by_service=by_service) if carrier in ("", of_carrier)]
    records = [_with_shares(seen.get(key, Record(key=key)), *shares.get(key, (0.0, 0.0))) for key in wanted]
    return scoring.scores(records, weights())


def _records(statement: str, day: date, carrier: str = "", days: int | None = None) -> list[Record]:
    span = days or parameters.value(SPAN)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"first": day - timedelta(days=span), "last": day, "carrier": carrier})
        return [
            Record(key=key, parcels=parcels, promised=promised, on_time=on_time, lost_damaged=lost, claims=claims,
                   claim_days=claim_days, rated=rated, rating=rating, price_per_kg_minor=price)
            for key, parcels, promised, on_time, lost, claims, claim_days, rated, rating, price in cursor.fetchall()
        ]  # fmt: skip


def _keys(*, by_service: bool) -> list[tuple[str, str]]:
    if by_service:
        return list(Service.objects.filter(active=True).values_list("code", "carrier__code"))
    return [(code, code) for code in Carrier.objects.values_list("code", flat=True)]


def _file_shares(*, by_service: bool) -> dict[str, tuple[float, float]]:
    """Tell from the file which share of provinces is served and how much of the wanted capacity there is."""
    key = "code" if by_service else "carrier__code"
    served: dict[str, set[str]] = {}
    for code, region in Coverage.objects.filter(served=True, service__active=True).values_list(
        f"service__{key}", "region"
    ):
        served.setdefault(code, set()).add(region[:2])
    room = Service.objects.filter(active=True).values(key).annotate(least=Sum("capacity_per_day"), n=Count("id"))
    enough = parameters.value(ENOUGH_CAPACITY)
    endless = set(Service.objects.filter(active=True, capacity_per_day=0).values_list(key, flat=True))
    return {
        row[key]: (
            1.0 if "" in served.get(row[key], ()) else min(len(served.get(row[key], ())) / PROVINCES, 1.0),
            1.0 if row[key] in endless else min(row["least"] / enough, 1.0),
        )
        for row in room
    }


def _with_shares(one: Record, coverage_share: float, capacity_share: float) -> Record:
    facts = {name: getattr(one, name) for name in Record.__struct_fields__}
    return Record(**{**facts, "coverage_share": coverage_share, "capacity_share": capacity_share})


class Month(Struct, frozen=True):
    """One month of a carrier. Shares 0–1, None where nothing was promised; minor units per kg."""

    month: str
    parcels: int
    on_time: float | None
    lost_damaged: float
    price_per_kg_minor: float | None
    rating: float | None


def trend(*, carrier: str, day: date, months: int = 12) -> list[Month]:
    """Tell month by month how a carrier did."""
    return [
        Month(
            one.key,
            one.parcels,
            one.on_time / one.promised if one.promised else None,
            one.lost_damaged / one.parcels,
            one.price_per_kg_minor,
            one.rating if one.rated else None,
        )
        for one in _records(BY_MONTH, day, carrier, days=31 * months)
    ]


def lanes(*, carrier: str, day: date, limit: int = 8) -> list[Record]:
    """List a carrier's lanes of provinces with the most parcels; keys such as 33>44."""
    return sorted(_records(BY_LANE, day, carrier), key=lambda one: -one.parcels)[:limit]
