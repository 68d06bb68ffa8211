"""The worker: takes jobs from the queue until it is told to stop.

It leaves by itself when the database stays away, with exit code 0; whatever started it starts it again.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress

from procrastinate import App, PsycopgConnector
from procrastinate.app import WorkerOptions
from procrastinate.contrib.django import app

from steward.kernel import jobs, outcomes, ticks, upkeep
from steward.kernel.database import direct

LOOK_EVERY_S = 0.5
# Who takes no jobs of this queue does no ticks either.
TICKING = "periodic"
# What is done in other processes counts, theirs may die; so does what failed and will be tried again shortly.
IS_LEFT = """
SELECT EXISTS (
    SELECT FROM procrastinate_jobs
    WHERE (%(queues)s::varchar[] IS NULL OR queue_name = ANY(%(queues)s::varchar[]))
      AND (status = 'doing'
           OR (status = 'todo' AND (attempts > 0 OR scheduled_at IS NULL OR scheduled_at <= now())))
) AS is_left
"""


def run(*, threads: int, queues: Sequence[str] | None = None, until_idle: bool = False) -> None:
    """Run jobs in `threads` threads until SIGTERM or SIGINT, or with `until_idle` until nothing is left to do.

    What is left: jobs that are due, that run here or elsewhere, that a dead worker holds, or that are tried again.
    """
    asyncio.run(_run(threads=threads, queues=queues, until_idle=until_idle))


async def _run(*, threads: int, queues: Sequence[str] | None, until_idle: bool) -> None:
    # The loop's own pool has as many threads as the machine has cores and four, whatever was asked for.
    executor = ThreadPoolExecutor(threads, thread_name_prefix="job")
    asyncio.get_running_loop().set_default_executor(executor)
    params = await asyncio.to_thread(direct.connection_params, application="steward-worker")
    connector = PsycopgConnector(kwargs=params, min_size=1, max_size=4)
    with app.replace_connector(connector) as own, outcomes.kept_surely(own):
        async with own.open_async():
            options: WorkerOptions = {"concurrency": threads, "additional_context": {jobs.THREADS: threads}}
            if queues:
                options["queues"] = queues
            if until_idle:
                await _run_until_idle(own, options)
            else:
                async with _ticking(queues):
                    await own.run_worker_async(**options)


@asynccontextmanager
async def _ticking(queues: Sequence[str] | None) -> AsyncIterator[None]:
    """Tick beside the jobs, in a thread of its own."""
    if queues and TICKING not in queues:
        yield
        return
    stopping = threading.Event()
    thread = threading.Thread(target=ticks.Ticker().run, args=(stopping,), name="ticks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        await asyncio.to_thread(thread.join)


async def _run_until_idle(own: App, options: WorkerOptions) -> None:
    """Run the worker and end it as soon as nothing is left."""
    running = asyncio.create_task(own.run_worker_async(**options))
    try:
        while not (await asyncio.wait([running], timeout=LOOK_EVERY_S))[0]:
            # Here too, for who runs other queues than the one with the sweep.
            await upkeep.rescue_all(own.job_manager)
            if not await _is_something_left(own, options.get("queues")):
                break
    finally:
        running.cancel()  # it ends its jobs first
        with suppress(asyncio.CancelledError):
            await running


async def _is_something_left(own: App, queues: object) -> bool:
    row = await own.job_manager.connector.execute_query_one_async(query=IS_LEFT, queues=queues)
    return bool(row["is_left"])
