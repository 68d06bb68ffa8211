"""What time makes orders do: take in queued files, and look into the watched folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import structlog
from django.conf import settings
from procrastinate.contrib.django import app

from steward.kernel import errors, jobs, moment
from steward.kernel.actor import system
from steward.modules.orders.commands import (
    changing,
    exceptions_detecting,
    imports,
    money_back,
    offers,
    screening_backtests,
    watched_folder,
)

log = structlog.get_logger(__name__)


@app.task(name=imports.TASK, queue="imports", retry=jobs.RETRY)
def import_file(run_id: int, locale: str, folder: bool = False) -> None:
    """Take in the file of a queued run; a file of the watched folder is put away with its result afterwards.

    Running it again takes in what is missing. A file that cannot be read is noted on the run, not tried again.
    """
    actor = imports.starter_of(run_id, locale)
    try:
        imports.run_import(
            actor,
            run_id=run_id,
            now=moment.now(),
            source="folder" if folder else "file",
            progress=partial(imports.note_progress, run_id),
        )
    except errors.Refusal as refusal:
        log.warning("import_refused", run_id=run_id, code=refusal.code)
    if folder:
        watched_folder.put_away(run_id)


@app.task(name=screening_backtests.TASK, queue="imports", retry=jobs.RETRY)
def run_backtest(backtest_id: int) -> None:
    """Try a rule set on past orders; what went wrong is noted on the back-test before it is tried again."""
    try:
        screening_backtests.run_backtest(system("orders"), backtest_id=backtest_id, now=moment.now())
    except Exception as error:
        screening_backtests.note_failure(backtest_id, type(error).__name__, moment.now())
        raise


@app.periodic(cron="* * * * *")
@app.task(name="orders.look_into_folder", queue="clock", queueing_lock="orders.look_into_folder")
def look_into_folder(timestamp: int) -> int:
    """Take the files that lie in the watched folder. Returns how many."""
    if not settings.WATCHED_FOLDER:
        return 0
    return len(watched_folder.take_files(Path(settings.WATCHED_FOLDER), now=moment.now()))


@app.periodic(cron="*/5 * * * *")
@app.task(name="orders.match_waiting_callbacks", queue="clock", queueing_lock="orders.match_waiting_callbacks")
def match_waiting_callbacks(timestamp: int) -> int:
    """Apply callbacks of payment providers that came in the very moment of their order. Returns how many."""
    return money_back.match_waiting_callbacks(system("orders"), now=moment.now())


@app.periodic(cron="*/2 * * * *")
@app.task(name="orders.detect_exceptions", queue="clock", queueing_lock="orders.detect_exceptions")
def detect_exceptions(timestamp: int) -> int:
    """Look for orders that need somebody, and close what needs nobody any more. Returns how many opened."""
    return exceptions_detecting.sweep(system("orders"), now=moment.now()).opened


@app.periodic(cron="*/5 * * * *")
@app.task(name="orders.offer_short", queue="clock", queueing_lock="orders.offer_short")
def offer_short(timestamp: int) -> int:
    """Ask the buyers of orders that are short of stock what they want, batch by batch. Returns how many."""
    total = 0
    while asked := offers.offer_short(system("orders"), now=moment.now()):
        total += asked
    return total


@app.periodic(cron="*/10 * * * *")
@app.task(name="orders.lapse_changes", queue="clock", queueing_lock="orders.lapse_changes")
def lapse_changes(timestamp: int) -> int:
    """Let previews of changes lapse that nobody decided in time. Returns how many."""
    return changing.lapse_changes(system("orders"), now=moment.now())
