"""Run event handlers as jobs: at least once, in batches, parked when they keep failing; forget replies nobody needs."""

from __future__ import annotations

from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from steward.kernel import events, idempotency, jobs, moment
from steward.kernel.models import Event


@app.task(name="steward.kernel.tasks.handle_events", queue="events", retry=jobs.RETRY)
def handle_events(handler: str, event_ids: list[int]) -> None:
    """Hand a batch of recorded events to one handler, in the order they were recorded.

    Raises: whatever the handler raises; the job is retried with backoff, then parked.
    """
    rows = Event.objects.filter(id__in=event_ids).order_by("id").values_list("kind", "data")
    function: events.Handler = import_string(handler)
    function([events.decode(kind, data) for kind, data in rows])


@app.periodic(cron="43 3 * * *")
@app.task(
    name="steward.kernel.tasks.forget_replies", queue="clock", queueing_lock="steward.kernel.tasks.forget_replies"
)
def forget_replies(timestamp: int) -> int:
    """Delete the replies kept under idempotency keys once nobody will ask again, some at a time. Returns how many."""
    total = 0
    while deleted := idempotency.forget_old(now=moment.now()):
        total += deleted
    return total
