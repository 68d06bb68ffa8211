"""A worker with tasks for tests and short patience, run as a process of its own: `worker_process.py FOLDER`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import django

django.setup()

# Tasks are known only once Django is set up.
from procrastinate.contrib.django import app  # noqa: E402

from steward.kernel import jobs, worker  # noqa: E402


@app.task(name="tests.wait_for_second_try")
def wait_for_second_try(folder: str) -> None:
    """Note the try; hang in the first one, so that the worker can be killed in the middle."""
    tries = Path(folder) / "tries"
    with tries.open("a") as file:
        file.write(f"{os.getpid()}\n")
    if len(tries.read_text().splitlines()) == 1:
        time.sleep(600)
    (Path(folder) / "done").touch()


@app.task(name="tests.always_fail", retry=jobs.Backoff(attempts=2, first_s=0.1))
def always_fail() -> None:
    """Fail with a telephone number in the message."""
    raise ValueError("nobody answers 13800138000")


if __name__ == "__main__":
    jobs.STALLED_AFTER_S = 2.0
    app.worker_defaults["update_heartbeat_interval"] = 0.5
    worker.run(threads=2, until_idle="--until-idle" in sys.argv)
