"""Which buyers hear from us about their orders, and what messages call causes and goods, in every language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy
from msgspec import Struct

from steward.kernel import languages, parameters
from steward.modules.orders.models import Order

SELF_TELLING = parameters.define(
    "orders.shops_that_tell_buyers",
    "tmall jd douyin wechat olist superstore",
    unit="",
    kind="text",
    label=gettext_lazy(
        "Shops whose platform tells buyers about their orders itself, so that we do not (codes, with spaces between)"
    ),
)
# What is demonstrated is nobody's order; what is past is over.
NOT_LIVE = "sample"
CAUSES: Mapping[str, Any] = {
    "unpaid": pgettext_lazy("told to the buyer", "not paid in time"),
    "customer": pgettext_lazy("told to the buyer", "as you wished"),
    "short_of_stock": pgettext_lazy("told to the buyer", "out of stock"),
    "duplicate": pgettext_lazy("told to the buyer", "the same order came twice"),
    "fraud": pgettext_lazy("told to the buyer", "we cannot accept this order"),
    "refunded_at_source": pgettext_lazy("told to the buyer", "refunded in the shop"),
    "cancelled_at_source": pgettext_lazy("told to the buyer", "cancelled in the shop"),
    "other": pgettext_lazy("told to the buyer", "we cannot fulfil this order"),
}


class Addressed(Struct, frozen=True):
    """An order as messages to its buyer need it. Units: minor currency units."""

    id: int
    number: str
    customer_id: int
    state: str
    currency: str
    total_minor: int
    paid_minor: int
    simulated: bool
    replaces_id: int | None


def addressed(order_ids: Iterable[int]) -> dict[int, Addressed]:
    """Find the orders whose buyers hear of them from us: known buyers of live orders, unless the platform tells them.

    Simulated orders are among them: the gate of messaging keeps what would be said, and says nothing.
    """
    told_elsewhere = str(parameters.value(SELF_TELLING)).replace(",", " ").split()
    rows = Order.objects.filter(id__in=list(order_ids), historic=False, customer__isnull=False)
    rows = rows.exclude(source=NOT_LIVE).exclude(shop__code__in=told_elsewhere)
    return {row[0]: Addressed(*row) for row in rows.order_by("id").values_list(*Addressed.__struct_fields__)}


def cause_words(cause: str) -> dict[str, str]:
    """Say to a buyer why their order was cancelled, in every language; what nobody wrote words for stays general."""
    return languages.in_each(lambda: CAUSES.get(cause, CAUSES["other"]))
