"""With how many other customers somebody shares an address, a phone, a device or a payment account."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from steward.kernel import arrays, sql

PACKAGE = "steward.modules.orders"
MOST_LOOKED_AT = 200


def customer_rings(customer_ids: Collection[int], *, since: datetime) -> dict[int, dict[str, int]]:
    """Count the other people behind each kind of value that customers' orders share with orders since then.

    Whom a customer is one person with does not count, nor do forwarding points and trusted values. One statement.
    """
    if not customer_ids:
        return {}
    wanted: dict[str, Any] = {"ids": arrays.integers(sorted(set(customer_ids))), "since": since, "most": MOST_LOOKED_AT}
    found: dict[int, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "customer_rings"), wanted)
        for customer_id, kind, others in cursor.fetchall():
            found.setdefault(customer_id, {})[kind] = others
    return found
