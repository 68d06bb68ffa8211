"""Take a form in and acknowledge it once, to the address or number of whoever it belongs to."""

from __future__ import annotations

from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.queueing import send_messages
from steward.modules.messaging.commands.receiving import RECEIVE, receive
from steward.modules.messaging.models import Inbound
from steward.modules.messaging.rules.channels import Incoming, Taken
from steward.modules.messaging.rules.outgoing import Outgoing

TEMPLATE = "form_received"
SUBJECT = "inbound"


def take_form(actor: Actor, *, incoming: Incoming, now: datetime) -> Taken:
    """Take a form in as any message, then say that it is here. Called by doors, outside any transaction."""
    taken = receive(actor, incoming=[incoming], now=now)[0]
    if taken.outcome != "parked":
        acknowledge(actor, inbound_id=taken.id, now=now)
    return taken


@command(needs=RECEIVE)
def acknowledge(actor: Actor, *, inbound_id: int, now: datetime) -> None:
    """Tell who sent a form that it came; once a day, however many come. It is no answer and stops no clock.

    Whoever fills in a form may give anybody's address: that one hears of it once.
    """
    row = Inbound.objects.filter(id=inbound_id, customer__isnull=False).first()
    if row is None:
        return
    message = Outgoing(
        template=TEMPLATE,
        customer_id=row.customer_id or 0,
        subject_kind=SUBJECT,
        subject_id=row.id,
        params={},
        dedupe_key=f"form:{row.customer_id}:{now:%Y-%m-%d}",
        simulated=row.simulated,
    )
    send_messages(actor, messages=[message], now=now)
