"""What waits for a person: the orders whose turn it is theirs, most urgent first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from steward.kernel.actor import Actor
from steward.modules.orders.models import Conflict, Order
from steward.modules.orders.models.order import PRIORITIES
from steward.modules.orders.queries.listing import COUNTED_AT_MOST, OrderRow, order_rows

LOOKED_AT = 300
STATES_BY_PERMISSION: Mapping[str, str] = {"orders.mend": "received", "orders.audit": "audit"}
_NEVER = datetime.max.replace(tzinfo=UTC)


def my_work(actor: Actor, *, limit: int = 50) -> list[OrderRow]:
    """List the orders that wait for what this person may do, by the clock that is due next.

    Looks at the oldest 300 of each queue and priority: clocks of one kind fall due in the order they started, but a
    limit may depend on the priority.
    """
    states = [state for permission, state in STATES_BY_PERMISSION.items() if actor.may(permission)]
    waiting = [order for state in states for order in _oldest(state)]
    return sorted(order_rows(waiting), key=_urgency)[:limit]


def _oldest(state: str) -> list[Order]:
    """Read the oldest orders of a state, as many of each priority, so that no urgent one is behind those that wait."""
    found = Order.objects.filter(state=state, historic=False).select_related("shop", "customer__person_key")
    return [order for priority in PRIORITIES for order in found.filter(priority=priority).order_by("id")[:LOOKED_AT]]


def _urgency(row: OrderRow) -> tuple[datetime, int]:
    return (row.clock.due_at if row.clock and row.clock.due_at else _NEVER, row.id)


def audit_queue(*, limit: int = 100) -> list[OrderRow]:
    """List the orders that wait for an audit, by the clock that is due next."""
    return sorted(order_rows(_oldest("audit")), key=_urgency)[:limit]


def orders_in_conflict(*, limit: int = 100) -> list[OrderRow]:
    """List the orders that came again with other content and wait for a decision, newest first."""
    disputed = Exists(Conflict.objects.filter(order_id=OuterRef("id"), resolved_at=None))
    ids = list(Conflict.objects.filter(resolved_at=None).values_list("order_id", flat=True)[:LOOKED_AT])
    found = Order.objects.filter(disputed, id__in=ids).select_related("shop", "customer__person_key")
    return order_rows(list(found.order_by("-id")[:limit]))


QUEUE_COUNTS = """
SELECT wanted.name, (
    SELECT count(*) FROM (
        SELECT 1 FROM orders_order o
        WHERE o.state = wanted.state AND (wanted.name <> 'short' OR o.fulfilment_state = 'short') LIMIT %(most)s
    ) few
)
FROM (VALUES ('mend', 'received'), ('payment', 'checked'), ('audit', 'audit'), ('short', 'received'))
    AS wanted (name, state)
UNION ALL
SELECT 'conflict', (SELECT count(*) FROM orders_conflict WHERE resolved_at IS NULL)
"""


def queue_counts() -> dict[str, int]:
    """Count what waits in each queue, up to 10,000 each: mend, payment, audit, short, conflict."""
    with connection.cursor() as cursor:
        cursor.execute(QUEUE_COUNTS, {"most": COUNTED_AT_MOST})
        return dict(cursor.fetchall())


def waiting_ids(state: str, *, priority: str = "", after: int = 0, limit: int = 500) -> list[int]:
    """List the orders of a state by id after a key, past ones left out; `priority` narrows them."""
    found = Order.objects.filter(state=state, historic=False, id__gt=after)
    if priority:
        found = found.filter(priority=priority)
    return list(found.order_by("id").values_list("id", flat=True)[:limit])


def still_in(state: str, order_ids: Sequence[int], *, priority: str = "") -> set[int]:
    """Tell which of these orders are in a state now; `priority` narrows them."""
    found = Order.objects.filter(id__in=order_ids, state=state)
    if priority:
        found = found.filter(priority=priority)
    return set(found.values_list("id", flat=True))
