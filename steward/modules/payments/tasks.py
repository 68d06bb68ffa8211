"""What time makes payments do: carry refunds out, ask what became of them, say which are stuck."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import actor, moment
from steward.modules.payments.commands import alerts, working

SYSTEM = actor.system("payments")
AT_ONCE = 20
ROUNDS = 10


@app.periodic(cron="* * * * * */15")
@app.task(name="payments.work_refunds", queue="payments", queueing_lock="payments.work_refunds")
def work_refunds(timestamp: int) -> int:
    """Carry out the refunds that are due, batch by batch; safe when run twice or by many workers. Returns how many."""
    done = 0
    for _ in range(ROUNDS):
        count = work_batch()
        done += count
        if count < AT_ONCE:
            break
    alerts.alert_stuck(SYSTEM, now=moment.now())
    return done


def work_batch() -> int:
    """Carry out one batch of refunds: claim them, then call for each, and note each answer before the next call.

    Returns how many were claimed.
    """
    errands = working.claim_refunds(SYSTEM, now=moment.now(), limit=AT_ONCE)
    for errand in errands:
        answer = working.run_errand(errand)
        working.record_answer(SYSTEM, number=errand.order.key, answer=answer, now=moment.now())
    return len(errands)
