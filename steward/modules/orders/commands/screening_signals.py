"""Write down what orders have in common with others, as blind indexes, set-based."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from steward.kernel import arrays, sql
from steward.kernel.actor import Actor
from steward.kernel.bundle import write
from steward.kernel.command import command
from steward.modules.customers.queries.merged import survivors
from steward.modules.orders.models import Order, Signal
from steward.modules.orders.queries.screening_sealed import Opened, indexes, opened

PACKAGE = "steward.modules.orders"
AT_ONCE = 1_000


@command(needs="orders.advance")
def note_signals(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> int:
    """Write the signals of orders that have none yet, past ones too, so that their history counts.

    Returns how many orders were looked into; a second run finds them written. Source: ORD-5.
    """
    found = opened(order_ids, again=False)
    write_signals(found)
    return len(found)


def write_signals(found: Iterable[Opened]) -> None:
    """Write the signals of opened orders under every index key in use, as a step of the caller's command."""
    rows = [
        (one, kind, version, index)
        for one in found
        for kind, value in one.values.items()
        for version, index in indexes(kind, value)
    ]
    if not rows:
        return
    columns = {
        "order_ids": arrays.integers([row[0].order_id for row in rows]),
        "customer_ids": arrays.integers([row[0].customer_id for row in rows]),
        "kinds": arrays.texts([row[1] for row in rows]),
        "versions": arrays.integers([row[2] for row in rows]),
        "values": arrays.octets([row[3] for row in rows]),
        "ats": arrays.instants([row[0].placed_at for row in rows]),
    }
    write(sql.load(PACKAGE, "screening_insert_signals"), columns)


def fill_signals(actor: Actor, *, now: datetime) -> int:
    """Write the signals of every order taken in before there were any, part by part. Returns how many orders."""
    total, after = 0, 0
    while ids := list(Order.objects.filter(id__gt=after).order_by("id").values_list("id", flat=True)[:AT_ONCE]):
        total += note_signals(actor, order_ids=ids, now=now)
        after = ids[-1]
    return total


@command(needs="orders.advance")
def follow_buyers(actor: Actor, *, customer_ids: Iterable[int]) -> int:
    """Count past orders of these buyers under whoever stands for them now, after a merge or its end.

    Returns how many signals changed; a second run changes none. Locks: their signals, in id order.
    """
    with connection.cursor() as cursor:
        leaders = survivors(customer_ids)
        pairs = [
            (customer_id, leader, version, index)
            for customer_id, leader in sorted(leaders.items())
            for version, index in indexes("customer", str(leader))
        ]
        columns = {
            "customer_ids": arrays.integers(row[0] for row in pairs),
            "leaders": arrays.integers(row[1] for row in pairs),
            "versions": arrays.integers(row[2] for row in pairs),
            "values": arrays.octets(row[3] for row in pairs),
        }
        cursor.execute(sql.load(PACKAGE, "screening_follow_buyers"), columns)
        return int(cursor.rowcount)


def forget_signals(customer_ids: Sequence[int]) -> None:
    """Delete what erased persons' orders had in common with others, as a step of the caller's work."""
    Signal.objects.filter(order__customer_id__in=customer_ids).delete()
