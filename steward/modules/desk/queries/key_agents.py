"""Who looks after which key customer, and how that changed (DSK-6, CUS-5)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count
from msgspec import Struct

from steward.modules.desk.models import KeyAgent, KeyAgentChange, Ticket
from steward.modules.desk.queries.names import MaskedCustomer, masked_customers, staff_names
from steward.modules.desk.rules import tickets
from steward.modules.people import queries as people

MOST, NEWEST = 500, 30


class KeyCustomer(Struct, frozen=True, kw_only=True):
    """A key customer with their agent, and how many of their tickets are active."""

    customer_id: int
    customer: MaskedCustomer | None
    staff_id: int
    agent: str
    note: str
    set_at: datetime
    set_by: str
    active: int


class KeyChange(Struct, frozen=True, kw_only=True):
    """When somebody else came to look after a key customer; an empty name is nobody in particular."""

    at: datetime
    customer_id: int
    customer: str
    before: str
    after: str
    by: str


def key_customers(*, staff_id: int | None = None) -> list[KeyCustomer]:
    """List key customers, of one agent where wanted, by agent."""
    found = KeyAgent.objects.filter(staff_id=staff_id) if staff_id is not None else KeyAgent.objects.all()
    rows = list(found.order_by("staff_id", "customer_id")[:MOST])
    ids = {row.customer_id for row in rows}
    active = Ticket.objects.filter(customer_id__in=ids, state__in=tickets.ACTIVE).order_by()
    counts = dict(active.values_list("customer_id").annotate(count=Count("id")))
    customers, names = masked_customers(ids), staff_names({row.staff_id for row in rows})
    setters = people.actor_names({row.set_by for row in rows}) if rows else {}
    return [
        KeyCustomer(
            customer_id=row.customer_id,
            customer=customers.get(row.customer_id),
            staff_id=row.staff_id,
            agent=names.get(row.staff_id, ""),
            note=row.note,
            set_at=row.set_at,
            set_by=setters.get(row.set_by, row.set_by),
            active=counts.get(row.customer_id, 0),
        )
        for row in rows
    ]


def agents_of_key_customers() -> list[tuple[int, str, int]]:
    """List who looks after key customers: id, name, how many."""
    rows = dict(KeyAgent.objects.order_by().values_list("staff_id").annotate(count=Count("id")))
    names = staff_names(set(rows))
    return sorted(((id_, names.get(id_, ""), count) for id_, count in rows.items()), key=lambda row: (-row[2], row[1]))


def key_history(*, customer_id: int | None = None) -> list[KeyChange]:
    """List the latest changes, newest first, of one customer where wanted."""
    rows = (
        KeyAgentChange.objects.all() if customer_id is None else KeyAgentChange.objects.filter(customer_id=customer_id)
    )
    found = list(rows.order_by("-id")[:NEWEST])
    names = staff_names({id_ for row in found for id_ in (row.before_id, row.after_id)})
    customers = masked_customers({row.customer_id for row in found})
    actors = people.actor_names({row.by for row in found}) if found else {}
    return [
        KeyChange(
            at=row.at,
            customer_id=row.customer_id,
            customer=customers[row.customer_id].label if row.customer_id in customers else "",
            before=names.get(row.before_id or 0, ""),
            after=names.get(row.after_id or 0, ""),
            by=actors.get(row.by, row.by),
        )
        for row in found
    ]
