"""Send customers the codes they sign in with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from procrastinate.contrib.django import app

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.events import AWAITED
from steward.modules.customers.commands.sign_in import issue_code
from steward.modules.messaging.commands.queueing import send_messages
from steward.modules.messaging.models import Message
from steward.modules.messaging.queries.sealed import sealed
from steward.modules.messaging.rules.catalogue import SIGN_IN
from steward.modules.messaging.rules.outgoing import Outgoing

SEND_CODES = "messaging.send_codes"
SUBJECT = "sign_in"
CHANNELS = {"phone": "sms", "email": "email"}


@command(needs="messaging.deliver")
def send_codes(actor: Actor, *, code_ids: Sequence[int], now: datetime) -> int:
    """Draw the codes that were asked for and queue them, each once; return how many go to somebody.

    They lie sealed in the outbox and end with the code. Locks: the rows of the codes, in id order.
    """
    issued = [one for code_id in sorted(code_ids) if (one := issue_code(code_id, now=now)) is not None]
    messages = [
        Outgoing(
            template=SIGN_IN,
            customer_id=one.customer_id,
            subject_kind=SUBJECT,
            subject_id=one.code_id,
            params={
                "code": sealed(one.code),
                "minutes": max(1, round((one.expires_at - now).total_seconds() / 60)),
            },
            dedupe_key=f"{SUBJECT}:{one.code_id}",
            channel=CHANNELS[one.kind],
        )
        for one in issued
    ]
    for message_id, one in zip(send_messages(actor, messages=messages, now=now), issued, strict=True):
        Message.objects.filter(id=message_id).update(expires_at=one.expires_at)
    if issued:
        app.configure_task(SEND_CODES, queue="messages", priority=AWAITED).defer()
    return len(issued)
