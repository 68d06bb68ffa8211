"""Answers that chats wait for have a run of their own, in their share of a worker's threads."""

from __future__ import annotations

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

from steward.kernel import jobs
from steward.modules.messaging import tasks

# A run that is queued already is refused by the database, which would end a test's own transaction.
pytestmark = pytest.mark.django_db(transaction=True)
DOING = """
INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id) VALUES (%s, %s, 'doing', %s) RETURNING id
"""


def running(worker_id: int) -> JobContext:
    """Let a worker of two threads begin a run."""
    name = tasks.send_soon.name
    with connection.cursor() as cursor:
        cursor.execute(DOING, ["messages", name, worker_id])
        id_ = int(cursor.fetchone()[0])
    job = Job(id=id_, queue="messages", lock=None, queueing_lock=None, task_name=name, worker_id=worker_id)
    threads = {jobs.THREADS: 2}
    return JobContext(app=app, job=job, start_timestamp=0.0, additional_context=threads, abort_reason=lambda: None)


def test_where_too_many_run_one_comes_a_second_later_for_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        worker_id = int(cursor.fetchone()[0])
    first, *others = [running(worker_id) for _time in range(3)]

    for context in (first, *others):
        tasks.send_soon(context)

    left = ProcrastinateJob.objects.filter(status="todo", task_name=tasks.send_soon.name)
    assert [row.queueing_lock for row in left] == ["messaging.send_soon"]
    assert left.filter(scheduled_at__isnull=False).exists()
