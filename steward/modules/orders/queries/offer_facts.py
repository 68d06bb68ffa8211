"""Gather what decides which choices a buyer has when goods are short."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries as inventory
from steward.modules.orders.models import Line, Order
from steward.modules.orders.rules import offers as rules
from steward.modules.payments import queries as payments

ABSORBED = parameters.define(
    "orders.substitute_absorbed_minor",
    {"CNY": 2_000, "HKD": 2_000, "USD": 300, "EUR": 300, "GBP": 250, "BRL": 1_500},
    unit="",
    kind="amounts",
    label=_(
        "How much dearer substitutes may be in an order without the buyer paying the difference, by currency (a "
        "currency without a limit: nothing)"
    ),
)


def offer_facts(order: Order, pool: str) -> rules.Facts:
    """Gather lines, free goods, substitutes and money of an order as they are now. Units: minor currency units."""
    lines = [
        rules.Line(*row)
        for row in Line.objects.filter(order_id=order.id)
        .order_by("position")
        .values_list(
            "id", "item_id", "quantity", "unit_price_minor", "discount_minor", "cancelled_quantity", "item__stocked"
        )
    ]
    wanted = rules.wanted_units(lines)
    stand_ins = {
        item: [rules.StandIn(one.id, one.price_minor) for one in found if one.currency == order.currency]
        for item, found in catalog.substitutes_of(wanted).items()
    }
    items = set(wanted) | {one.item_id for found in stand_ins.values() for one in found}
    free = inventory.free_units((item, pool) for item in items)
    paid_minor, refunded_minor = payments.paid_and_refunded({order.id: order.currency})[order.id]
    return rules.Facts(
        lines=lines,
        free={item: units for (item, _pool), units in free.items()},
        stand_ins=stand_ins,
        total_minor=order.total_minor,
        discount_minor=order.discount_minor,
        held_minor=paid_minor - refunded_minor - payments.claimed({order.id: order.currency})[order.id],
        absorbed_minor=parameters.value(ABSORBED).get(order.currency, 0),
    )
