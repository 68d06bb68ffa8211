"""Score carriers from their real shipments, so that one lucky parcel does not win.

A share seen in few parcels (on time, lost or damaged) is drawn towards the share of all carriers:

    (successes + a) / (parcels + a + b)

with a and b of the beta distribution fitted to the carriers' own shares by the method of moments. Means of few values
(rating, days until a claim is paid) are drawn towards the mean of all in the same spirit.
Source: empirical Bayes, beta-binomial model; B. Efron & C. Morris, Stein's Estimator and its Generalizations, JASA 70
(1975); G. Casella, An Introduction to Empirical Bayes Data Analysis, The American Statistician 39(2), 1985.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from msgspec import Struct

MEASURES = ("on_time", "lost_damaged", "claims", "price", "rating", "coverage", "capacity")
WEAKEST, STRONGEST = 2.0, 2_000.0  # how many parcels the common share may be worth
RATINGS_WORTH = 8.0
CLAIMS_WORTH = 4.0
SLOWEST_CLAIM_DAYS = 45.0
BEST_RATING, WORST_RATING = 5.0, 1.0


class Record(Struct, frozen=True, kw_only=True):
    """What a carrier or service did in a span. Units: parcels, days, minor units per kg; shares 0–1."""

    key: str
    parcels: int = 0
    promised: int = 0
    on_time: int = 0
    lost_damaged: int = 0
    claims: int = 0
    claim_days: float = 0.0
    rated: int = 0
    rating: float = 0.0
    price_per_kg_minor: float | None = None
    coverage_share: float = 0.0
    capacity_share: float = 0.0


class Mark(Struct, frozen=True):
    """One measure of one carrier: as seen, drawn to the common value, and in points of 100; None: nothing to go by."""

    measure: str
    seen: float | None
    shrunk: float | None
    points: float | None
    cases: int


class Score(Struct, frozen=True):
    """All measures of one carrier and their weighted mean; without any weight left there is no total."""

    key: str
    parcels: int
    marks: tuple[Mark, ...]
    total: float | None


def beta_prior(cases: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Fit the beta distribution behind shares, given (successes, parcels) per carrier, by the method of moments.

    The variance that chance alone makes is taken off what is seen between carriers.
    """
    known = [(hits, count) for hits, count in cases if count > 0]
    total = sum(count for _hits, count in known)
    if not known:
        return 1.0, 1.0
    mean = (sum(hits for hits, _count in known) + 0.5) / (total + 1.0)
    spread = sum(count * (hits / count - mean) ** 2 for hits, count in known)
    chance = mean * (1 - mean)
    room = total - sum(count * count for _hits, count in known) / total
    between = (spread - (len(known) - 1) * chance) / room if room > 0 else 0.0
    strength = chance / between - 1 if between > 0 else STRONGEST
    strength = min(max(strength, WEAKEST), STRONGEST)
    return mean * strength, (1 - mean) * strength


def shrunk_share(hits: int, count: int, prior: tuple[float, float]) -> float:
    """Draw a share towards the common one."""
    return (hits + prior[0]) / (count + prior[0] + prior[1])


def shrunk_mean(mean: float, count: int, common: float, worth: float) -> float:
    """Draw a mean towards the common one, which is worth so many values."""
    return (mean * count + common * worth) / (count + worth)


def scores(records: Sequence[Record], weights: Mapping[str, float]) -> list[Score]:
    """Score every carrier, the best first; the weights need not sum to one.

    Prices are compared among those that have one: the cheapest per kg has 100 points, twice that price half of them.
    """
    on_time = beta_prior([(one.on_time, one.promised) for one in records])
    losses = beta_prior([(one.lost_damaged, one.parcels) for one in records])
    rating = _common([(one.rating, one.rated) for one in records])
    claims = _common([(one.claim_days, one.claims) for one in records])
    prices = [one.price_per_kg_minor for one in records if one.price_per_kg_minor]
    found = []
    for one in records:
        marks = (
            _share(one.on_time, one.promised, on_time),
            _loss(one, losses),
            _claims(one, claims),
            _price(one, min(prices, default=0.0)),
            _rating(one, rating),
            Mark("coverage", one.coverage_share, one.coverage_share, 100 * one.coverage_share, one.parcels),
            Mark("capacity", one.capacity_share, one.capacity_share, 100 * one.capacity_share, one.parcels),
        )
        found.append(Score(one.key, one.parcels, marks, _total(marks, weights)))
    return sorted(found, key=lambda score: (-(score.total if score.total is not None else -1.0), score.key))


def _common(values: Sequence[tuple[float, int]]) -> float | None:
    count = sum(number for _mean, number in values)
    return sum(mean * number for mean, number in values) / count if count else None


def _share(hits: int, count: int, prior: tuple[float, float]) -> Mark:
    share = shrunk_share(hits, count, prior)
    # half of the promises kept is no points: nobody would ship with less
    return Mark("on_time", hits / count if count else None, share, max(0.0, 200 * share - 100), count)


def _loss(one: Record, prior: tuple[float, float]) -> Mark:
    share = shrunk_share(one.lost_damaged, one.parcels, prior)
    # one parcel in twenty lost or damaged is no points
    return Mark("lost_damaged", one.lost_damaged / one.parcels if one.parcels else None, share,
                max(0.0, 100 - 2_000 * share), one.parcels)  # fmt: skip


def _claims(one: Record, common: float | None) -> Mark:
    if common is None:
        return Mark("claims", None, None, None, 0)
    days = shrunk_mean(one.claim_days, one.claims, common, CLAIMS_WORTH)
    points = max(0.0, 100 * (1 - days / SLOWEST_CLAIM_DAYS))
    return Mark("claims", one.claim_days if one.claims else None, days, points, one.claims)


def _price(one: Record, cheapest: float) -> Mark:
    price = one.price_per_kg_minor
    if not price or not cheapest:
        return Mark("price", None, None, None, 0)
    return Mark("price", price, price, 100 * cheapest / price, one.parcels)


def _rating(one: Record, common: float | None) -> Mark:
    if common is None:
        return Mark("rating", None, None, None, 0)
    value = shrunk_mean(one.rating, one.rated, common, RATINGS_WORTH)
    points = 100 * (value - WORST_RATING) / (BEST_RATING - WORST_RATING)
    return Mark("rating", one.rating if one.rated else None, value, points, one.rated)


def _total(marks: Sequence[Mark], weights: Mapping[str, float]) -> float | None:
    """Weigh the measures that say anything; what says nothing takes its weight away with it."""
    told = [(mark.points, weights.get(mark.measure, 0.0)) for mark in marks if mark.points is not None]
    whole = sum(weight for _points, weight in told)
    return sum(points * weight for points, weight in told) / whole if whole > 0 else None


def mean_mark(marks: Mapping[str, int]) -> float | None:
    """Give the mean of a visit's marks."""
    return fmean(marks.values()) if marks else None
