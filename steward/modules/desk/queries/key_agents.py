"""Who looks after which key customer, and how that changed (DSK-6, CUS-5)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q
from msgspec import Struct

from steward.kernel.models import Event
from steward.modules.desk.events import KeyAgentSet
from steward.modules.desk.models import KeyAgent, Ticket
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
    of_one = Q() if customer_id is None else Q(subject_kind="customer", subject_id=customer_id)
    rows = Event.objects.filter(of_one, kind=KeyAgentSet.KIND).order_by("-id")[:NEWEST]
    found = list(rows.values_list("at", "subject_id", "actor", "data"))
    names = staff_names({data.get(side) for *_rest, data in found for side in ("before_id", "after_id")})
    customers = masked_customers({id_ for _at, id_, _actor, _data in found})
    actors = people.actor_names({actor for _at, _id, actor, _data in found}) if found else {}
    return [
        KeyChange(
            at=at,
            customer_id=id_,
            customer=customers[id_].label if id_ in customers else "",
            before=names.get(data.get("before_id") or 0, ""),
            after=names.get(data.get("after_id") or 0, ""),
            by=actors.get(actor, actor),
        )
        for at, id_, actor, data in found
    ]
