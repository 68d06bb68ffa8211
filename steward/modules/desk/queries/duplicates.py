"""Which tickets look like the same matter: of the same customer or order, not long ago, in similar words (DSK-1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.customers.queries.merged import family
from steward.modules.desk.models import Message, Ticket
from steward.modules.desk.rules import duplicates, tickets

MOST_COMPARED, MOST_SHOWN = 30, 3
DAYS = parameters.define(
    "desk.duplicate_days",
    7,
    unit="days",
    label=_("Solved tickets are looked at for duplicates for so long"),
    minimum=1,
    maximum=90,
)
LEAST = parameters.define(
    "desk.duplicate_percent",
    50,
    unit="percent",
    label=_("Words of two tickets of a customer are alike from"),
    minimum=10,
    maximum=100,
)
SAME_ORDER = parameters.define(
    "desk.duplicate_order_percent",
    25,
    unit="percent",
    label=_("Words of two tickets about the same order are alike from"),
    minimum=0,
    maximum=100,
)


class DuplicateView(Struct, frozen=True, kw_only=True):
    """A ticket that looks like the same matter. Units: percent."""

    ticket_id: int
    number: str
    subject: str
    state: str
    opened_at: datetime
    percent: int
    same_order: bool


def likely_duplicates(
    *, text: str, customer_id: int | None, order_id: int | None, now: datetime, but: int | None = None
) -> list[DuplicateView]:
    """Find what a new matter may be a duplicate of; nothing of strangers: same customer, or one who is the same."""
    if customer_id is None:
        return []
    recent = Q(state__in=tickets.ACTIVE) | Q(
        state="solved", solved_at__gte=now - timedelta(days=parameters.value(DAYS))
    )
    found = Ticket.objects.filter(recent, customer_id__in=family([customer_id])).exclude(id=but or 0)
    rows = {row.id: row for row in found.order_by("-heard_at", "-id")[:MOST_COMPARED]}
    if not rows:
        return []
    first = _first_words(list(rows))
    likely = duplicates.likely(
        text,
        [
            (id_, f"{row.subject} {first.get(id_, '')}", order_id is not None and row.order_id == order_id)
            for id_, row in rows.items()
        ],
        least_percent=parameters.value(LEAST),
        same_order_percent=parameters.value(SAME_ORDER),
    )
    return [
        DuplicateView(
            ticket_id=one.ticket_id,
            number=rows[one.ticket_id].number,
            subject=rows[one.ticket_id].subject,
            state=rows[one.ticket_id].state,
            opened_at=rows[one.ticket_id].opened_at,
            percent=one.percent,
            same_order=one.same_order,
        )
        for one in likely[:MOST_SHOWN]
    ]


def duplicates_of(ticket_id: int, *, now: datetime) -> list[DuplicateView]:
    """Find what an active ticket may be a duplicate of; nothing for one that is over."""
    row = Ticket.objects.filter(id=ticket_id, state__in=tickets.ACTIVE).first()
    if row is None:
        return []
    said = _first_words([row.id]).get(row.id, "")
    return likely_duplicates(
        text=f"{row.subject} {said}", customer_id=row.customer_id, order_id=row.order_id, now=now, but=row.id
    )


def _first_words(ticket_ids: list[int]) -> dict[int, str]:
    """Return the first words of customers in tickets."""
    words = Message.objects.filter(ticket_id__in=ticket_ids, kind="inbound").order_by("ticket_id", "id")
    return dict(words.distinct("ticket_id").values_list("ticket_id", "text"))
