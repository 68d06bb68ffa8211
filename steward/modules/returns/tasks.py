"""What time makes returns do: try proposals of the policy on past cases, give up waiting for what is never sent."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import jobs, moment
from steward.kernel.actor import system
from steward.modules.returns.commands import backtests, following, profiling, repairing_quotes

SYSTEM = system("returns")


@app.task(name=backtests.TASK, queue="imports", retry=jobs.RETRY)
def run_backtest(backtest_id: int) -> bool:
    """Try a proposal on past cases; what went wrong is noted on it before it is tried again."""
    try:
        return backtests.run_backtest(backtest_id=backtest_id, now=moment.now())
    except Exception as error:
        backtests.note_failure(backtest_id, type(error).__name__, moment.now())
        raise


@app.periodic(cron="23 * * * *")
@app.task(name="returns.lapse_cases", queue="clock", queueing_lock="returns.lapse_cases")
def lapse_cases(timestamp: int) -> int:
    """Let cases lapse whose goods were not sent in time, batch by batch. Returns how many."""
    count = 0
    while done := following.lapse_cases(SYSTEM, now=moment.now()):
        count += done
    return count


@app.periodic(cron="*/10 * * * *")
@app.task(name="returns.expire_repair_quotes", queue="clock", queueing_lock="returns.expire_repair_quotes")
def expire_repair_quotes(timestamp: int) -> int:
    """Let quotes of repairs end that nobody answered in time, batch by batch. Returns how many."""
    count = 0
    while done := repairing_quotes.expire_quotes(SYSTEM, now=moment.now()):
        count += done
    return count


@app.periodic(cron="41 3 * * *")
@app.task(name="returns.profile_shops", queue="clock", queueing_lock="returns.profile_shops")
def profile_shops(timestamp: int) -> int:
    """Measure how much customers of each shop send back; safe when run twice. Returns how many shops."""
    return profiling.profile_shops(SYSTEM, now=moment.now())
