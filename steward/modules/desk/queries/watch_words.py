"""What watchers of tickets are told, in words; who watches what, and what they want to hear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from steward.modules.desk.models import Ticket, Watcher, WatchWish
from steward.modules.desk.queries import words
from steward.modules.desk.queries.inbox import TicketRow, ticket_rows

LISTED = 200
HAPPENED: Mapping[str, Any] = {
    "words": pgettext_lazy("watching", "new words of the customer"),
    "hands": pgettext_lazy("watching", "changed hands"),
}
WISHES: Mapping[str, Any] = {
    "words": pgettext_lazy("watching", "New words of the customer"),
    "moves": pgettext_lazy("watching", "Changes of the state"),
    "hands": pgettext_lazy("watching", "Hand-overs"),
}


def said(happened: Iterable[str]) -> str:
    """Say in one line what happened, in the language in force; states by their names."""
    return _(", ").join(str(HAPPENED.get(code) or words.word(words.STATES, code)) for code in sorted(happened))


def watch_wish(staff_id: int) -> dict[str, bool]:
    """Tell what somebody wants to hear of the tickets they watch."""
    row = WatchWish.objects.filter(staff_id=staff_id).values("words", "moves", "hands").first()
    return {name: row[name] for name in ("words", "moves", "hands")} if row else dict.fromkeys(WISHES, True)


def watched_tickets(staff_id: int) -> list[TicketRow]:
    """List the tickets somebody watches, active ones first."""
    ids = Watcher.objects.filter(staff_id=staff_id).order_by("-id").values_list("ticket_id", flat=True)[:LISTED]
    return ticket_rows(list(Ticket.objects.filter(id__in=list(ids)).order_by("due_order", "-id")), staff_id)
