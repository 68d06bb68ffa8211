"""Jobs survive their workers, and what keeps failing is parked with its reason and can run again."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicTask

from steward.kernel import jobs, parked, upkeep
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
def start() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start workers; end those that are left."""
    connection.ensure_connection()
    started: list[subprocess.Popen[bytes]] = []

    def start_one() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, str(PROGRAM)], env=environment(), cwd=ROOT))
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


def sweep() -> None:
    """Rescue stalled jobs once."""

    async def run() -> None:
        params = await asyncio.to_thread(direct.connection_params, application="test")
        with app.replace_connector(PsycopgConnector(kwargs=params)) as own:
            async with own.open_async():
                await upkeep.rescue_all(own.job_manager)

    asyncio.run(run())


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


def status(job: int) -> object:
    """Look where a job stands."""
    return rows("SELECT status FROM procrastinate_jobs WHERE id = %s", job)[0][0]


def test_the_job_of_a_killed_worker_is_taken_over_by_another(
    start: Callable[[], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    defer("tests.wait_for_second_try", folder=str(tmp_path))
    first = start()
    wait_until((tmp_path / "tries").exists)

    first.kill()
    start()

    wait_until((tmp_path / "done").exists)
    assert len(set((tmp_path / "tries").read_text().split())) == 2


def test_a_job_that_keeps_failing_is_parked_with_a_masked_reason_and_runs_again(
    start: Callable[[], subprocess.Popen[bytes]],
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
    rows(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, queueing_lock)"
        " VALUES ('default', 'tests.stalled', '{}', 'todo', 'the-same')"
    )
    behind = stalled_job()

    sweep()

    assert status(superseded) == "aborted"
    assert status(behind) == "todo"


def test_a_job_that_kills_its_workers_is_parked() -> None:
    killer = stalled_job(attempts=jobs.RESCUES_AT_MOST)

    sweep()

    [found] = parked.parked_jobs()
    assert found.id == killer
    assert "died while they ran this job" in found.error


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
