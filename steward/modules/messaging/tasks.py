"""What time makes of messages and webhooks."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import actor, jobs, moment
from steward.modules.messaging.commands import sending

ROUNDS = 40
SYSTEM = actor.system("messaging")


@app.periodic(cron="*/3 * * * * *")
@app.task(name="messaging.send_due", queue="messages", queueing_lock="messaging.send_due", retry=jobs.RETRY)
def send_due(timestamp: int) -> None:
    """Send what is due, in bounded batches; any number of workers may do so at once."""
    for _ in range(ROUNDS):
        if sending.deliver_due(SYSTEM) < sending.BATCH:
            return


@app.periodic(cron="* * * * *")
@app.task(name="messaging.settle_stuck", queue="messages", queueing_lock="messaging.settle_stuck", retry=jobs.RETRY)
def settle_stuck(timestamp: int) -> None:
    """See to messages whose sender died in the middle."""
    while sending.settle_stuck(SYSTEM, now=moment.now()) == sending.BATCH:
        pass
