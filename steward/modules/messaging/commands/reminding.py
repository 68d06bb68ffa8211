"""Remind customers of their appointments at service stations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from steward.kernel import languages
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.queries.contact import contacts
from steward.modules.messaging.commands.queueing import send_messages
from steward.modules.messaging.rules.outgoing import Outgoing
from steward.modules.people.queries.station_words import SERVICES
from steward.modules.people.queries.stations import appointments, stations
from steward.modules.people.rules.stations import written_code

TEMPLATE = "appointment_reminder"
SUBJECT = "appointment"


@command(needs="messaging.deliver")
def remind_of_appointments(actor: Actor, *, times: Mapping[int, datetime], now: datetime) -> int:
    """Queue a reminder for each appointment that still stands at the time it was announced for; each is said once.

    Returns how many were queued. A reminder that would come after the time is not sent. Source: CUS-4, CUS-2.
    """
    rows = [one for one in appointments(times) if one.state == "booked" and one.starts_at == times[one.id] > now]
    people = contacts({one.customer_id for one in rows if one.customer_id is not None})
    places = {one.id: one for one in stations(with_former=True)}
    messages = [
        Outgoing(
            template=TEMPLATE,
            customer_id=one.customer_id,
            subject_kind=SUBJECT,
            subject_id=one.id,
            params={
                "starts_at": one.starts_at.isoformat(),
                "station": one.station_name,
                "address": places[one.station_id].address,
                "service": languages.in_each(partial(SERVICES.__getitem__, one.service)),
                "code": written_code(one.code),
            },
            dedupe_key=f"appointment:{one.id}:{one.starts_at.isoformat()}",
            simulated=people[one.customer_id].simulated,
        )
        for one in rows
        if one.customer_id in people
    ]
    return len(send_messages(actor, messages=messages, now=now)) if messages else 0
