"""How jobs run: retries with growing pauses, a note of every failure, and the worker's timing.

The settings import this module, so nothing here touches the database before a job runs.
"""

from __future__ import annotations

import random
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, LiteralString

import structlog
from django.db import connection
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.app import WorkerOptions
from procrastinate.jobs import Job

from steward.kernel import logs

if TYPE_CHECKING:
    from procrastinate.job_context import JobContext
    from procrastinate.middleware import SyncCallNext
    from procrastinate.worker import Worker

HEARTBEAT_S = 3.0
STALLED_AFTER_S = 15.0
# Much later: a worker that was only slow has to find itself in the table again, or its next job would be refused.
FORGOTTEN_AFTER_S = 3_600.0
POLL_S = 1.0
RESCUES_AT_MOST = 5
LONGEST_FAILURE_TEXT = 8_000

logger = structlog.get_logger(__name__)

# Written with names, for Django's cursor and for the worker's own connection alike.
NOTE_FAILURE: LiteralString = """
INSERT INTO kernel_job_failure (job_id, task, error, traceback, at)
VALUES (%(job_id)s, %(task)s, %(error)s, %(traceback)s, now())
ON CONFLICT (job_id) DO UPDATE SET error = excluded.error, traceback = excluded.traceback, at = now()
"""

# Returns how often the job was rescued, this time included.
NOTE_RESCUE: LiteralString = """
INSERT INTO kernel_job_rescue (job_id, rescues) VALUES (%(job_id)s, 1)
ON CONFLICT (job_id) DO UPDATE SET rescues = kernel_job_rescue.rescues + 1
RETURNING rescues
"""

# What the worker tells its jobs: how many run at once.
THREADS = "threads"
OLDER: LiteralString = """
SELECT count(*) FILTER (WHERE task_name = %(task)s), count(*) FROM procrastinate_jobs
WHERE status = 'doing' AND worker_id = %(worker_id)s AND queue_name = %(queue)s AND id < %(job_id)s
"""


class Backoff(BaseRetryStrategy):
    """Try again after 1, 2, 4… seconds up to a cap, each shortened by chance so that failures do not march in step."""

    def __init__(self, *, attempts: int, first_s: float = 1.0, cap_s: float = 300.0) -> None:
        self.attempts = attempts
        self.first_s = first_s
        self.cap_s = cap_s

    def pause_s(self, attempt: int, *, chance: float) -> float:
        """Compute the pause after an attempt (0 is the first); `chance` 0–1 takes away up to half of it."""
        return float(min(self.cap_s, self.first_s * 2**attempt) * (1 - chance / 2))

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Decide when a failed job runs again; None parks it."""
        if job.attempts + 1 >= self.attempts:
            return None
        seconds = self.pause_s(job.attempts, chance=random.random())
        return RetryDecision(retry_in={"milliseconds": int(seconds * 1000)})


RETRY = Backoff(attempts=8)


def is_one_too_many(context: JobContext) -> bool:
    """Tell whether older runs take their share of this worker's threads already.

    For tasks that are deferred every few seconds and wait for others' machines. One task has half of the threads at
    most, and all of its queue leave one free, where there are two or more: a slow carrier or receiver keeps neither
    other queues nor its neighbour waiting. Of runs that ask at the same time the oldest go on.
    """
    job, threads = context.job, int(context.additional_context.get(THREADS, 1))
    if job.worker_id is None:
        return False
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {
            "worker_id": job.worker_id,
            "task": job.task_name,
            "queue": job.queue,
            "job_id": job.id,
        }
        cursor.execute(OLDER, asked)
        alike, near = cursor.fetchone() or (0, 0)
    return bool(alike >= max(1, threads // 2) or near >= max(1, threads - 1))


def note_failure(*, job_id: int, task: str, error: BaseException) -> None:
    """Keep why a job failed, masked as logs are, so that the console can show it when the job is parked."""
    short = logs.redact_text(f"{type(error).__qualname__}: {error}")
    story = logs.redact_text("".join(traceback.format_exception(error)))
    values: dict[str, str | int] = {
        "job_id": job_id,
        "task": task,
        "error": short[:LONGEST_FAILURE_TEXT],
        "traceback": story[-LONGEST_FAILURE_TEXT:],
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE_FAILURE, values)


def observe(call_next: SyncCallNext, context: JobContext, worker: Worker) -> Any:
    """Run a job with its id in every log line, and note its failure before the retry strategy sees it."""
    job = context.job
    with structlog.contextvars.bound_contextvars(job_id=job.id, task=job.task_name):
        begun = datetime.now(UTC)
        try:
            result = call_next()
        except Exception as error:
            logger.warning("job failed", attempt=job.attempts + 1, error=type(error).__qualname__, exc_info=True)
            if job.id is not None:
                note_failure(job_id=job.id, task=job.task_name, error=error)
            raise
        logger.debug("job done", seconds=round((datetime.now(UTC) - begun).total_seconds(), 4))
        return result


WORKER_DEFAULTS: WorkerOptions = {
    "fetch_job_polling_interval": POLL_S,
    "update_heartbeat_interval": HEARTBEAT_S,
    "stalled_worker_timeout": FORGOTTEN_AFTER_S,
    "delete_jobs": "successful",
    "task_middleware": [observe],
}
