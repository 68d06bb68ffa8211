"""Hand messages over to their carriers: begin, do it outside any transaction, record what came of it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from steward.kernel import events, logs, moment, parameters, ports
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.falling_back import fall_back
from steward.modules.messaging.commands.reporting import hear_early, lock_names
from steward.modules.messaging.commands.triage import DELIVER, Ready, failure_of, triage
from steward.modules.messaging.events import MessageSent
from steward.modules.messaging.models import Message
from steward.modules.messaging.ports import Mail, MailCarrier, Receipt, Sms, SmsCarrier
from steward.modules.messaging.rules import outbox

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
Carrier = MailCarrier | SmsCarrier


def carriers() -> Mapping[str, Carrier]:
    """Find who carries what, as the page of consequences and the settings say."""
    return {"email": ports.bound("messaging.mail")(), "sms": ports.bound("messaging.sms")()}


def deliver_due(actor: Actor, *, limit: int = BATCH) -> int:
    """Send what is due, message by message; return how many rows were looked at.

    Between `begin` and `settle` nothing is locked and no transaction is open. Whoever dies there leaves the message as
    `sending`; `settle_stuck` finds it. Raises: what a carrier raises against its contract; the job is tried again.
    """
    seen = triage(actor, now=moment.now(), limit=limit)
    known = carriers()
    for ready in seen.ready:
        carrier = known[ready.channel]
        begun_at = moment.now()
        if begun_at >= ready.leased_until:
            break  # the rest was decided too long ago: whoever comes next decides anew
        if begin(actor, ready=ready, carrier=carrier.name, now=begun_at):
            receipt = handed_over(carrier, ready)
            settle(actor, message_id=ready.message_id, begun_at=begun_at, receipt=receipt, now=moment.now())
    return seen.seen


def handed_over(carrier: Carrier, ready: Ready) -> Receipt:
    """Do the one thing that cannot be undone."""
    if ready.channel == "sms":
        sms = Sms(
            key=ready.key,
            to_phone=ready.address,
            text=ready.rendered.body,
            locale=ready.locale,
            template=ready.template,
            values=ready.rendered.values,
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
    return carrier.send(mail)  # type: ignore[arg-type]


@command(needs=DELIVER)
def begin(actor: Actor, *, ready: Ready, carrier: str, now: datetime) -> bool:
    """Claim one message for this attempt: of two senders one gets it, by compare-and-set on state and lease.

    Not after the lease: what was decided then (addresses, objections, hours) may no longer hold. The new attempt will
    have a name of its own at the carrier, so that what is reported of an earlier one is not taken for it.
    """
    if now >= ready.leased_until:
        return False
    own = Message.objects.filter(id=ready.message_id, state="waiting", due_at=ready.leased_until, simulated=False)
    begun = own.update(
        state="sending",
        begun_at=now,
        attempts=F("attempts") + 1,
        via=ready.channel,
        carrier=carrier,
        locale=ready.locale,
        template_version=ready.template_version,
        reference="",
        error="",
    )
    return begun == 1


@command(needs=DELIVER)
def settle(actor: Actor, *, message_id: int, begun_at: datetime, receipt: Receipt, now: datetime) -> str:
    """Record what came of an attempt; return the message's state.

    An answer that comes after the message was given up as unknown still counts, and so does a report that was faster
    than the answer. A short message that failed for good goes on as an e-mail where it may.
    Emits: MessageSent, MessageFailed, MessageDelivered. Locks: what reports name the message by, then the message.
    """
    lock_names([receipt.reference])
    own = Q(state="sending") | (Q(state="unknown") if receipt.outcome == "sent" else Q(pk__in=[]))
    row = Message.objects.select_for_update(of=("self",)).filter(own, id=message_id, begun_at=begun_at).first()
    if row is None:
        return ""
    row.error = logs.redact_text(receipt.detail)[:300]
    row.reference = receipt.reference[:200]
    _apply(row, receipt, now)
    row.save(update_fields=["state", "error", "reference", "due_at", "settled_at", "reason"])
    if row.state == "sent":
        events.record(actor, [sent_event(row)])
    elif row.state in ("failed", "unknown"):
        events.record(actor, [failure_of(row)])
    fall_back([row], now)
    if row.state in ("sent", "unknown"):
        hear_early(actor, [row], now)
    return row.state


def _apply(row: Message, receipt: Receipt, now: datetime) -> None:
    verb: outbox.Verb = {"sent": "confirm", "retry": "retry", "refused": "refuse", "unknown": "lose"}[receipt.outcome]  # type: ignore[assignment]
    if verb == "retry" and row.attempts >= parameters.value(ATTEMPTS):
        verb = "refuse"
    row.state = outbox.TRANSITIONS[row.state, verb]  # type: ignore[index]
    if verb == "retry":
        first_s, cap_s = parameters.value(RETRY_FIRST_S), parameters.value(RETRY_CAP_S)
        row.due_at = now + outbox.pause(row.attempts, first_s=first_s, cap_s=cap_s, chance=random.random())
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
    Message.objects.bulk_update(rows, ["state", "due_at", "settled_at"])
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
