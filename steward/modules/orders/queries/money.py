"""What the money module must know of orders; it lies below and cannot ask."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from steward.modules.orders.models import Order
from steward.modules.payments.rules import OrderFacts

FIELDS = (
    "number",
    "total_minor",
    "currency",
    "shop__code",
    "external_number",
    "simulated",
    "whole_minor",
    "credit_minor",
)


def facts_of(order_ids: Iterable[int]) -> list[OrderFacts]:
    """Give the facts of these orders, by id; those that do not exist are left out."""
    rows = Order.objects.filter(id__in=list(order_ids)).order_by("id").select_related("shop")
    return [
        OrderFacts(
            order_id=row.id,
            number=row.number,
            total_minor=row.total_minor - row.credit_minor,  # what is expected as money
            currency=row.currency,
            shop=row.shop.code,
            external_number=row.external_number,
            simulated=row.simulated,
            family=tuple(sorted(with_families([row.id]))) if row.whole_minor else (),
        )
        for row in rows.only(*FIELDS)
    ]


def with_families(order_ids: Iterable[int]) -> set[int]:
    """Add to these orders all that were one with them: what they were split from or into, and what went into what."""
    found: set[int] = set()
    asked = set(order_ids)
    while asked:
        found |= asked
        near = Order.objects.filter(Q(id__in=asked) | Q(split_from__in=asked) | Q(merged_into__in=asked))
        links: Iterable[tuple[int | None, ...]] = near.values_list("id", "split_from_id", "merged_into_id")
        asked = {id_ for link in links for id_ in link if id_ is not None} - found
    return found
