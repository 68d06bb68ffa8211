"""Lock buyers together with everybody they are one person with.

Whom a buyer is one with must not change between asking and locking. So whoever changes it does so alone, under one lock
of the whole module, and whoever only relies on it shares that lock. Merges are rare and short; so is what waits.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from steward.kernel import arrays
from steward.modules.customers.queries.merged import families

WHO_IS_WHO = 5_120_836_471_905
ALONE = "SELECT pg_advisory_xact_lock(%s)"
SHARED = "SELECT pg_advisory_xact_lock_shared(%s)"
LOCK = """
SELECT id FROM customers_customer WHERE id = ANY (%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""


def change_alone() -> None:
    """Let nobody else merge, part or erase people until the caller's transaction ends; before any other lock."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [WHO_IS_WHO])


def lock_families(customer_ids: Iterable[int]) -> dict[int, list[int]]:
    """Lock buyers and their kin, and return who is kin to each, as a step of the caller's command.

    Nobody is merged or parted until the transaction ends. Buyers that do not exist are left out.
    Locks: who is who (shared, unless held alone), then customers, in id order.
    """
    wanted = sorted(set(customer_ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SHARED, [WHO_IS_WHO])
        found = families(wanted)
        cursor.execute(LOCK, {"ids": arrays.integers(sorted({member for kin in found.values() for member in kin}))})
    return found
