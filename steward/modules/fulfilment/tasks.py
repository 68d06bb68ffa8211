"""What time makes fulfilment do: plan waves that were asked for, try proposals, try again for who got nothing."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import jobs, moment
from steward.kernel.actor import system
from steward.modules.fulfilment.commands import backtests, retrying, waves

ACTOR = system("fulfilment")


@app.task(name=waves.TASK, queue="imports", retry=jobs.RETRY)
def plan_wave(number: str) -> bool:
    """Plan a wave; what went wrong is noted on it before it is tried again. A second run changes nothing."""
    try:
        return waves.plan_wave(ACTOR, number=number, now=moment.now())
    except Exception as error:
        waves.note_failure(number, type(error).__name__)
        raise


@app.task(name=backtests.TASK, queue="imports", retry=jobs.RETRY)
def run_backtest(backtest_id: int) -> bool:
    """Try a proposal on past orders; what went wrong is noted on it before it is tried again."""
    try:
        return backtests.run_backtest(backtest_id=backtest_id, now=moment.now())
    except Exception as error:
        backtests.note_failure(backtest_id, type(error).__name__, moment.now())
        raise


@app.periodic(cron="*/5 * * * *")
@app.task(name="fulfilment.retry_waiting", queue="clock", queueing_lock="fulfilment.retry_waiting")
def retry_waiting(timestamp: int) -> int:
    """Allocate approved orders that were missed or found nothing a while ago. Returns how many."""
    return retrying.retry_waiting(ACTOR, now=moment.now())
