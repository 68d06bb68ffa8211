"""What time makes of customers: those who may be one person are found."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import actor, jobs, moment
from steward.modules.customers.commands import proposing

SYSTEM = actor.system("customers.merging")


@app.periodic(cron="*/2 * * * *")
@app.task(name="customers.propose_merges", queue="periodic", queueing_lock="customers.propose_merges", retry=jobs.RETRY)
def propose_merges(timestamp: int) -> None:
    """Merge or propose buyers who share a value, as the rules say; a second run finds nothing new."""
    while proposing.propose_merges(SYSTEM, now=moment.now()) >= proposing.AT_ONCE:
        pass
