"""Set goods aside for the sample's approved orders: most at once, the last ones in a wave; try other weights."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from steward.modules.fulfilment.commands import backtests
from steward.modules.fulfilment.commands.allocating import allocate_orders
from steward.modules.fulfilment.commands.wave_deciding import apply_wave
from steward.modules.fulfilment.commands.waves import NothingToPlan, run_wave
from steward.modules.fulfilment.queries.policies import policy_in_force
from steward.modules.orders.queries.allocating import orders_awaiting_allocation
from steward.sample.people import SYSTEM, Crew

IN_WAVE = 24
# What came in earlier was set aside earlier, so that its parcels are further on their way.
AT_ONCE_HOURS_AGO = (46, 24, 1)
WAVE_S = 5
TRIED_DAYS = 7
# What the manager tries: parcels dearer to split, lateness weighed more.
PROPOSED = {"split_minor": 1_200, "late_minor_per_day": 1_000}


def set_aside(crew: Crew, now: datetime) -> int:
    """Allocate what is approved. Returns how many orders have their goods."""
    waiting = orders_awaiting_allocation()
    placed, early = 0, waiting[:-IN_WAVE]
    for part, hours_ago in enumerate(AT_ONCE_HOURS_AGO):
        share = early[part * len(early) // len(AT_ONCE_HOURS_AGO) : (part + 1) * len(early) // len(AT_ONCE_HOURS_AGO)]
        placed += len(allocate_orders(SYSTEM, order_ids=share, now=now - timedelta(hours=hours_ago)).placed)
    coordinator = crew.first("logistics_coordinator")
    try:
        number = run_wave(coordinator, now=now, mode="flow", seconds=WAVE_S)
    except NothingToPlan:
        return placed
    placed += apply_wave(coordinator, number=number, now=now).applied
    _try(crew, now)
    return placed


def _try(crew: Crew, now: datetime) -> None:
    """Try other weights on the orders of the last days."""
    weights = msgspec.to_builtins(policy_in_force().weights) | PROPOSED
    id_ = backtests.request_backtest(
        crew.first("after_sales_manager"),
        weights=weights,
        from_date=(now - timedelta(days=TRIED_DAYS)).date(),
        to_date=now.date(),
        later=False,
    )
    backtests.run_backtest(backtest_id=id_, now=now)
