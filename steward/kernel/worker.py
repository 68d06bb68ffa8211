"""The worker: takes jobs from the queue until it is told to stop.

It leaves by itself when the database stays away, with exit code 0; whatever started it starts it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from procrastinate import PsycopgConnector
from procrastinate.app import WorkerOptions
from procrastinate.contrib.django import app

from steward.kernel.database import direct


def run(*, threads: int, queues: Sequence[str] | None = None, until_idle: bool = False) -> None:
    """Run jobs in `threads` threads; with `until_idle` until none is due, otherwise until SIGTERM or SIGINT."""
    asyncio.run(_run(threads=threads, queues=queues, until_idle=until_idle))


async def _run(*, threads: int, queues: Sequence[str] | None, until_idle: bool) -> None:
    # The loop's own pool has as many threads as the machine has cores and four, whatever was asked for.
    executor = ThreadPoolExecutor(threads, thread_name_prefix="job")
    asyncio.get_running_loop().set_default_executor(executor)
    params = await asyncio.to_thread(direct.connection_params, application="steward-worker")
    connector = PsycopgConnector(kwargs=params, min_size=1, max_size=4)
    with app.replace_connector(connector) as own:
        async with own.open_async():
            options: WorkerOptions = {"concurrency": threads, "wait": not until_idle, "listen_notify": not until_idle}
            if queues:
                options["queues"] = queues
            await own.run_worker_async(**options)
