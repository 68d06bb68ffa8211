"""The list of orders: filters, pages by key, and all that a row shows in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from msgspec import Struct

from steward.modules.deadlines import queries as deadlines
from steward.modules.orders.models import Line, Order, OrderFinding
from steward.modules.orders.queries import search
from steward.modules.orders.queries.sealed import MaskedPerson, masked_person

LONGEST_PAGE = 500
COUNTED_AT_MOST = 10_000
OPEN_STATES = ("received", "checked", "audit", "approved")
SUBJECT = "order"

COUNT_OPEN = """
SELECT wanted.state, (
    SELECT count(*) FROM (
        SELECT 1 FROM orders_order o WHERE o.state = wanted.state LIMIT %s
    ) few
) FROM unnest(%s::text[]) AS wanted(state)
"""


class OrderFilters(Struct, frozen=True):
    """What a list of orders is narrowed to; empty means all. `scopes` limits an API token to its shops.

    Dates are days of `time_zone`, both included, and mean when the order was placed. `customer_ids` None: anybody's.
    `number` is a part of ours or of the shop's: among the orders of some buyers alone, no index answers it.
    """

    state: str = ""
    payment_state: str = ""
    fulfilment_state: str = ""
    priority: str = ""
    shop: str = ""
    with_findings: bool = False
    q: str = ""
    placed_from: date | None = None
    placed_to: date | None = None
    historic: bool | None = None
    scopes: frozenset[str] = frozenset()
    time_zone: str = "Asia/Shanghai"
    customer_ids: frozenset[int] | None = None
    number: str = ""


class OrderRow(Struct, frozen=True):
    """One order as a list shows it. Units: minor units of `currency`."""

    id: int
    number: str
    external_number: str
    shop_code: str
    shop_name: str
    state: str
    payment_state: str
    fulfilment_state: str
    state_since: datetime
    currency: str
    total_minor: int
    paid_minor: int
    placed_at: datetime
    received_at: datetime
    historic: bool
    simulated: bool
    source: str
    priority: str
    delivery_due_at: datetime | None
    customer: MaskedPerson
    first_lines: list[str]
    line_count: int
    open_findings: int
    worst_severity: str
    clock: deadlines.ClockView | None


class Page(Struct, frozen=True):
    """Rows, newest first, and the key to ask for older ones with (None: there are none)."""

    rows: list[OrderRow]
    next_after: int | None


def orders_page(filters: OrderFilters, *, after: int | None = None, limit: int = 50) -> Page:
    """List orders newest first, older than the key `after`; the number of queries does not depend on the rows."""
    limit = max(1, min(limit, LONGEST_PAGE))
    found = matching(filters)
    if after is not None:
        found = found.filter(id__lt=after)
    orders = list(found.select_related("shop", "customer__person_key").order_by("-id")[: limit + 1])
    shown = orders[:limit]
    return Page(order_rows(shown), shown[-1].id if len(orders) > limit else None)


def matching(filters: OrderFilters) -> QuerySet[Order]:
    """Narrow all orders to a filter."""
    wanted = Q()
    for name in ("state", "payment_state", "fulfilment_state", "priority"):
        if value := getattr(filters, name):
            wanted &= Q(**{name: value})
    if filters.shop or filters.scopes:
        codes = {filters.shop} & filters.scopes if filters.shop and filters.scopes else filters.scopes or {filters.shop}
        # Shops are few: their ids as constants let the planner walk the order table by key.
        wanted &= Q(shop_id__in=search.shop_ids(codes))
    if filters.customer_ids is not None:
        wanted &= Q(customer_id__in=filters.customer_ids)
    if filters.number:
        wanted &= Q(number__icontains=filters.number) | Q(external_number__icontains=filters.number)
    if filters.historic is not None:
        wanted &= Q(historic=filters.historic)
    zone = ZoneInfo(filters.time_zone)
    if filters.placed_from:
        wanted &= Q(placed_at__gte=_midnight(filters.placed_from, zone))
    if filters.placed_to:
        wanted &= Q(placed_at__lt=_midnight(filters.placed_to + timedelta(days=1), zone))
    if filters.with_findings:
        wanted &= Q(Exists(OrderFinding.objects.filter(order_id=OuterRef("id"), resolved_at=None)))
    if filters.q.strip():
        wanted &= search.by_text(filters.q.strip())
    return Order.objects.filter(wanted)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def order_rows(orders: Sequence[Order]) -> list[OrderRow]:
    """Complete orders (selected with shop and customer key) to rows: lines, findings and clocks, one query each."""
    ids = [order.id for order in orders]
    lines: dict[int, list[str]] = defaultdict(list)
    for order_id, title, name, sku, quantity in (
        Line.objects.filter(order_id__in=ids)
        .order_by("order_id", "position")
        .values_list("order_id", "title", "item__name_zh", "item__sku", "quantity")
    ):
        lines[order_id].append(f"{quantity} × {title or name or sku}")
    open_findings = OrderFinding.objects.filter(order_id__in=ids, resolved_at=None).values_list("order_id")
    findings = {
        order_id: (count, errors)
        for order_id, count, errors in open_findings.annotate(
            open=Count("id"), errors=Count("id", filter=Q(severity="error"))
        )
    }
    clocks = deadlines.next_clocks(SUBJECT, ids)
    return [_row(order, lines[order.id], findings.get(order.id, (0, 0)), clocks.get(order.id)) for order in orders]


def _row(order: Order, lines: list[str], findings: tuple[int, int], clock: deadlines.ClockView | None) -> OrderRow:
    open_findings, errors = findings
    return OrderRow(
        id=order.id,
        number=order.number,
        external_number=order.external_number,
        shop_code=order.shop.code,
        shop_name=order.shop.name,
        state=order.state,
        payment_state=order.payment_state,
        fulfilment_state=order.fulfilment_state,
        state_since=order.state_since,
        currency=order.currency,
        total_minor=order.total_minor,
        paid_minor=order.paid_minor,
        placed_at=order.placed_at,
        received_at=order.received_at,
        historic=order.historic,
        simulated=order.simulated,
        source=order.source,
        priority=order.priority,
        delivery_due_at=order.delivery_due_at,
        customer=masked_person(order),
        first_lines=lines[:2],
        line_count=len(lines),
        open_findings=open_findings,
        worst_severity="error" if errors else "warning" if open_findings else "",
        clock=clock,
    )


def counts_by_state() -> dict[str, int]:
    """Count the orders in each open state, up to 10,000 each, so that it stays cheap however many there are."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_OPEN, [COUNTED_AT_MOST, list(OPEN_STATES)])
        return dict(cursor.fetchall())
