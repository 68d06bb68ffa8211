"""How fast a queue of work empties: arrival rate, service rate, people; pure figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

HOUR_S = 3_600
LONGEST_S = 30 * 86_400


class Load(Struct, frozen=True):
    """A queue at one moment. Units: pieces, pieces per hour, people; `each_per_hour` is what one person gets done.

    `postponed` waits as well, but not to be done now.
    """

    waiting: int
    arriving_per_hour: float
    each_per_hour: float
    people: int
    postponed: int = 0

    @property
    def capacity_per_hour(self) -> float:
        """Return what all of them get done. Units: pieces per hour."""
        return self.each_per_hour * self.people


def utilisation(load: Load) -> float:
    """Return the share of the capacity that arrivals take up: from 1 on the queue only grows. Units: share."""
    capacity = load.capacity_per_hour
    return load.arriving_per_hour / capacity if capacity > 0 else math.inf if load.arriving_per_hour > 0 else 0.0


def drain_s(load: Load) -> float:
    """Tell after how long nothing waits any more, were everything to go on as now; infinite if it never does.

    Fluid approximation: the queue falls by capacity less arrivals. Units: seconds.
    Source: G. F. Newell, Applications of Queueing Theory (1982), chapter 2.
    """
    if load.waiting <= 0:
        return 0.0
    falling = load.capacity_per_hour - load.arriving_per_hour
    return load.waiting / falling * HOUR_S if falling > 0 else math.inf


def expected_wait_s(load: Load) -> float:
    """Tell how long a piece that comes now waits once the queue is in balance (M/M/c); infinite where it never is.

    Units: seconds. Source: A. K. Erlang (1917), the delay formula ("Erlang C"), by the recursion of Erlang B.
    """
    share = utilisation(load)
    if share == 0:
        return 0.0
    if share >= 1:
        return math.inf
    offered, blocked = share * load.people, 1.0
    for servers in range(1, load.people + 1):
        blocked = offered * blocked / (servers + offered * blocked)
    waits = blocked / (1 - share * (1 - blocked))
    return waits / (load.capacity_per_hour - load.arriving_per_hour) * HOUR_S


def people_needed(load: Load, *, within_s: float) -> int | None:
    """Tell how many people would empty the queue within a time; None where nobody gets anything done.

    Units: seconds in, people out.
    """
    if load.each_per_hour <= 0:
        return None
    wanted_per_hour = load.arriving_per_hour + load.waiting / (within_s / HOUR_S)
    return max(math.ceil(wanted_per_hour / load.each_per_hour - 1e-9), 0)


def forecast(load: Load, *, shape: Sequence[float] = (), steps: int = 24, step_s: int = 600) -> list[float]:
    """Foretell how many wait at the end of each step.

    `shape` says how arrivals of each step compare with those of now (1: as many), from what this hour of the week
    looked like before; steps beyond it stay as the last. Units: pieces. Source: as `drain_s`.
    """
    found, waiting = [], float(load.waiting)
    done = load.capacity_per_hour * step_s / HOUR_S
    for step in range(steps):
        factor = shape[min(step, len(shape) - 1)] if shape else 1.0
        waiting = max(waiting + load.arriving_per_hour * factor * step_s / HOUR_S - done, 0.0)
        found.append(waiting)
    return found


def service_rate(done: int, person_s: float, *, usual_per_hour: float, weight_h: float = 1.0) -> float:
    """Estimate what one person gets done in an hour from what was done while work waited.

    Little was seen: the usual rate counts as much as `weight_h` hours of seeing (a gamma prior with that many hours).
    Units: pieces per person and hour. Source: the mean of a gamma-Poisson posterior.
    """
    return (done + usual_per_hour * weight_h) / (person_s / HOUR_S + weight_h)
