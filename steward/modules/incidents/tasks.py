"""What time makes of queues: each minute they are measured and judged."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import jobs, moment
from steward.kernel.actor import system
from steward.modules.incidents.commands import forget_samples, judge_queue, sample_queue
from steward.modules.incidents.rules.surges import QUEUES


@app.periodic(cron="* * * * *")
@app.task(name="incidents.watch_queues", queue="clock", queueing_lock="incidents.watch_queues", retry=jobs.RETRY)
def watch_queues(timestamp: int) -> None:
    """Measure every queue and let its load decide about surge mode; safe when run twice or by many workers."""
    actor, now = system("incidents.watch"), moment.now()
    for queue in QUEUES:
        sample_queue(actor, queue=queue, now=now)
        judge_queue(actor, queue=queue, now=now)


@app.periodic(cron="17 4 * * *")
@app.task(name="incidents.forget_samples", queue="periodic", queueing_lock="incidents.forget_samples")
def forget_old_samples(timestamp: int) -> None:
    """Delete measured loads past their time, once a day."""
    forget_samples(system("incidents.watch"), now=moment.now())
