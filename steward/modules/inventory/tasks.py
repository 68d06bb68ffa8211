"""What time makes stock do."""

from __future__ import annotations

from datetime import timedelta

import structlog
from procrastinate.contrib.django import app

from steward.kernel import actor, moment
from steward.modules.inventory import queries
from steward.modules.inventory.commands import planning, promising, proving, regrading

log = structlog.get_logger(__name__)
SYSTEM = actor.system("inventory")


@app.periodic(cron="* * * * *")
@app.task(name="inventory.expire_holds", queue="clock", queueing_lock="inventory.expire_holds")
def expire_holds(timestamp: int) -> int:
    """Give back the promises of lapsed orders, batch by batch until none is due."""
    total = 0
    while count := promising.expire_holds(SYSTEM, now=moment.now()):
        total += count
    return total


@app.periodic(cron="17 * * * *")
@app.task(name="inventory.prove_balances", queue="clock", queueing_lock="inventory.prove_balances")
def prove_balances(timestamp: int) -> int:
    """Compare every balance with its ledger and say loudly where they differ."""
    found = proving.prove_balances(SYSTEM, now=moment.now())
    if found:
        log.error("stock_balance_differs", balances=found)
    return found


@app.periodic(cron="3 * * * *")
@app.task(name="inventory.quarantine_expired", queue="clock", queueing_lock="inventory.quarantine_expired")
def quarantine_expired(timestamp: int) -> int:
    """Take goods past their date out of sale, shortly after the day begins wherever the house is."""
    total = 0
    while count := regrading.quarantine_expired(SYSTEM, now=moment.now()):
        total += count
    return total


@app.periodic(cron="* * * * *")
@app.task(name="inventory.watch_reorder_points", queue="clock", queueing_lock="inventory.watch_reorder_points")
def watch_reorder_points(timestamp: int) -> int:
    """Tell who plans stock what fell below its reorder point in the last minute."""
    return planning.watch_reorder_points(SYSTEM, now=moment.now())


@app.periodic(cron="23 * * * *")
@app.task(name="inventory.compute_reorder_points", queue="clock", queueing_lock="inventory.compute_reorder_points")
def compute_reorder_points(timestamp: int) -> int:
    """Add up yesterday's and today's demand, and compute anew the reorder points that follow from it."""
    now = moment.now()
    today = queries.local_day(now)
    for day in (today - timedelta(days=1), today):
        planning.gather_demand(SYSTEM, day=day)
    return planning.compute_reorder_points(SYSTEM, now=now)
