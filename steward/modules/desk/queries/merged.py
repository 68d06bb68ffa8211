"""Which tickets are one matter because they were merged."""

from __future__ import annotations

from collections.abc import Collection

from steward.modules.desk.models import Ticket


def merged_with(ticket_ids: Collection[int]) -> set[int]:
    """Add to tickets all that went into them; one query for each step of merging."""
    found: set[int] = set()
    asked = set(ticket_ids)
    while asked:
        found |= asked
        asked = set(Ticket.objects.filter(merged_into__in=asked).values_list("id", flat=True)) - found
    return found


def end_of_merges(ticket_id: int) -> int:
    """Tell where a ticket's matter goes on: in itself, or in what it was merged into at last."""
    at, seen = ticket_id, {ticket_id}
    while (into := Ticket.objects.filter(id=at).values_list("merged_into", flat=True).first()) and into not in seen:
        seen.add(into)
        at = into
    return at
