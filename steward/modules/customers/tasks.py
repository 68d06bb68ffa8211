"""What time makes of customers: those who may be one person are found, sign-ins that are over are forgotten."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import actor, jobs, moment
from steward.modules.customers.commands import proposing, sign_in

SYSTEM = actor.system("customers.merging")


@app.periodic(cron="*/2 * * * *")
@app.task(name="customers.propose_merges", queue="periodic", queueing_lock="customers.propose_merges", retry=jobs.RETRY)
def propose_merges(timestamp: int) -> None:
    """Merge or propose buyers who share a value, as the rules say; a second run finds nothing new."""
    while proposing.propose_merges(SYSTEM, now=moment.now()) >= proposing.AT_ONCE:
        pass


@app.periodic(cron="17 * * * *")
@app.task(
    name="customers.forget_sign_ins", queue="periodic", queueing_lock="customers.forget_sign_ins", retry=jobs.RETRY
)
def forget_sign_ins(timestamp: int) -> None:
    """Forget codes of yesterday and visits that are over; a second run finds nothing."""
    sign_in.forget_sign_ins(SYSTEM, now=moment.now())
