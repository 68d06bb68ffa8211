"""What time makes of requests."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import actor, jobs, moment
from steward.modules.approvals.commands.deciding import EXPIRE_LIMIT, expire_due

ROUNDS = 20


@app.periodic(cron="* * * * *")
@app.task(
    name="approvals.expire_due_requests",
    queue="periodic",
    queueing_lock="approvals.expire_due_requests",
    retry=jobs.RETRY,
)
def expire_due_requests(timestamp: int) -> None:
    """Let lapse what nobody decided in time, in bounded batches; safe when run twice or by many workers."""
    for _ in range(ROUNDS):
        if expire_due(actor.system("approvals.expire"), now=moment.now()) < EXPIRE_LIMIT:
            return
