"""What time makes of clocks."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import actor, jobs, moment, ticks
from steward.modules.deadlines import commands

ROUNDS = 50


@ticks.every_few_seconds("deadlines.sweep_due_clocks")
def sweep_now() -> int:
    """Mark what fell due in the last seconds, in bounded batches; with nothing due it is one probe of an index.

    Returns how many clocks. Safe when run twice or by many workers.
    """
    swept = total = 0
    for _ in range(ROUNDS):
        swept = commands.sweep_due(actor.system("deadlines.sweep"), now=moment.now(), limit=commands.SWEEP_LIMIT)
        total += swept
        if swept < commands.SWEEP_LIMIT:
            break
    return total


@app.periodic(cron="* * * * *")
@app.task(
    name="deadlines.sweep_due_clocks",
    queue="periodic",
    queueing_lock="deadlines.sweep_due_clocks",
    retry=jobs.RETRY,
)
def sweep_due_clocks(timestamp: int) -> None:
    """Sweep once a minute as well, should no worker tick."""
    sweep_now()


@app.task(name="deadlines.realign_again", queue="events", retry=jobs.RETRY)
def realign_again(kinds: list[list[str]], reason: str, owners: list[int] | None = None) -> None:
    """Recompute clocks that other processes started by a policy or calendar they still remembered."""
    pairs = [(subject, clock) for subject, clock in kinds]
    sweeper = actor.system("deadlines.sweep")
    commands.realign_all(sweeper, kinds=pairs, reason=reason, now=moment.now(), owners=owners)
