"""Who is one person with whom: families of buyers that were merged. Rows of other modules keep the buyer they came by.

In SQL the view `customers_kin (customer_id, kin_id)` says the same: everybody is their own kin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from steward.kernel import arrays

SURVIVORS = """
SELECT id, coalesce(survivor_id, id) FROM customers_customer WHERE id = ANY (%(ids)s::bigint[])
"""
KIN = """
SELECT kin.customer_id, kin.kin_id
FROM unnest(%(ids)s::bigint[]) AS asked (id) JOIN customers_kin AS kin ON kin.customer_id = asked.id
ORDER BY kin.customer_id, kin.kin_id
"""


def survivors(customer_ids: Iterable[int]) -> dict[int, int]:
    """Name who stands for each buyer: themselves where nobody does; buyers that do not exist are left out."""
    return dict(_rows(SURVIVORS, customer_ids))


def families(customer_ids: Iterable[int]) -> dict[int, list[int]]:
    """List with whom each buyer is one person, themselves included, by id; one query for all."""
    found: dict[int, list[int]] = defaultdict(list)
    for customer_id, kin_id in _rows(KIN, customer_ids):
        found[customer_id].append(kin_id)
    return dict(found)


def family(customer_ids: Iterable[int]) -> list[int]:
    """List everybody who is one person with any of these buyers, by id."""
    return sorted({kin_id for _, kin_id in _rows(KIN, customer_ids)})


def _rows(statement: str, customer_ids: Iterable[int]) -> list[tuple[int, int]]:
    wanted = sorted(set(customer_ids))
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": arrays.integers(wanted)})
        return list(cursor.fetchall())
