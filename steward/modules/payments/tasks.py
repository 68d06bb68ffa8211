"""What time makes payments do: carry refunds out, ask what became of money, say which refunds are stuck."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from steward.kernel import actor, moment
from steward.modules.payments import queries
from steward.modules.payments.commands import alerts, connecting, inquiring, lapsing, reaching, statements, working
from steward.modules.payments.ports import Answer

SYSTEM = actor.system("payments")
# Two calls of a slow provider; the claim (payments.refund_lease_s) is longer.
LONGEST_CALL = timedelta(seconds=45)
AT_ONCE = 20
ROUNDS = 10
DOWN = Answer(fate="unclear", code="provider_down", down=True)


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
    probe_providers()
    errands = working.claim_refunds(SYSTEM, now=moment.now(), limit=AT_ONCE)
    down: set[str] = set()
    for errand in errands:
        if _carry_out(errand, down) == "waiting":  # it never arrived: it goes before all that were asked for later
            for again in working.claim_refunds(SYSTEM, now=moment.now(), limit=1, number=errand.order.key):
                _carry_out(again, down)
    return len(errands)


def probe_providers() -> None:
    """Try the providers that did not work and may be tried again."""
    for code in reaching.claim_probes(SYSTEM, now=moment.now()):
        answer = connecting.ask_for_nothing(code)
        reaching.note_reach(SYSTEM, provider=code, down=answer.down, now=moment.now())


def _carry_out(errand: working.Errand, down: set[str]) -> str:
    """Call for one refund and note the answer; a provider found `down` meanwhile is not called. Returns its state.

    What could outlast the claim is left: once that has ended somebody asks what became of it before it is sent.
    """
    if moment.now() + LONGEST_CALL >= errand.until:
        return ""
    is_spared = errand.provider in down and not errand.simulated
    answer = DOWN if is_spared else working.run_errand(errand)
    state = working.record_answer(SYSTEM, number=errand.order.key, answer=answer, now=moment.now())
    is_word = not errand.simulated and not is_spared
    if is_word and reaching.note_reach(SYSTEM, provider=errand.provider, down=answer.down, now=moment.now()):
        down.add(errand.provider)
    return state


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


@app.periodic(cron="17 * * * *")
@app.task(name="payments.lapse_wallets", queue="clock", queueing_lock="payments.lapse_wallets")
def lapse_wallets(timestamp: int) -> int:
    """Let points and coupons lapse whose time is over, batch by batch, then prove the balances. Returns how many."""
    count, now = 0, moment.now()
    for lapse in (lapsing.lapse_points, lapsing.lapse_coupons):
        while done := lapse(SYSTEM, now=now):
            count += done
    lapsing.prove_wallets(SYSTEM)
    return count
