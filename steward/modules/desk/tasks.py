"""What time makes of the desk's matters."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import actor, jobs, moment
from steward.modules.desk.commands import call_clocks

SYSTEM = actor.system("desk")


@app.periodic(cron="* * * * *")
@app.task(name="desk.end_missed_calls", queue="periodic", queueing_lock="desk.end_missed_calls", retry=jobs.RETRY)
def end_missed_calls(timestamp: int) -> None:
    """End the clocks of calls nobody answered in time; safe when run twice."""
    while call_clocks.end_missed(SYSTEM, now=moment.now()) == call_clocks.BATCH:
        pass
