"""Tell an agent whose telephone rings who is calling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from steward.kernel import personal
from steward.kernel.actor import Actor
from steward.modules.customers.queries.contact import contacts
from steward.modules.desk.models import Call
from steward.modules.messaging import commands as messaging

TEMPLATE = "call_ringing"


def pop_up(actor: Actor, rows: Sequence[Call], now: datetime) -> None:
    """Post a notice to whom each call goes now; a step of commands. One that has ended rings for nobody."""
    live = [row for row in rows if row.ended_at is None and row.direction == "in"]
    if not live:
        return
    known = contacts({row.customer_id for row in live if row.customer_id is not None})
    notices = []
    for row in live:
        caller = known.get(row.customer_id or 0)
        phone = personal.masked_phone(caller.phone) if caller and caller.phone else _("Number withheld")
        name = personal.masked_name(caller.name) if caller and caller.name else ""
        notices.append(
            messaging.Notice(
                staff_ids=[row.staff_id or 0],
                kind="system",
                template=TEMPLATE,
                params={"subject": f"{name} {phone}".strip()},
                subject_kind="call",
                subject_id=row.id,
                dedupe_key=f"call:{row.id}:{row.staff_id}",
                urgent=False,
            )
        )
    messaging.notify_staff(actor, notices=notices, now=now)
