"""What time makes logistics do: print, watch, ask carriers, put old prints away."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import jobs, moment
from steward.kernel.actor import system
from steward.modules.logistics.commands import adopting, polling, printing, tariff_sheets, watching

SYSTEM = system("logistics")


@app.task(name=printing.TASK, queue="prints", retry=jobs.Backoff(attempts=3))
def run_print(run_id: int) -> None:
    """Make the file of a print run. What went wrong is noted on it before it is tried again."""
    printing.run_print(run_id, moment.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="logistics.watch_shipments", queue="clock", queueing_lock="logistics.watch_shipments")
def watch_shipments(timestamp: int) -> int:
    """Look for shipments that need somebody. Returns how many came into trouble."""
    adopting.adopt_late(SYSTEM, now=moment.now())
    return watching.watch_all(SYSTEM, now=moment.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="logistics.poll_sources", queue="clock", queueing_lock="logistics.poll_sources")
def poll_sources(timestamp: int) -> int:
    """Ask the sources that are polled what is new. Returns how many events were."""
    return polling.poll_all(SYSTEM, now=moment.now())


@app.periodic(cron="17 3 * * *")
@app.task(name="logistics.forget_prints", queue="clock", queueing_lock="logistics.forget_prints")
def forget_prints(timestamp: int) -> int:
    """Take away printed files with people's addresses, and sheets nobody looks at any longer. Returns how many."""
    now = moment.now()
    return printing.forget_prints(now) + tariff_sheets.forget_sheets(now)
