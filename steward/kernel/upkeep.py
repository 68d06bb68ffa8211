"""What the job queue does for itself: jobs of dead workers run again, and old remains are deleted.

Every worker runs these, and each tick happens once however many workers there are.
"""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from steward.kernel import jobs

# A sixth column holds the seconds, and it is the last one: in front it would be the minutes.
EVERY_FIVE_SECONDS = "* * * * * */5"
KEEP_FINISHED_H = 24
logger = structlog.get_logger(__name__)


@app.periodic(cron=EVERY_FIVE_SECONDS)
@app.task(name="steward.kernel.upkeep.rescue_stalled_jobs", queueing_lock="rescue_stalled_jobs", pass_context=True)
async def rescue_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Hand the jobs of workers without a heartbeat to those that live; park what has killed its worker too often."""
    await rescue_all(context.app.job_manager, but=context.job.id)


async def rescue_all(manager: JobManager, *, but: int | None = None) -> None:
    """Rescue every stalled job, but the one that is doing the rescuing."""
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=jobs.STALLED_AFTER_S):
        if job.id != but:
            await rescue(manager, job)


async def rescue(manager: JobManager, job: Job) -> None:
    """Put one stalled job back, so that no job can keep the others from being rescued."""
    try:
        await _put_back(manager, job)
    except ConnectorException as error:
        # Finished or rescued by another worker in the meantime.
        logger.info("stalled job has moved on", job_id=job.id, reason=type(error).__qualname__)


async def _put_back(manager: JobManager, job: Job) -> None:
    rescues = await _count_rescue(manager, job)
    if rescues > jobs.RESCUES_AT_MOST:
        await manager.finish_job(job, Status.FAILED, delete_job=False)
        await _note_lost(manager, job, rescues)
        return
    try:
        await manager.retry_job(job)
        logger.warning("job of a dead worker is back in its queue", job_id=job.id, task=job.task_name)
    except UniqueViolation:
        # A newer job of the same queueing lock waits already and will do this one's work.
        await manager.finish_job(job, Status.ABORTED, delete_job=False)
        logger.warning("job of a dead worker is superseded", job_id=job.id, task=job.task_name)


async def _count_rescue(manager: JobManager, job: Job) -> int:
    """Count one more worker that died with this job; tries that failed in the ordinary way are none."""
    row = await manager.connector.execute_query_one_async(query=jobs.NOTE_RESCUE, job_id=job.id)
    return int(row["rescues"])


async def _note_lost(manager: JobManager, job: Job, rescues: int) -> None:
    text = f"WorkerLost: {rescues} workers died while they ran this job"
    await manager.connector.execute_query_async(
        query=jobs.NOTE_FAILURE, job_id=job.id, task=job.task_name, error=text, traceback=""
    )


@app.periodic(cron="17 * * * *")
@app.task(name="steward.kernel.upkeep.delete_remains", queueing_lock="delete_remains")
def delete_remains(timestamp: int) -> None:
    """Delete finished jobs after a day, and the notes on failures whose job is gone. Parked jobs stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs job WHERE status IN ('succeeded', 'aborted', 'cancelled') AND NOT EXISTS"
            " (SELECT FROM procrastinate_events WHERE job_id = job.id AND at > %s - make_interval(hours => %s))",
            [datetime.now(UTC), KEEP_FINISHED_H],
        )
        cursor.execute(
            "DELETE FROM kernel_job_failure note"
            " WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE id = note.job_id)"
        )
        cursor.execute(
            "DELETE FROM kernel_job_rescue note"
            " WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE id = note.job_id)"
        )
