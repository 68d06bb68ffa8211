"""Write what became of messages: one statement for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from steward.kernel import arrays, sql
from steward.modules.messaging.commands.queueing import PACKAGE
from steward.modules.messaging.models import Message


def write_messages(rows: Sequence[Message]) -> None:
    """Write state, reason, times, reference and error of rows that the caller has locked."""
    if not rows:
        return
    columns = {
        "ids": arrays.integers([row.id for row in rows]),
        "states": arrays.texts([row.state for row in rows]),
        "reasons": arrays.texts([row.reason for row in rows]),
        "due": arrays.instants([row.due_at for row in rows]),
        "settled": arrays.instants([row.settled_at for row in rows]),
        "references": arrays.texts([row.reference for row in rows]),
        "errors": arrays.texts([row.error for row in rows]),
        "simulated": arrays.flags([row.simulated for row in rows]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "write_messages"), columns)
