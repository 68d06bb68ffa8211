"""Run event handlers as jobs: at least once, in batches, parked when they keep failing; forget replies nobody needs."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.module_loading import import_string
from procrastinate import JobContext
from procrastinate.contrib.django import app

from steward.kernel import events, idempotency, jobs, joining, moment
from steward.kernel.models import Event


@app.task(name="steward.kernel.tasks.handle_events", queue="events", retry=jobs.RETRY, pass_context=True)
def handle_events(
    context: JobContext, handler: str, event_ids: list[int], parts: list[list[int]] | None = None
) -> None:
    """Hand a batch of recorded events to one handler, with what else waits for it. `parts`: what it took on before.

    Raises: whatever the handler raises; the job is retried with backoff, then parked, without what it took on.
    """
    job = context.job
    if parts is None and job.id is not None and job.attempts == 0 and 2 * len(event_ids) <= settings.EVENT_BATCH:
        parts = joining.join(job.id, handler, event_ids)
    parts = parts or [event_ids]
    if job.id is not None and job.attempts > 0 and len(parts) > 1:  # its worker died with it
        joining.part_again(job.id, handler, parts)
        parts = parts[:1]
    try:
        hand_over(handler, [id_ for part in parts for id_ in part])
    except Exception:
        if job.id is not None and len(parts) > 1:
            joining.part_again(job.id, handler, parts)
        raise


def hand_over(handler: str, event_ids: Sequence[int]) -> None:
    """Call a handler with recorded events, in the order they were recorded. Raises: whatever it raises."""
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
