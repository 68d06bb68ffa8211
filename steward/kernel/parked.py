"""Parked jobs: those that kept failing. A person sees why, mends the cause and runs them again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

PARKED = """
SELECT job.id, job.queue_name, job.task_name, job.attempts, job.args,
       COALESCE(note.error, ''), COALESCE(note.traceback, ''),
       COALESCE(note.at, (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id))
FROM procrastinate_jobs job LEFT JOIN kernel_job_failure note ON note.job_id = job.id
WHERE job.status = 'failed' AND (%(before)s::bigint IS NULL OR job.id < %(before)s)
ORDER BY job.id DESC LIMIT %(limit)s
"""
# The attempts start anew, so that what was mended gets all its tries.
RERUN = """
UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL, worker_id = NULL
WHERE id = ANY(%s) AND status = 'failed'
  AND (queueing_lock IS NULL OR NOT EXISTS (
      SELECT FROM procrastinate_jobs other WHERE other.queueing_lock = procrastinate_jobs.queueing_lock
        AND other.status = 'todo'))
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class ParkedJob:
    """One job that was given up, and why."""

    id: int
    queue: str
    task: str
    attempts: int
    arguments: dict[str, Any]
    error: str
    traceback: str
    failed_at: datetime | None


def parked_jobs(*, before: int | None = None, limit: int = 50) -> list[ParkedJob]:
    """Return parked jobs, newest first; `before` is the last id of the page shown before."""
    with connection.cursor() as cursor:
        cursor.execute(PARKED, {"before": before, "limit": limit})
        return [_parked_job(row) for row in cursor.fetchall()]


def count_parked_jobs() -> int:
    """Count the parked jobs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
        return int(cursor.fetchone()[0])


def rerun_parked_jobs(job_ids: Sequence[int]) -> list[int]:
    """Put parked jobs back into their queues with all their tries; return the ids of those that went.

    What is not parked (any more), or whose work a waiting job of the same queueing lock will do, stays as it is.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RERUN, [list(job_ids)])
        rerun = [row[0] for row in cursor.fetchall()]
        cursor.execute("DELETE FROM kernel_job_rescue WHERE job_id = ANY(%s)", [rerun])
        return rerun


def rerun_parked_job(job_id: int) -> bool:
    """Put one parked job back into its queue; tell whether it went."""
    return rerun_parked_jobs([job_id]) == [job_id]


def _parked_job(row: Sequence[Any]) -> ParkedJob:
    id_, queue, task, attempts, arguments, error, traceback, failed_at = row
    # Raw cursors give JSON as text.
    known = json.loads(arguments) if isinstance(arguments, str) else arguments
    return ParkedJob(id_, queue, task, attempts, known, error, traceback, failed_at)
