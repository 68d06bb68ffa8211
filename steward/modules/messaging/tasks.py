"""What time makes of messages and webhooks."""

from __future__ import annotations

from contextlib import suppress

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.job_context import JobContext

from steward.kernel import actor, jobs, moment
from steward.modules.messaging.commands import channel_calls, cleaning, feeding, polling, posting, sending, storing
from steward.modules.messaging.queries import endpoints, mailboxes

ROUNDS = 40
SYSTEM = actor.system("messaging")


@app.periodic(cron="*/3 * * * * *")
@app.task(
    name="messaging.send_due",
    queue="messages",
    queueing_lock="messaging.send_due",
    retry=jobs.RETRY,
    pass_context=True,
)
def send_due(context: JobContext, timestamp: int) -> None:
    """Send what is due, in bounded batches; any number of workers may do so at once, each in half of its threads."""
    if jobs.is_one_too_many(context):
        return
    for _ in range(ROUNDS):
        if sending.deliver_due(SYSTEM) < sending.BATCH:
            return


@app.task(name="messaging.send_soon", queue="messages", retry=jobs.RETRY, pass_context=True)
def send_soon(context: JobContext) -> None:
    """Send what chats wait for, and nothing that waits for others' machines.

    Where older runs take their share of the threads already, one run a second later does it for all.
    """
    if jobs.is_one_too_many(context):
        with suppress(AlreadyEnqueued):
            send_soon.configure(queueing_lock="messaging.send_soon", schedule_in={"seconds": 1}).defer()
        return
    for _ in range(ROUNDS):
        if sending.deliver_chats(SYSTEM) < sending.BATCH:
            return


@app.task(name="messaging.send_codes", queue="messages", retry=jobs.RETRY)
def send_codes() -> None:
    """Send sign-in codes, which somebody waits for, ahead of whatever else is due."""
    for _ in range(ROUNDS):
        if sending.deliver_codes(SYSTEM) < sending.BATCH:
            return


@app.periodic(cron="* * * * *")
@app.task(name="messaging.settle_stuck", queue="messages", queueing_lock="messaging.settle_stuck", retry=jobs.RETRY)
def settle_stuck(timestamp: int) -> None:
    """See to messages whose sender died in the middle."""
    while sending.settle_stuck(SYSTEM, now=moment.now()) == sending.BATCH:
        pass


@app.periodic(cron="*/3 * * * * *")
@app.task(
    name="messaging.feed_endpoints",
    queue="messages",
    queueing_lock="messaging.feed_endpoints",
    retry=jobs.RETRY,
    pass_context=True,
)
def feed_endpoints(context: JobContext, timestamp: int) -> None:
    """Queue what happened for every endpoint, then post what is due; in half of a worker's threads at most."""
    if jobs.is_one_too_many(context):
        return
    for endpoint_id in endpoints.active_endpoint_ids():
        for _ in range(ROUNDS):
            if feeding.feed_endpoint(SYSTEM, endpoint_id=endpoint_id, now=moment.now()) < feeding.PAGE:
                break
    posting.post_due(SYSTEM)


@app.periodic(cron="*/5 * * * * *")
@app.task(name="messaging.fetch_files", queue="messages", queueing_lock="messaging.fetch_files", retry=jobs.RETRY)
def fetch_files(timestamp: int) -> None:
    """Fetch files that channels keep for messages that wait for them; any number of workers may do so at once."""
    for _ in range(ROUNDS):
        if channel_calls.fetch_files(SYSTEM, now=moment.now()) < channel_calls.BATCH:
            return


@app.periodic(cron="41 * * * *")
@app.task(name="messaging.forget_calls", queue="periodic", queueing_lock="messaging.forget_calls", retry=jobs.RETRY)
def forget_calls(timestamp: int) -> None:
    """Forget calls that are too old to be played again; safe when run twice."""
    while channel_calls.forget_calls(SYSTEM, now=moment.now()):
        pass


@app.periodic(cron="29 * * * *")
@app.task(name="messaging.forget_old", queue="periodic", queueing_lock="messaging.forget_old", retry=jobs.RETRY)
def forget_old(timestamp: int) -> None:
    """Forget what nobody needs any more, batch by batch; safe when run twice or by many workers."""
    for _ in range(ROUNDS):
        if cleaning.forget_old(SYSTEM, now=moment.now()) < cleaning.BATCH:
            break
    for _ in range(ROUNDS):
        if storing.forget_loose(SYSTEM, now=moment.now()) < storing.BATCH:
            return


@app.periodic(cron="*/2 * * * *")
@app.task(name="messaging.scan_files", queue="messages", queueing_lock="messaging.scan_files", retry=jobs.RETRY)
def scan_files(timestamp: int) -> None:
    """Look for viruses in files that came while the scanner could not be asked."""
    for _ in range(ROUNDS):
        if storing.scan_left(SYSTEM, now=moment.now()) < storing.BATCH:
            return


@app.periodic(cron="* * * * *")
@app.task(name="messaging.poll_mail", queue="messages", queueing_lock="messaging.poll_mail", retry=jobs.RETRY)
def poll_mail(timestamp: int) -> None:
    """Have every watched mailbox looked at, each by a job of its own: a slow one keeps no other waiting."""
    for mailbox_id in mailboxes.active_mailbox_ids():
        lock = f"messaging.poll_mailbox:{mailbox_id}"
        with suppress(AlreadyEnqueued):  # the minute before still waits: one look is enough
            poll_mailbox.configure(queueing_lock=lock).defer(mailbox_id=mailbox_id)


@app.task(name="messaging.poll_mailbox", queue="messages", pass_context=True, retry=jobs.RETRY)
def poll_mailbox(context: JobContext, mailbox_id: int) -> None:
    """Take in what is new in one mailbox; where a worker's threads wait for others already, the next minute does."""
    if not jobs.is_one_too_many(context):
        polling.poll_mailbox(SYSTEM, mailbox_id=mailbox_id)
