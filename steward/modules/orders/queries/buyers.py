"""What buyers have ordered, summed up: how many orders, what they paid, when the last one was placed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Q
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.modules.orders.models import Order
from steward.modules.orders.queries.search import shop_ids

PACKAGE = "steward.modules.orders"


class BuyerTotal(Struct, frozen=True):
    """Orders of one buyer in one currency, without cancelled and practice ones. Units: minor units of `currency`."""

    customer_id: int
    currency: str
    orders: int
    cancelled: int
    paid_minor: int
    last_placed_at: datetime | None


def buyer_totals(customer_ids: Collection[int]) -> list[BuyerTotal]:
    """Sum up what buyers ordered, a row for each buyer and currency; one statement."""
    if not customer_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "buyer_totals"), {"ids": arrays.integers(sorted(customer_ids))})
        return [BuyerTotal(*row) for row in cursor.fetchall()]


def buyers_of(number: str) -> list[int]:
    """Find whose order a number is, ours or a shop's: nobody, one, or buyers of several shops."""
    named = Q(number=number.upper()) | Q(shop_id__in=shop_ids(), external_number=number)
    found = Order.objects.filter(named, customer__isnull=False).values_list("customer_id", flat=True)
    return sorted({id_ or 0 for id_ in found})


def order_ids_of(customer_ids: Collection[int], *, limit: int) -> list[int]:
    """List the newest orders of buyers by id."""
    found = Order.objects.filter(customer_id__in=customer_ids).order_by("-id")
    return list(found.values_list("id", flat=True)[:limit])
