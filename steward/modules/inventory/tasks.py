"""What time makes stock do."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from steward.kernel import actor, moment
from steward.modules.inventory.commands import promising, proving

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
