"""Lock tickets, in the one order."""

from __future__ import annotations

from collections.abc import Iterable

from steward.kernel import errors
from steward.modules.desk.models import Ticket
from steward.modules.desk.queries.tally import count_anew


def lock_tickets(ticket_ids: Iterable[int]) -> dict[int, Ticket]:
    """Lock tickets by id, to change them. Raises: NotFound when one is none. Locks: tickets in id order."""
    count_anew()
    wanted = sorted(set(ticket_ids))
    rows = {row.id: row for row in Ticket.objects.select_for_update().filter(id__in=wanted).order_by("id")}
    for id_ in wanted:
        if id_ not in rows:
            raise errors.NotFound(key=id_)
    return rows
