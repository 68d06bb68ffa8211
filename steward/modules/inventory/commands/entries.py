"""What promising and reserving share: the holds of orders, the locks of promises, and the promise ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from steward.kernel import arrays, sql
from steward.kernel.bundle import write

PACKAGE = "steward.modules.inventory"


def lock_holds(order_ids: Iterable[int], *, states: Sequence[str] = ("held", "firm")) -> list[int]:
    """Lock the live holds of orders, in order. A step of the caller's command. Returns the orders that have one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT order_id FROM inventory_hold WHERE order_id = ANY(%(ids)s::bigint[]) "
            "AND state = ANY(%(states)s::text[]) ORDER BY order_id FOR UPDATE",
            {"ids": arrays.integers(sorted(set(order_ids))), "states": arrays.texts(states)},
        )
        return [row[0] for row in cursor.fetchall()]


def lock_rows(ids: Iterable[int]) -> dict[int, tuple[int, str, int]]:
    """Lock promise rows in id order and read item, pool and what is free in each."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "lock_promises"), {"ids": arrays.integers(wanted)})
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}


def insert_entries(entries: Sequence[tuple[int, int, int]], kind: str) -> None:
    """Add to the promise ledger: promise row, order, units. A step of the caller's command."""
    write(
        sql.load(PACKAGE, "insert_entries"),
        {
            "promise_ids": arrays.integers([row for row, _, _ in entries]),
            "order_ids": arrays.integers([order for _, order, _ in entries]),
            "quantities": arrays.integers([units for _, _, units in entries]),
            "kinds": arrays.texts([kind] * len(entries)),
        },
    )
