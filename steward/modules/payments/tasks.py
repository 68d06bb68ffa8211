"""What time makes payments do: carry refunds out, ask what became of money, say which refunds are stuck."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import actor, moment
from steward.modules.payments import queries
from steward.modules.payments.commands import alerts, inquiring, statements, working

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


@app.periodic(cron="*/5 * * * *")
@app.task(name="payments.ask_about_payments", queue="payments", queueing_lock="payments.ask_about_payments")
def ask_about_payments(timestamp: int) -> int:
    """Ask providers about payments over which their statements differ, and compare those again whose payment came in.

    Safe when run twice or by many workers. Returns how many payments were asked about.
    """
    asked = 0
    for inquiry in inquiring.claim_inquiries(SYSTEM, now=moment.now(), limit=AT_ONCE):
        answer = inquiring.run_inquiry(inquiry)
        inquiring.record_inquiry(SYSTEM, inquiry=inquiry, answer=answer, now=moment.now())
        asked += 1
    for statement_id in queries.statements_to_compare(limit=AT_ONCE):
        statements.compare_statement(SYSTEM, statement_id=statement_id, now=moment.now())
    return asked
