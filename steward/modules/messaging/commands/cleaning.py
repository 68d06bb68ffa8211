"""Forget what nobody needs any more, in bounded batches; what a dispute needs is kept longest.

Messages to customers are proof that they were told: they stay three years, as long as a claim may be brought and as
transaction records have to be kept (Civil Code of the PRC art. 188; E-Commerce Law of the PRC art. 31). What is still
to be sent, or whose fate a person has to decide, is never deleted. The event log keeps that a message left in any case.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.queueing import PACKAGE
from steward.modules.messaging.commands.triage import DELIVER

BATCH = 2_000
MESSAGES_DAYS = parameters.define(
    "messaging.keep_messages_days",
    1_096,
    unit="d",
    label=_("Days messages to customers are kept, for a dispute about what was said"),
    minimum=180,
)
NOTICES_DAYS = parameters.define(
    "messaging.keep_notices_days", 180, unit="d", label=_("Days notices to staff are kept"), minimum=7
)
DELIVERIES_DAYS = parameters.define(
    "messaging.keep_deliveries_days", 30, unit="d", label=_("Days delivered webhooks are kept"), minimum=1
)
FAILED_DAYS = parameters.define(
    "messaging.keep_failed_deliveries_days",
    90,
    unit="d",
    label=_("Days webhooks that could not be delivered are kept, to be sent again"),
    minimum=1,
)
EARLY_DAYS = parameters.define(
    "messaging.keep_early_reports_days",
    7,
    unit="d",
    label=_("Days delivery reports wait for the message they are about"),
    minimum=1,
)
PARKED_DAYS = parameters.define(
    "messaging.keep_parked_days",
    90,
    unit="d",
    label=_("Days a message that could not be taken is kept"),
    minimum=1,
)
CHATS_DAYS = parameters.define(
    "messaging.keep_chats_days",
    90,
    unit="d",
    label=_("Days a visitor's chat is kept in their browser after they were last there"),
    minimum=1,
)


# Each has its own index by age, so that what is kept longer is not read again every hour.
STATEMENTS = (
    "forget_messages",
    "forget_staff_mails",
    "forget_notices",
    "forget_deliveries",
    "forget_reports",
    "forget_parked",
    "forget_chats",
)


@command(needs=DELIVER)
def forget_old(actor: Actor, *, now: datetime, limit: int = BATCH) -> int:
    """Delete what is older than its time, at most `limit` rows of each kind. Returns the rows of the fullest batch.

    Locks: the rows it deletes, skipping those somebody works on.
    """
    wanted: dict[str, datetime | int] = {
        "messages_before": _before(now, MESSAGES_DAYS),
        "notices_before": _before(now, NOTICES_DAYS),
        "delivered_before": _before(now, DELIVERIES_DAYS),
        "failed_before": _before(now, FAILED_DAYS),
        "early_before": _before(now, EARLY_DAYS),
        "parked_before": _before(now, PARKED_DAYS),
        "chats_before": _before(now, CHATS_DAYS),
        "now": now,
        "limit": limit,
    }
    counts: list[int] = []
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(sql.load(PACKAGE, statement), wanted)
            counts.append(cursor.rowcount)
    return max(counts)


def _before(now: datetime, days: parameters.Definition) -> datetime:
    return now - timedelta(days=parameters.value(days))
