"""The complaints centre: queues with their counts, complaints page by page, the trees people choose from (DSK-8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from msgspec import Struct

from steward.modules.customers.queries.merged import family
from steward.modules.deadlines.queries import ClockView, next_clocks
from steward.modules.desk.models import Complaint, ComplaintCause, ComplaintType
from steward.modules.desk.queries.complaint_words import label_of
from steward.modules.desk.queries.names import MaskedCustomer, masked_customers, staff_names
from steward.modules.desk.rules import complaints as rules
from steward.modules.people import queries as people

SUBJECT = "complaint"
QUEUES = ("mine", "noticed", "under_way", "waiting", "overdue", "closed", "all")
LIVE = Q(state__in=rules.LIVE)


class ComplaintFilters(Struct, frozen=True, kw_only=True):
    """Which complaints; `type` and `cause` take their branches along, `since` and `until` the customer's word."""

    queue: str = "all"
    staff_id: int | None = None
    type: str = ""
    cause: str = ""
    team: str = ""
    outcome: str = ""
    seriousness: str = ""
    customer_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class ComplaintRow(Struct, frozen=True, kw_only=True):
    """One complaint of a list; the customer is masked."""

    id: int
    number: str
    state: str
    source: str
    type: str
    type_label: str
    seriousness: str
    words: str
    ticket_number: str
    order_id: int | None
    customer_id: int | None
    customer: MaskedCustomer | None
    team: str
    team_name: str
    owner_id: int | None
    owner: str
    outcome: str
    cause: str
    cause_label: str
    told_at: datetime
    registered_at: datetime | None
    closed_at: datetime | None
    waits_since: datetime | None
    clock: ClockView | None
    simulated: bool


class Branch(Struct, frozen=True):
    """One branch of a tree, with the whole way from its root in words; `depth` 0 is a root."""

    code: str
    label: str
    path: str
    depth: int
    parent: str
    labels: Mapping[str, str]
    position: int
    active: bool
    reasons: Sequence[str] = ()


def complaint_names(complaint_ids: Sequence[int]) -> dict[int, str]:
    """Tell the number of each complaint; the port `deadlines.names.complaint`."""
    return dict(Complaint.objects.filter(id__in=complaint_ids).values_list("id", "number"))


def complaints_page(
    filters: ComplaintFilters, *, now: datetime, before_id: int | None = None, limit: int = 50
) -> list[ComplaintRow]:
    """List complaints, newest first, one page of them."""
    found = matching(filters, now=now).select_related("type", "cause", "ticket").order_by("-id")
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    return complaint_rows(found[:limit])


def matching(filters: ComplaintFilters, *, now: datetime) -> QuerySet[Complaint]:
    """Find the complaints that fit."""
    found = Complaint.objects.filter(_of_queue(filters, now))
    for name, tree in (("type", ComplaintType), ("cause", ComplaintCause)):
        if code := getattr(filters, name):
            found = found.filter(**{f"{name}__in": tree.objects.filter(Q(code=code) | Q(parent__code=code))})
    for name in ("team", "outcome", "seriousness"):
        if value := getattr(filters, name):
            found = found.filter(**{name: value})
    if filters.customer_id is not None:
        found = found.filter(customer_id__in=family([filters.customer_id]))
    if filters.since is not None:
        found = found.filter(told_at__gte=filters.since)
    return found if filters.until is None else found.filter(told_at__lt=filters.until)


def _of_queue(filters: ComplaintFilters, now: datetime) -> Q:
    match filters.queue:
        case "mine":
            return LIVE & Q(owner_id=filters.staff_id or 0)
        case "noticed":
            return Q(state="noticed")
        case "under_way":
            return Q(state__in=rules.UNDER_WAY)
        case "waiting":
            return LIVE & Q(waits_since__isnull=False)
        case "overdue":
            return LIVE & Q(due_at__lte=now)
        case "closed":
            return Q(state="closed")
        case _:
            return Q()


def complaint_counts(staff_id: int | None, *, now: datetime) -> dict[str, int]:
    """Count the queues as one person sees them; one statement over what is under way."""
    wanted = {
        name: Count("id", filter=_of_queue(ComplaintFilters(queue=name, staff_id=staff_id), now))
        for name in ("mine", "noticed", "under_way", "waiting", "overdue")
    }
    return dict(Complaint.objects.filter(LIVE).aggregate(**wanted))


def complaint_rows(found: Iterable[Complaint]) -> list[ComplaintRow]:
    """Lay complaints out for a list; a handful of statements for all."""
    rows = list(found)
    clocks = next_clocks(SUBJECT, [row.id for row in rows])
    customers = masked_customers({row.customer_id for row in rows if row.customer_id})
    owners = staff_names({row.owner_id for row in rows})
    teams = team_names() if rows else {}
    return [
        ComplaintRow(
            id=row.id,
            number=row.number,
            state=row.state,
            source=row.source,
            type=row.type.code,
            type_label=label_of(row.type.labels, row.type.code),
            seriousness=row.seriousness,
            words=row.words,
            ticket_number=row.ticket.number if row.ticket else "",
            order_id=row.order_id,
            customer_id=row.customer_id,
            customer=customers.get(row.customer_id or 0),
            team=row.team,
            team_name=teams.get(row.team, row.team),
            owner_id=row.owner_id,
            owner=owners.get(row.owner_id or 0, ""),
            outcome=row.outcome,
            cause=row.cause.code if row.cause else "",
            cause_label=label_of(row.cause.labels, row.cause.code) if row.cause else "",
            told_at=row.told_at,
            registered_at=row.registered_at,
            closed_at=row.closed_at,
            waits_since=row.waits_since,
            clock=clocks.get(row.id),
            simulated=row.simulated,
        )
        for row in rows
    ]


def team_names() -> dict[str, str]:
    """Name every team, former ones too."""
    return {one.code: one.name for one in people.teams(with_former=True)}


def complaints_of_ticket(ticket_id: int) -> list[tuple[str, str]]:
    """List number and state of a ticket's complaints, newest first."""
    return list(Complaint.objects.filter(ticket_id=ticket_id).order_by("-id").values_list("number", "state"))


def complaints_of_order(order_id: int) -> list[tuple[str, str]]:
    """List number and state of an order's complaints, newest first."""
    return list(Complaint.objects.filter(order_id=order_id).order_by("-id").values_list("number", "state"))


def types_tree(*, with_former: bool = False) -> list[Branch]:
    """List the types, each root with its branches below it."""
    return _tree(ComplaintType.objects.all() if with_former else ComplaintType.objects.filter(active=True))


def causes_tree(*, with_former: bool = False) -> list[Branch]:
    """List the causes, each root with its branches below it."""
    return _tree(ComplaintCause.objects.all() if with_former else ComplaintCause.objects.filter(active=True))


def _tree(found: QuerySet[Any]) -> list[Branch]:
    rows = list(found.select_related("parent").order_by("position", "id"))
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    shown: list[Branch] = []

    def add(row: Any, path: str, depth: int) -> None:
        label = label_of(row.labels, row.code)
        path = f"{path} / {label}" if path else label
        parent = row.parent.code if row.parent else ""
        reasons = getattr(row, "reasons", ())
        shown.append(Branch(row.code, label, path, depth, parent, row.labels, row.position, row.active, tuple(reasons)))
        for one in below.get(row.id, []):
            add(one, path, depth + 1)

    ids = {row.id for row in rows}
    for row in rows:
        if row.parent_id not in ids:
            add(row, "", 0)
    return shown
