"""The inbox: queues with exact counts, and their tickets page by page, what is due next first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Q, QuerySet
from msgspec import Struct, structs

from steward.kernel import arrays, sql
from steward.modules.deadlines.queries import ClockView, next_clocks
from steward.modules.desk.models import Ticket, Viewing
from steward.modules.desk.queries.conditions import narrowing, teams_of
from steward.modules.desk.queries.names import MaskedCustomer, masked_customers, staff_names
from steward.modules.desk.queries.tally import heaps
from steward.modules.desk.rules import tickets
from steward.modules.desk.rules.views import Conditions, of_queue, recent

PACKAGE = "steward.modules.desk"
SUBJECT = "ticket"
LONGEST_PAGE = 100
QUEUES = ("mine", "unassigned", "team", "active", "waiting", "snoozed", "solved", "closed", "spam")
ENDED = ("solved", "closed", "spam")


class TicketFilters(Struct, frozen=True, kw_only=True):
    """Which tickets of a queue as one person sees it; of `more` all but its states counts."""

    queue: str = "active"
    staff_id: int | None = None
    channel: str = ""
    category: str = ""
    priority: str = ""
    tag: str = ""
    more: Conditions = Conditions()


class TicketRow(Struct, frozen=True, kw_only=True):
    """One ticket of a list. `unread`: the customer said something since this person last looked."""

    id: int
    number: str
    state: str
    closed_as: str
    priority: str
    urgency: str
    special: bool
    category: str
    subject: str
    last_author: str
    last_text: str
    channel: str
    customer_id: int | None
    customer: MaskedCustomer | None
    order_id: int | None
    owner_id: int | None
    owner: str
    team: str
    opened_at: datetime
    heard_at: datetime
    awaits_since: datetime | None
    snoozed_until: datetime | None
    clock: ClockView | None
    unread: bool
    simulated: bool
    sub_reason: str = ""
    language: str = ""
    tags: list[str] = []


class TicketPage(Struct, frozen=True):
    """Rows, and the key to ask for the next ones with (empty: there are none)."""

    rows: list[TicketRow]
    after: str


def queue_counts(staff_id: int | None, *, now: datetime) -> dict[str, int]:
    """Count the tickets of the active queues as one person sees them, and how many of theirs are late.

    All people share one count of the tickets. Source: DSK-10.
    """
    found = heaps(now)
    here = [heap for heap in found if not heap.away]
    mine = [heap for heap in here if heap.owner_id is not None and heap.owner_id == staff_id]
    teams = set(teams_of(staff_id))
    return {
        "mine": sum(heap.count for heap in mine),
        "unassigned": sum(heap.count for heap in here if heap.owner_id is None),
        "team": sum(heap.count for heap in here if heap.team in teams),
        "active": sum(heap.count for heap in here),
        "waiting": sum(heap.count for heap in here if heap.waiting),
        "snoozed": sum(heap.count for heap in found if heap.away),
        "late": sum(heap.late for heap in mine),
    }


def inbox_page(filters: TicketFilters, *, now: datetime, after: str = "", limit: int = 40) -> TicketPage:
    """List the tickets of a queue: active ones by what is due next, ended ones newest first.

    The number of statements does not depend on the rows.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    found = matching(filters, now=now)
    ended = filters.queue in ENDED
    if key := _key(after):
        due, id_ = key
        found = found.filter(id__lt=id_) if ended else found.filter(Q(due_order=due, id__gt=id_) | Q(due_order__gt=due))
        if not ended:
            found = found.filter(due_order__gte=due)
    ordered = found.order_by("-id") if ended else found.order_by("due_order", "id")
    rows = list(ordered[: limit + 1])
    shown = rows[:limit]
    return TicketPage(ticket_rows(shown, filters.staff_id), _after(shown[-1]) if len(rows) > limit else "")


def matching(filters: TicketFilters, *, now: datetime) -> QuerySet[Ticket]:
    """Narrow all tickets to a queue and what is asked for besides; ended ones then only so far back."""
    wanted = _of_queue(filters, now)
    more = structs.replace(filters.more, states=of_queue(filters.queue).states)
    given = (filters.channel, filters.category, filters.priority, filters.tag)
    if filters.queue in ENDED and (any(given) or filters.more != Conditions()):
        more = recent(more)
    for name in ("channel", "category", "priority"):
        if value := getattr(filters, name):
            wanted &= Q(**{name: value})
    if filters.tag:
        wanted &= Q(tags__contains=[filters.tag])
    return Ticket.objects.filter(wanted & narrowing(more, staff_id=filters.staff_id, now=now))


