"""What a choice of warehouse weighs, as data a manager edits. Source: INV-6; docs/decisions/0018-allocation.md."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Minor = Annotated[int, Meta(ge=0, le=10**9)]
Percent = Annotated[int, Meta(ge=0, le=1_000)]
Days = Annotated[int, Meta(ge=0, le=366)]
Weight = Annotated[int, Meta(ge=1, le=10**6)]

# How an order ranks when goods are scarce, the most important first.
RANKS = ("urgent", "normal", "low")


class Weights(Struct, frozen=True, forbid_unknown_fields=True):
    """Every weight of one policy. Units: minor units of `currency`, percent, days.

    `rank_*` says how much more an order of that rank counts than one of weight 1 when only one of them can be served.
    """

    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "CNY"
    shipping_percent: Percent = 100
    distance_minor_per_100_km: Minor = 20
    late_minor_per_day: Minor = 500
    freshness_percent: Percent = 10
    freshness_days: Annotated[int, Meta(ge=1, le=3_660)] = 180
    split_minor: Minor = 600
    load_minor: Minor = 100
    unserved_minor: Minor = 20_000
    rank_urgent: Weight = 16
    rank_normal: Weight = 4
    rank_low: Weight = 1
    promised_days: Days = 4
    handling_days: Days = 1
    at_once: bool = True

    def rank_weight(self, rank: str) -> int:
        """Return how much an order of a rank counts."""
        return int(getattr(self, f"rank_{rank}"))


SHIPPED = Weights()


def flaws(weights: Weights) -> list[tuple[str, str]]:
    """List what keeps weights from being kept: (field, code). A higher rank counts at least as much as a lower one."""
    values = [weights.rank_weight(rank) for rank in RANKS]
    return [
        (f"rank_{RANKS[place]}", "rank_below_lower")
        for place in range(len(RANKS) - 1)
        if values[place] < values[place + 1]
    ]
