"""In how many days a parcel arrives: a distribution per lane, learnt from own parcels; it starts at the tariff's.

Few parcels say little about a lane, so each level leans on the wider one: service × pair of provinces → service × band
of distance → service → the lead time its tariff states. At each level

    p = (n · observed + k · p of the wider level) / (n + k)

which is the mean of a Dirichlet posterior whose prior is the wider level, worth k parcels: with no parcels it is the
wider level, with many it is what was seen. Parcels still on their way have at least not arrived yet: they are taken in
as censored, day by day (the chance to arrive on a day among those that had not before), so that quick parcels, which
are seen first, do not make a lane look quicker than it is.
Source: hierarchical Dirichlet smoothing, D. MacKay & L. Peto, A Hierarchical Dirichlet Language Model, Natural
Language Engineering 1(3), 1995; censoring as in E. Kaplan & P. Meier, JASA 53, 1958, with the beta prior per day of
N. Hjort, Annals of Statistics 18(3), 1990. Older parcels count less by a half-life.
Units: days from hand-over; the last place means “that many or more”.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Distribution = npt.NDArray[np.float64]
HORIZON = 61
TAIL_RATIO = 0.6  # each further day after the stated longest is that much likelier to be the last


def lead_prior(days_min: int, days_max: int, *, trust_share: float, horizon: int = HORIZON) -> Distribution:
    """Turn a stated lead time into a distribution: evenly within it as often as it is trusted, the rest later.

    The rest falls off by a fixed ratio a day. Units: share 0–1.
    """
    days = np.arange(horizon)
    first, last = min(days_min, horizon - 2), min(max(days_max, days_min), horizon - 2)
    found = np.where((days >= first) & (days <= last), trust_share / (last - first + 1), 0.0)
    later = np.where(days > last, TAIL_RATIO ** np.maximum(days - last, 0).astype(np.float64), 0.0)
    return np.asarray(found + (1 - trust_share) * later / later.sum(), np.float64)


def shrunk(
    counts: Sequence[Distribution | None],
    prior: Distribution,
    strength: float,
    waiting: Sequence[Distribution | None] = (),
) -> Distribution:
    """Lean each level on the wider one; counts from the widest to the narrowest, None where nothing was seen.

    `waiting` counts at the same places the parcels on their way by whole days that passed without their arrival.
    Units: `strength` in parcels.
    """
    found = prior
    for place, seen in enumerate(counts):
        pending = waiting[place] if place < len(waiting) else None
        if pending is not None:
            found = _with_waiting(np.zeros(len(prior)) if seen is None else seen, pending, found, strength)
        elif seen is not None:
            found = (seen + strength * found) / (seen.sum() + strength)
    return found


def _with_waiting(seen: Distribution, pending: Distribution, wider: Distribution, strength: float) -> Distribution:
    """Do the same day by day: who had not arrived before a day, and who arrived on it."""
    known = seen + strength * wider
    # a parcel that waited n days without arriving was there to arrive on the days 0 … n-1
    at_risk = np.cumsum(known[::-1])[::-1] + np.cumsum(pending[::-1])[::-1] - pending
    chance = np.divide(known, at_risk, out=np.zeros(len(known)), where=at_risk > 0)
    chance[-1] = 1.0
    left = np.concatenate(([1.0], np.cumprod(1.0 - chance)[:-1]))
    return np.asarray(left * chance, np.float64)


def on_time_share(distribution: Distribution, days: int) -> float:
    """Tell how likely a parcel arrives within so many days."""
    return float(distribution[: days + 1].sum()) if days >= 0 else 0.0


def surest_day(distribution: Distribution, share: float) -> int:
    """Tell the first day by which a parcel has arrived with this probability."""
    return int(np.searchsorted(np.cumsum(distribution), min(share, 1.0) - 1e-12, side="left"))


class Learnt:
    """What was seen, by level: counts of days under keys from the widest (service) to the narrowest."""

    def __init__(
        self,
        seen: Mapping[Hashable, Distribution],
        *,
        strength: float,
        waiting: Mapping[Hashable, Distribution] | None = None,
    ) -> None:
        self._seen = seen
        self._waiting = waiting or {}
        self._strength = strength

    def distribution(self, keys: Sequence[Hashable], prior: Distribution) -> Distribution:
        """Give the distribution of a lane named by its keys, the widest first."""
        waiting = [self._waiting.get(key) for key in keys] if self._waiting else []
        return shrunk([self._seen.get(key) for key in keys], prior, self._strength, waiting)

    def parcels(self, key: Hashable) -> float:
        """Tell how many parcels, weighted by age, stand behind a key."""
        seen = self._seen.get(key)
        return float(seen.sum()) if seen is not None else 0.0


def keys_of(service: int, origin: str, destination: str, band: int) -> tuple[Hashable, ...]:
    """Name the levels of a lane, the widest first; places are districts, of which the province counts."""
    return (service,), (service, "band", band), (service, "pair", origin[:2], destination[:2])
