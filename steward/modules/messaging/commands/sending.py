"""Hand messages over to their carriers: begin, do it outside any transaction, record what came of it."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import arrays, errors, events, logs, moment, parameters, ports, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.channel_replies import BoxCarrier, box_carriers
from steward.modules.messaging.commands.chat_replies import ChatCarrier
from steward.modules.messaging.commands.enclosing import enclosed
from steward.modules.messaging.commands.falling_back import fall_back
from steward.modules.messaging.commands.queueing import PACKAGE
from steward.modules.messaging.commands.replying import CHAT
from steward.modules.messaging.commands.reporting import LONGEST_DETAIL, LONGEST_REFERENCE, hear_early, lock_names
from steward.modules.messaging.commands.triage import DELIVER, Ready, failure_of, triage
from steward.modules.messaging.commands.writing import write_messages
from steward.modules.messaging.events import MessageSent
from steward.modules.messaging.models import Message
from steward.modules.messaging.ports import Mail, MailCarrier, Receipt, Sms, SmsCarrier
from steward.modules.messaging.queries.attachments import FileNotChecked
from steward.modules.messaging.rules import outbox
from steward.modules.messaging.rules.catalogue import SIGN_IN

BATCH = 50
ATTEMPTS = parameters.define(
    "messaging.attempts", 8, unit="", label=_("Attempts to send a message at most"), minimum=1, maximum=50
)
RETRY_FIRST_S = parameters.define(
    "messaging.retry_first_s", 60, unit="s", label=_("Pause after the first failed attempt of a message"), minimum=1
)
RETRY_CAP_S = parameters.define(
    "messaging.retry_cap_s", 3_600, unit="s", label=_("Longest pause between attempts of a message"), minimum=1
)
FATE_OPEN_S = parameters.define(
    "messaging.fate_open_s",
    900,
    unit="s",
    label=_("A message that was begun and not settled for so long has an open fate"),
    minimum=300,
)
Carrier = MailCarrier | SmsCarrier | BoxCarrier | ChatCarrier
NOT_REACHED = Receipt("retry", detail="not handed over: the one before it failed")
LEASE_OVER = Receipt("retry", detail="not handed over: the one before it took too long")


class Attempt(Struct, frozen=True):
    """What came of handing one message over, begun at that instant."""

    message_id: int
    begun_at: datetime
    receipt: Receipt


def carriers() -> Mapping[str, Carrier]:
    """Find who carries what, as the page of consequences and the settings say."""
    own = {"email": ports.bound("messaging.mail")(), "sms": ports.bound("messaging.sms")()}
    return {**own, **box_carriers(), "chat": ChatCarrier()}


def deliver_due(actor: Actor, *, limit: int = BATCH) -> int:
    """Send what is due, what chats wait for first; return how many rows were looked at. Raises: as deliver_chats."""
    known = carriers()
    seen = _deliver_some(actor, known, limit, CHAT)
    return seen + (_deliver_some(actor, known, limit - seen) if seen < limit else 0)


def deliver_chats(actor: Actor, *, limit: int = BATCH) -> int:
    """Send answers that chats wait for, and nothing besides; return how many rows were looked at.

    Between `begin` and `settle` nothing is locked and no transaction is open. Whoever dies there leaves a portion as
    `sending`; `settle_stuck` finds it. So a portion is one message at first, and then no more than goes over in a
    moment. Raises: what a carrier raises against its contract; the job is tried again.
    """
    return _deliver_some(actor, carriers(), limit, CHAT)


def deliver_codes(actor: Actor, *, limit: int = BATCH) -> int:
    """Send sign-in codes, which people wait for, and nothing besides; return how many rows were looked at.

    Raises: as deliver_chats.
    """
    return _deliver_some(actor, carriers(), limit, template=SIGN_IN)


def _deliver_some(actor: Actor, known: Mapping[str, Carrier], limit: int, only: str = "", *, template: str = "") -> int:
    sms, now = known["sms"].name, moment.now()
    seen = triage(actor, now=now, limit=limit, sms_carrier=sms, carried=list(known), only=only, template=template)
    left, count = deque(seen.ready), 1
    # What was decided before its lease ended may not hold any more: whoever comes next decides anew.
    while left and moment.now() < left[0].leased_until:
        portion = [left.popleft() for _ in range(min(count, len(left)))]
        took_s = _deliver(actor, portion, known)
        count = outbox.next_portion(len(portion), took_s=took_s, most=limit)
    return seen.seen


def _deliver(actor: Actor, portion: Sequence[Ready], known: Mapping[str, Carrier]) -> float:
    """Begin, hand over and settle some messages; return how long handing over took, in seconds.

    What is left once its lease has ended is not handed over: what was decided for it may not hold any more.
    """
    begun_at = moment.now()
    names = {channel: carrier.name for channel, carrier in known.items()}
    begun = begin(actor, ready=portion, carriers=names, now=begun_at)
    own = [one for one in portion if one.message_id in begun]
    attempts: list[Attempt] = []
    clock = time.perf_counter()
    try:
        for one in own:
            in_time = moment.now() < one.leased_until
            receipt = handed_over(known[one.channel], one) if in_time else LEASE_OVER
            attempts.append(Attempt(one.message_id, begun_at, receipt))
    except BaseException:
        # The fate of the one it happened to is open; those after it never left.
        attempts += [Attempt(one.message_id, begun_at, NOT_REACHED) for one in own[len(attempts) + 1 :]]
        raise
    finally:
        took_s = time.perf_counter() - clock
        settle(actor, attempts=attempts, now=moment.now())
    return took_s


def handed_over(carrier: Carrier, ready: Ready) -> Receipt:
    """Do the one thing that cannot be undone."""
    if isinstance(carrier, BoxCarrier | ChatCarrier):
        return carrier.send(ready)
    if ready.channel == "sms":
        sms = Sms(
            key=ready.key,
            to_phone=ready.address,
            text=ready.rendered.body,
            locale=ready.locale,
            template=ready.template,
            values=ready.rendered.values,
            approved_code=ready.approved_code,
        )
        return carrier.send(sms)  # type: ignore[arg-type]
    mail = Mail(
        key=ready.key,
        to_address=ready.address,
        to_name=ready.name,
        subject=ready.rendered.subject,
        text=ready.rendered.body,
        html=ready.rendered.html,
        locale=ready.locale,
        stop_url=ready.stop_url,
    )
    if ready.spoken is not None:
        try:
            mail = enclosed(mail, ready.spoken)
        except FileNotChecked as refusal:
            return Receipt("retry", detail=str(refusal))
        except errors.Refusal as refusal:
            return Receipt("refused", detail=str(refusal))
    return carrier.send(mail)  # type: ignore[arg-type]


@command(needs=DELIVER)
def begin(actor: Actor, *, ready: Sequence[Ready], carriers: Mapping[str, str], now: datetime) -> set[int]:
    """Claim messages for this attempt: of two senders one gets each, by compare-and-set on state and lease.

    Not after the lease: what was decided then (addresses, objections, hours) may no longer hold. The new attempt will
    have a name of its own at the carrier, so that what is reported of an earlier one is not taken for it. `carriers`
    names who carries each channel. Returns the ids of those claimed. Locks: the messages, in id order.
    """
    columns: dict[str, Any] = {
        "now": now,
        "ids": arrays.integers([one.message_id for one in ready]),
        "leases": arrays.instants([one.leased_until for one in ready]),
        "channels": arrays.texts([one.channel for one in ready]),
        "carriers": arrays.texts([carriers[one.channel] for one in ready]),
        "locales": arrays.texts([one.locale for one in ready]),
        "versions": arrays.integers([one.template_version for one in ready]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "begin_messages"), columns)
        return {row[0] for row in cursor.fetchall()}


@command(needs=DELIVER)
def settle(actor: Actor, *, attempts: Sequence[Attempt], now: datetime) -> dict[int, str]:
    """Record what came of attempts; return the state of each message they counted for.

    An answer that comes after the message was given up as unknown still counts, and so does a report that was faster
    than the answer. A short message that failed for good goes on as an e-mail where it may.
    Emits: MessageSent, MessageFailed, MessageDelivered.
    Locks: what reports name the messages by, then the messages, in id order.
    """
    wanted = {one.message_id: one for one in attempts}
    if not wanted:
        return {}
    lock_names(one.receipt.reference[:LONGEST_REFERENCE] for one in attempts)
    found = Message.objects.select_for_update(of=("self",)).filter(id__in=list(wanted)).order_by("id")
    rows = [row for row in found if _is_open(row, wanted[row.id])]
    for row in rows:
        receipt = wanted[row.id].receipt
        row.error = logs.redact_text(receipt.detail)[:LONGEST_DETAIL]
        row.reference = receipt.reference[:LONGEST_REFERENCE]
        _apply(row, receipt, now)
    write_messages(rows)
    events.record(actor, [sent_event(row) for row in rows if row.state == "sent"])
    events.record(actor, [failure_of(row) for row in rows if row.state in ("failed", "unknown")])
    fall_back(rows, now)
    hear_early(actor, [row for row in rows if row.state in ("sent", "unknown")], now)
    return {row.id: row.state for row in rows}


def _is_open(row: Message, attempt: Attempt) -> bool:
    """Tell whether an answer still counts: to this very attempt, or late to one that was given up."""
    late = row.state == "unknown" and attempt.receipt.outcome != "unknown"
    return row.begun_at == attempt.begun_at and (row.state == "sending" or late)


def _apply(row: Message, receipt: Receipt, now: datetime) -> None:
    verb: outbox.Verb = {"sent": "confirm", "retry": "retry", "refused": "refuse", "unknown": "lose"}[receipt.outcome]  # type: ignore[assignment]
    if verb == "retry" and row.attempts >= parameters.value(ATTEMPTS):
        verb = "refuse"
    row.state = outbox.TRANSITIONS[row.state, verb]  # type: ignore[index]
    if verb == "retry":
        first_s, cap_s = parameters.value(RETRY_FIRST_S), parameters.value(RETRY_CAP_S)
        row.due_at = now + outbox.pause(row.attempts, first_s=first_s, cap_s=cap_s, chance=random.random())
        row.settled_at = None
    else:
        row.settled_at = now


@command(needs=DELIVER)
def settle_stuck(actor: Actor, *, now: datetime, limit: int = BATCH) -> int:
    """See to messages whose sender died between handing over and recording; return how many.

    Where the carrier takes the same key twice for one message, it is sent again; where not, a person decides, unless
    the carrier has reported by our key what became of it. A report that comes meanwhile waits for the message's lock.
    Emits: MessageDelivered, MessageFailed. Locks: stuck messages, skipping those another process sees to.
    """
    since = now - timedelta(seconds=parameters.value(FATE_OPEN_S))
    rows = list(
        Message.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state="sending", begun_at__lt=since)
        .order_by("id")[:limit]
    )
    safe = {(channel, carrier.name) for channel, carrier in carriers().items() if carrier.is_idempotent}
    for row in rows:
        verb: outbox.Verb = "retry" if (row.via, row.carrier) in safe else "lose"
        row.state = outbox.TRANSITIONS["sending", verb]
        if verb == "retry":
            row.due_at = now
        else:
            row.settled_at = now
    write_messages(rows)
    hear_early(actor, [row for row in rows if row.state == "unknown"], now)
    events.record(actor, [failure_of(row) for row in rows if row.state == "unknown"])
    return len(rows)


def sent_event(row: Message) -> MessageSent:
    """Say that a message left."""
    return MessageSent(
        message_id=row.id,
        template=row.template,
        via=row.via,
        customer_id=row.customer_id,
        about_kind=row.subject_kind,
        about_id=row.subject_id,
    )
