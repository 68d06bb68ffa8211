"""How a job's outcome gets into the database although the line breaks at that moment.

An outcome that is not written leaves its job `doing` in the name of a worker that lives, so nobody would ever take it
over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

PAUSES_S = (0.1, 0.5, 1.0, 2.0, 5.0)
logger = structlog.get_logger(__name__)


class Outcomes(JobManager):
    """A job manager that writes outcomes again until they are written."""

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Set a job to its final state."""
        finish = super().finish_job
        await _surely(lambda: finish(job, status, delete_job), job)

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Put a job back to be run later, unless a newer one of its queueing lock waits already and does its work."""
        retry = super().retry_job
        try:
            await _surely(lambda: retry(job, retry_at, priority, queue, lock), job)
        except UniqueViolation:
            logger.warning("job is superseded", job_id=job.id, task=job.task_name)
            await self.finish_job(job, Status.ABORTED, delete_job=False)


async def _surely(step: Callable[[], Awaitable[None]], job: Job) -> None:
    """Write an outcome, again where the line broke. A job that has moved on, e.g. by the try before, is left alone."""
    for pause_s in (*PAUSES_S, None):
        try:
            await step()
            return
        except ConnectorException as error:
            cause = error.__cause__
            if isinstance(cause, psycopg.errors.RaiseException):
                logger.info("job has moved on", job_id=job.id, task=job.task_name)
                return
            if pause_s is None or not isinstance(cause, psycopg.OperationalError):
                raise
            logger.warning("job outcome not written yet", job_id=job.id, again_in_s=pause_s)
            await asyncio.sleep(pause_s)


@contextmanager
def kept_surely(app: App) -> Iterator[None]:
    """Let the app write outcomes this way for a while."""
    before = app.job_manager
    app.job_manager = Outcomes(app.connector)
    try:
        yield
    finally:
        app.job_manager = before
