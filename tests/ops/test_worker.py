"""Jobs survive their workers, and what keeps failing is parked with its reason and can run again."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.periodic import PeriodicTask

from steward.kernel import jobs, outcomes, parked, upkeep
from steward.kernel.database import direct

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("worker_process.py")

pytestmark = pytest.mark.django_db(transaction=True)


def environment() -> dict[str, str]:
    """Point a process to this test's database."""
    settings = connection.settings_dict
    query = f"host={quote(settings['HOST'], safe='')}&port={settings['PORT']}"
    url = f"postgresql://{settings['USER']}@/{settings['NAME']}?{query}"
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "steward.settings", "PYTHONPATH": str(ROOT)}


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start workers; end those that are left."""
    connection.ensure_connection()
    started: list[subprocess.Popen[bytes]] = []

    def start_one(*options: str) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, str(PROGRAM), *options], env=environment(), cwd=ROOT))
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], limit_s: float = 60) -> None:
    """Wait for something that will come true."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, rows("SELECT * FROM procrastinate_jobs")
        time.sleep(0.1)


def defer(task: str, **arguments: str) -> int:
    """Put a job into the queue."""
    return int(app.configure_task(task).defer(**arguments))


def rows(sql: str, *values: str | int | list[int] | None) -> list[tuple[Any, ...]]:
    """Ask the database."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall()) if cursor.description else []


def manage(work: Callable[[JobManager], Awaitable[None]]) -> None:
    """Do something with the queue as a worker does."""

    async def run() -> None:
        params = await asyncio.to_thread(direct.connection_params, application="test")
        with app.replace_connector(PsycopgConnector(kwargs=params)) as own, outcomes.kept_surely(own):
            async with own.open_async():
                await work(own.job_manager)

    asyncio.run(run())


def sweep() -> None:
    """Rescue stalled jobs once."""
    manage(upkeep.rescue_all)


def stall(job: int) -> None:
    """Let the worker that has taken a job die."""
    [(dead,)] = rows(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
    )
    rows("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", dead, job)


@pytest.fixture
def breaking_lines() -> Iterator[None]:
    """Let the line break whenever a job is deleted for the first two times."""
    rows("CREATE SEQUENCE tests_tries")
    rows(
        "CREATE FUNCTION tests_break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF nextval('tests_tries') <= 2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5);"
        " END IF; RETURN OLD; END $$"
    )
    rows("CREATE TRIGGER tests_break BEFORE DELETE ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION tests_break()")
    yield
    rows("DROP TRIGGER tests_break ON procrastinate_jobs")
    rows("DROP FUNCTION tests_break")
    rows("DROP SEQUENCE tests_tries")


def stalled_job(*, queueing_lock: str | None = None, attempts: int = 1) -> int:
    """Put a job into the hands of a worker that died an hour ago."""
    [(worker,)] = rows(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
    )
    [(job,)] = rows(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, queueing_lock, attempts, worker_id)"
        " VALUES ('default', 'tests.stalled', '{}', 'doing', %s, %s, %s) RETURNING id",
        queueing_lock,
        attempts,
        worker,
    )
    assert isinstance(job, int)
    return job


def waiting_job(*, queueing_lock: str) -> int:
    """Put a job into the queue that holds its lock there."""
    [(job,)] = rows(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, queueing_lock)"
        " VALUES ('default', 'tests.stalled', '{}', 'todo', %s) RETURNING id",
        queueing_lock,
    )
    assert isinstance(job, int)
    return job


def described(job: int) -> Job:
    """Describe a job as its worker knows it."""
    return Job(
        id=job, queue="default", lock=None, queueing_lock=None, task_name="tests.stalled", priority=0, attempts=1
    )


def status(job: int) -> object:
    """Look where a job stands."""
    return rows("SELECT status FROM procrastinate_jobs WHERE id = %s", job)[0][0]


def test_the_job_of_a_killed_worker_is_taken_over_by_another(
    start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    defer("tests.wait_for_second_try", folder=str(tmp_path))
    first = start()
    wait_until((tmp_path / "tries").exists)

    first.kill()
    start()

    wait_until((tmp_path / "done").exists)
    assert len(set((tmp_path / "tries").read_text().split())) == 2


def test_a_job_that_keeps_failing_is_parked_with_a_masked_reason_and_runs_again(
    start: Callable[..., subprocess.Popen[bytes]],
) -> None:
    job = defer("tests.always_fail")
    start()
    wait_until(lambda: status(job) == "failed")

    [found] = parked.parked_jobs()
    assert (found.id, found.task, found.attempts) == (job, "tests.always_fail", 2)
    assert found.error == "ValueError: nobody answers ***"
    assert "always_fail" in found.traceback
    assert "13800138000" not in found.traceback

    assert parked.rerun_parked_job(job)
    wait_until(lambda: parked.count_parked_jobs() == 1)


def test_a_job_that_is_not_parked_is_not_run_again() -> None:
    job = defer("tests.always_fail")

    assert not parked.rerun_parked_job(job)
    assert status(job) == "todo"


def test_stalled_jobs_are_looked_for_all_the_time() -> None:
    [ticks] = [
        PeriodicTask(one.task, one.cron, one.periodic_id, {}).croniter
        for one in app.periodic_registry.periodic_tasks.values()
        if one.task.name == upkeep.rescue_stalled_jobs.name
    ]
    begun = 1_767_225_600.0  # a full hour
    ticks.set_current(start_time=begun)

    looks = [ticks.get_next(float) - begun for _ in range(3600 // 5)]

    assert looks == [float(second) for second in range(5, 3601, 5)]


def test_one_stalled_job_with_a_successor_does_not_keep_the_others_from_being_rescued() -> None:
    superseded = stalled_job(queueing_lock="the-same")
    waiting_job(queueing_lock="the-same")
    behind = stalled_job()

    sweep()

    assert status(superseded) == "aborted"
    assert status(behind) == "todo"


def test_a_job_whose_line_breaks_while_its_outcome_is_written_ends_all_the_same(breaking_lines: None) -> None:
    job = stalled_job()

    manage(lambda manager: manager.finish_job(described(job), Status.SUCCEEDED, delete_job=True))

    assert rows("SELECT last_value FROM tests_tries") == [(3,)]
    assert rows("SELECT FROM procrastinate_jobs WHERE id = %s", job) == []


def test_an_outcome_that_was_written_already_is_left_alone() -> None:
    job = stalled_job()
    rows("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", job)

    manage(lambda manager: manager.finish_job(described(job), Status.SUCCEEDED, delete_job=True))

    assert status(job) == "succeeded"


def test_a_failed_job_whose_work_a_newer_one_will_do_ends_instead_of_staying_with_its_worker() -> None:
    failed = stalled_job(queueing_lock="the-same")
    newer = waiting_job(queueing_lock="the-same")

    manage(lambda manager: manager.retry_job(described(failed)))

    assert (status(failed), status(newer)) == ("aborted", "todo")


def test_a_worker_that_runs_until_nothing_is_left_takes_over_and_waits_for_tries_but_not_for_tomorrow(
    start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    (tmp_path / "tries").write_text("1\n")
    held = defer("tests.wait_for_second_try", folder=str(tmp_path))
    [(dead,)] = rows("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id")
    rows("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", dead, held)
    failing = defer("tests.always_fail")
    tomorrow = defer("tests.always_fail")
    rows("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day' WHERE id = %s", tomorrow)

    assert start("--until-idle").wait(60) == 0

    assert (tmp_path / "done").exists()
    assert (status(failing), status(tomorrow)) == ("failed", "todo")
    assert rows("SELECT FROM procrastinate_jobs WHERE id = %s", held) == []


def test_a_job_that_kills_its_workers_is_parked() -> None:
    killer = stalled_job()
    for _ in range(jobs.RESCUES_AT_MOST):
        sweep()
        assert status(killer) == "todo"
        stall(killer)

    sweep()

    [found] = parked.parked_jobs()
    assert found.id == killer
    assert "died while they ran this job" in found.error


def test_a_job_that_failed_often_in_the_ordinary_way_is_still_rescued() -> None:
    tried = stalled_job(attempts=jobs.RESCUES_AT_MOST + 2)

    sweep()

    assert status(tried) == "todo"


def test_a_job_that_is_run_again_by_a_person_gets_all_its_rescues() -> None:
    killer = stalled_job()
    rows("INSERT INTO kernel_job_rescue VALUES (%s, %s)", killer, jobs.RESCUES_AT_MOST)
    sweep()
    assert parked.rerun_parked_job(killer)
    stall(killer)

    sweep()

    assert status(killer) == "todo"


def test_old_finished_jobs_are_deleted_and_parked_ones_kept() -> None:
    finished, fresh, kept = stalled_job(), stalled_job(), stalled_job()
    for job, state in ((finished, "aborted"), (fresh, "aborted"), (kept, "failed")):
        rows("UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s", state, job)
    rows("UPDATE procrastinate_events SET at = at - interval '2 days' WHERE job_id = ANY(%s)", [finished, kept])

    upkeep.delete_remains(timestamp=0)

    left = {row[0] for row in rows("SELECT id FROM procrastinate_jobs")}
    assert left == {fresh, kept}


def test_pauses_grow_to_a_cap_and_chance_only_shortens_them() -> None:
    backoff = jobs.Backoff(attempts=20, first_s=1, cap_s=60)

    assert [backoff.pause_s(n, chance=0) for n in (0, 1, 2, 10)] == [1, 2, 4, 60]
    assert backoff.pause_s(2, chance=1) == 2
