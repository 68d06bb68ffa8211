"""What deadlines ask of tickets: what people call them, and who may take them over (the ports of `deadlines`)."""

from __future__ import annotations

from collections.abc import Sequence

from steward.modules.deadlines.ports import Able
from steward.modules.desk.models import Ticket
from steward.modules.desk.rules import tickets
from steward.modules.people import queries as people

WORK = "tickets.work"


def ticket_names(ticket_ids: Sequence[int]) -> dict[int, str]:
    """Tell the number of each ticket; the port `deadlines.names.ticket`, for notices about its clocks."""
    return dict(Ticket.objects.filter(id__in=ticket_ids).values_list("id", "number"))


def ticket_takers(asked: Sequence[tuple[int, str, str]]) -> dict[tuple[int, str], Able]:
    """Tell who may take over tickets that still run; the port `deadlines.takers.ticket`."""
    ids = {ticket_id for ticket_id, _kind, _role in asked}
    runs = set(Ticket.objects.filter(id__in=ids, state__in=tickets.ACTIVE).values_list("id", flat=True))
    allowed = people.staff_with_permission(WORK)
    of_role = {role: set(people.staff_with_role(role)) for role in {role for _id, _kind, role in asked}}
    return {
        (id_, kind): Able([one for one in allowed if one in of_role[role]], allowed)
        for id_, kind, role in asked
        if id_ in runs
    }
