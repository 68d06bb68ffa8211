"""Tasks that wait for others' machines leave threads of a worker to the other jobs."""

from __future__ import annotations

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

from steward.kernel import jobs

pytestmark = pytest.mark.django_db
SEND, FEED = "messaging.send_due", "messaging.feed_endpoints"


def worker() -> int:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        return int(cursor.fetchone()[0])


def doing(task: str, worker_id: int, *, queue: str = "messages") -> Job:
    """Let the worker do a job."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id) VALUES (%s, %s, 'doing', %s)"
            " RETURNING id",
            [queue, task, worker_id],
        )
        id_ = int(cursor.fetchone()[0])
    return Job(id=id_, queue=queue, lock=None, queueing_lock=None, task_name=task, worker_id=worker_id)


def is_too_many(job: Job, *, threads: int = 4) -> bool:
    context = JobContext(
        app=app, job=job, start_timestamp=0.0, additional_context={jobs.THREADS: threads}, abort_reason=lambda: None
    )
    return jobs.is_one_too_many(context)


def test_one_task_has_half_of_the_threads() -> None:
    own = worker()
    found = [doing(SEND, own) for _ in range(3)]

    assert [is_too_many(job) for job in found] == [False, False, True]


def test_its_neighbour_has_a_thread_as_well_and_one_is_left_to_other_queues() -> None:
    own = worker()
    found = [doing(SEND, own), doing(SEND, own), doing(FEED, own), doing(FEED, own)]

    assert [is_too_many(job) for job in found] == [False, False, False, True]


def test_other_workers_and_other_queues_do_not_count() -> None:
    own = worker()
    for _ in range(3):
        doing(SEND, worker())
        doing("kernel.handle", own, queue="events")

    assert not is_too_many(doing(SEND, own))


@pytest.mark.parametrize("threads", [1, 2])
def test_one_goes_on_however_few_threads_there_are(threads: int) -> None:
    own = worker()
    first, second = doing(SEND, own), doing(SEND, own)

    assert not is_too_many(first, threads=threads)
    assert is_too_many(second, threads=threads)
