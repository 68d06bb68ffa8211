"""What time makes of the desk's matters: given to somebody, handed over, woken, closed; calls that nobody took."""

from __future__ import annotations

import time

from procrastinate.contrib.django import app

from steward.kernel import jobs, moment, ticks
from steward.kernel.actor import system
from steward.modules.desk.commands import call_clocks, follow_ups, training, translating
from steward.modules.desk.commands.classifying import classify_tickets
from steward.modules.desk.commands.indexing import READ_AT_ONCE, read_texts
from steward.modules.desk.commands.moving import CLOSED_AT_ONCE, close_solved
from steward.modules.desk.commands.quality_sampling import draw_last_week
from steward.modules.desk.commands.routing_running import route_all
from steward.modules.desk.commands.routing_shifts import BATCH, hand_over_absent
from steward.modules.desk.commands.routing_waking import WOKEN_AT_ONCE, wake_snoozed
from steward.modules.desk.commands.watching import BATCH as WATCHERS_AT_ONCE
from steward.modules.desk.commands.watching import tell_watchers
from steward.modules.desk.queries.classifier import unsorted_tickets

DESK = system("desk")
MODEL = system("desk.classifier")
JUDGED_AT_ONCE = 500
ROUNDS = 20
READING_S = 40.0


@ticks.every_few_seconds("desk.route_waiting")
def route_now() -> int:
    """Give out what nobody has: shifts begin and people come back without an event. Returns how many were given."""
    return route_all(DESK, now=moment.now())


@ticks.every_few_seconds("desk.wake_snoozed")
def wake_now() -> int:
    """Bring back tickets whose snooze has ended. Returns how many."""
    return wake_snoozed(DESK, now=moment.now())


@ticks.every_few_seconds("desk.read_texts")
def read_now() -> int:
    """Let what was said since the last beat be found. Returns how many texts were read."""
    return read_texts(DESK, now=moment.now())


@app.periodic(cron="* * * * *")
@app.task(name="desk.read_texts", queue="periodic", queueing_lock="desk.read_texts", retry=jobs.RETRY)
def read_waiting_texts(timestamp: int) -> int:
    """Read what waits, also all of before there was a search, for the length of this minute. Returns how many."""
    total, until = 0, time.monotonic() + READING_S
    while time.monotonic() < until:
        done = read_now()
        total += done
        if done < READ_AT_ONCE:
            break
    return total


@app.periodic(cron="* * * * *")
@app.task(name="desk.tell_watchers", queue="periodic", queueing_lock="desk.tell_watchers", retry=jobs.RETRY)
def tell_watchers_news(timestamp: int) -> None:
    """Tell watchers of tickets what was gathered for them."""
    while tell_watchers(DESK, now=moment.now()) == WATCHERS_AT_ONCE:
        pass


@app.periodic(cron="* * * * *")
@app.task(name="desk.route_waiting", queue="periodic", queueing_lock="desk.route_waiting", retry=jobs.RETRY)
def route_waiting_tickets(timestamp: int) -> None:
    """Give tickets out and wake them once a minute as well, should no worker tick."""
    route_now()
    while wake_now() == WOKEN_AT_ONCE:
        pass


@app.periodic(cron="*/5 * * * *")
@app.task(name="desk.hand_over_absent", queue="periodic", queueing_lock="desk.hand_over_absent", retry=jobs.RETRY)
def hand_over_absent_owners(timestamp: int) -> int:
    """Hand over what people left behind who went home or on leave. Returns how many tickets."""
    total = 0
    for _round in range(ROUNDS):
        done = hand_over_absent(DESK, now=moment.now())
        total += done
        if done < BATCH:
            break
    return total


@app.periodic(cron="*/10 * * * *")
@app.task(name="desk.close_solved", queue="periodic", queueing_lock="desk.close_solved", retry=jobs.RETRY)
def close_solved_tickets(timestamp: int) -> int:
    """Close tickets that were solved long ago. Returns how many."""
    total = 0
    for _round in range(ROUNDS):
        done = close_solved(DESK, now=moment.now())
        total += done
        if done < CLOSED_AT_ONCE:
            break
    return total


@app.periodic(cron="* * * * *")
@app.task(name="desk.end_missed_calls", queue="periodic", queueing_lock="desk.end_missed_calls", retry=jobs.RETRY)
def end_missed_calls(timestamp: int) -> None:
    """End the clocks of calls nobody answered in time; safe when run twice."""
    while call_clocks.end_missed(DESK, now=moment.now()) == call_clocks.BATCH:
        pass


@app.periodic(cron="*/10 * * * *")
@app.task(name="desk.follow_up", queue="periodic", queueing_lock="desk.follow_up", retry=jobs.RETRY)
def ask_satisfied(timestamp: int) -> int:
    """Ask customers whether solutions satisfied them, and end old questions; safe when run twice. Returns how many."""
    total = 0
    for _round in range(ROUNDS):
        done = follow_ups.ask_customers(DESK, now=moment.now())
        total += done
        if done < follow_ups.BATCH:
            break
    while follow_ups.lapse_questions(DESK, now=moment.now()) == follow_ups.BATCH:
        pass
    return total


@app.periodic(cron="20 * * * *")
@app.task(name="desk.draw_samples", queue="periodic", queueing_lock="desk.draw_samples", retry=jobs.RETRY)
def draw_samples(timestamp: int) -> int:
    """Draw last week's samples for quality review once the week has ended. Returns how many reviews came of it."""
    return draw_last_week(DESK, now=moment.now())


@app.task(name=training.TASK, queue="training", lock=training.TASK, retry=jobs.RETRY)
def train_classifier(asked_by: str = "") -> None:
    """Let the classifier learn anew beside the jobs; what nobody has sorted is read by the next look."""
    training.train_beside(MODEL)


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="desk.look_after_classifier", queue="training", queueing_lock="desk.look_after_classifier", lock=training.TASK
)
def look_after_classifier(timestamp: int) -> None:
    """Train where there is no version yet or people corrected enough, and read tickets that were missed."""
    if training.needs_training(moment.now()):
        training.train_beside(MODEL)
    sort_unsorted()


@app.task(name=translating.TASK, queue="translation", retry=jobs.RETRY)
def translate_words(translation_id: int) -> None:
    """Have a text translated; asked for twice, it is done once."""
    translating.carry_out(DESK, translation_id=translation_id)


def sort_unsorted() -> int:
    """Say what tickets are about that no version has read yet, in batches. Returns how many."""
    total = 0
    for _round in range(ROUNDS):
        waiting = unsorted_tickets(JUDGED_AT_ONCE)
        done = classify_tickets(MODEL, ticket_ids=waiting, now=moment.now()) if waiting else 0
        total += done
        if done < JUDGED_AT_ONCE:
            break
    return total