def _of_queue(filters: TicketFilters, now: datetime) -> Q:
    if filters.queue == "solved":
        return Q(state="solved")
    if filters.queue == "spam":
        return Q(state="closed", closed_as="spam")
    if filters.queue == "closed":
        return Q(state="closed") & ~Q(closed_as="spam")
    active = Q(state__in=tickets.ACTIVE)
    if filters.queue == "snoozed":
        return active & Q(snoozed_until__gt=now)
    active &= Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now)
    if filters.queue == "mine":
        return active & Q(owner_id=filters.staff_id or 0)
    if filters.queue == "unassigned":
        return active & Q(owner_id__isnull=True)
    if filters.queue == "team":
        return active & Q(team__in=teams_of(filters.staff_id))
    return active & Q(state__in=tickets.WAITING) if filters.queue == "waiting" else active


def _after(row: Ticket) -> str:
    return f"{row.due_order.astimezone(UTC).isoformat()}~{row.id}"


def _key(after: str) -> tuple[datetime, int] | None:
    """Read the key of a page; one that we did not make begins anew."""
    due, _tilde, id_ = after.partition("~")
    try:
        key = datetime.fromisoformat(due), int(id_)
    except ValueError:
        return None
    return key if key[0].tzinfo is not None and 0 < key[1] < 2**63 else None


def tickets_of_customer(
    customer_ids: Sequence[int], *, staff_id: int | None = None, limit: int = 10
) -> list[TicketRow]:
    """List the tickets of one person, whichever of their customers it was, newest word first."""
    found = Ticket.objects.filter(customer_id__in=customer_ids).exclude(closed_as__in=("spam", "merged"))
    return ticket_rows(list(found.order_by("-heard_at")[:limit]), staff_id)


def tickets_of_order(order_id: int, *, staff_id: int | None = None, limit: int = 10) -> list[TicketRow]:
    """List the tickets about an order, newest word first."""
    found = Ticket.objects.filter(order_id=order_id).exclude(closed_as__in=("spam", "merged"))
    return ticket_rows(list(found.order_by("-heard_at")[:limit]), staff_id)


def find_tickets(text: str, *, limit: int = 8) -> list[TicketRow]:
    """Find tickets by their number or its beginning or end, newest first."""
    wanted = text.strip().upper()
    if not wanted.startswith("TK-") and not (wanted.isascii() and wanted.isdigit() and len(wanted) >= 4):
        return []
    by = {"number__startswith": wanted} if wanted.startswith("TK-") else {"number": _number(wanted)}
    return ticket_rows(list(Ticket.objects.filter(**by).order_by("-id")[:limit]), None)


def _number(digits: str) -> str:
    row = Ticket.objects.filter(id=int(digits)).values_list("number", flat=True).first() if len(digits) < 19 else None
    return row or ""


def ticket_rows(found: Sequence[Ticket], staff_id: int | None) -> list[TicketRow]:
    """Complete tickets to rows: clocks, last words, customers, owners, what was read; a constant number of queries."""
    ids = [row.id for row in found]
    clocks = next_clocks(SUBJECT, ids) if ids else {}
    words = _last_words(ids)
    customers = masked_customers({row.customer_id for row in found if row.customer_id is not None})
    owners = staff_names({row.owner_id for row in found})
    seen = dict(Viewing.objects.filter(staff_id=staff_id or 0, ticket_id__in=ids).values_list("ticket_id", "seen_at"))
    return [_row(row, clocks.get(row.id), words.get(row.id, ("", "")), customers, owners, seen) for row in found]


def _last_words(ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "last_words"), {"ids": arrays.integers(ids)})
        return {id_: (author, text) for id_, author, text in cursor.fetchall()}


def _row(
    row: Ticket,
    clock: ClockView | None,
    words: tuple[str, str],
    customers: Mapping[int, MaskedCustomer],
    owners: Mapping[int, str],
    seen: Mapping[int, datetime],
) -> TicketRow:
    return TicketRow(
        id=row.id,
        number=row.number,
        state=row.state,
        closed_as=row.closed_as,
        priority=row.priority,
        urgency=row.urgency,
        special=row.special,
        category=row.category,
        subject=row.subject,
        last_author=words[0],
        last_text=words[1],
        channel=row.channel,
        customer_id=row.customer_id,
        customer=customers.get(row.customer_id or 0),
        order_id=row.order_id,
        owner_id=row.owner_id,
        owner=owners.get(row.owner_id or 0, ""),
        team=row.team,
        opened_at=row.opened_at,
        heard_at=row.heard_at,
        awaits_since=row.awaits_since,
        snoozed_until=row.snoozed_until,
        clock=clock,
        unread=row.id not in seen or seen[row.id] < row.heard_at,
        simulated=row.simulated,
        sub_reason=row.sub_reason,
        language=row.language,
        tags=row.tags,
    )
