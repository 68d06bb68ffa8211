"""Gather what decides which choices a buyer has when goods are short."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.rules import units_on_shelf
from steward.modules.inventory import queries as inventory
from steward.modules.orders.models import Line, Order
from steward.modules.orders.queries.changes import possible_changes
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


def units_short(pools: Mapping[int, str]) -> dict[int, dict[int, int]]:
    """Tell for many orders, by id with their pool, how many pieces of which item are short. Two queries for all."""
    wanted = {id_: rules.wanted_units(lines) for id_, lines in _lines(pools).items()}
    parts = catalog.components_of({item for units in wanted.values() for item in units})
    keys = {(item, pools[id_]) for id_, units in wanted.items() for item in units_on_shelf(units, parts)}
    by_pool: dict[str, dict[int, int]] = {}
    for (item, pool), units in inventory.free_units(keys).items():
        by_pool.setdefault(pool, {})[item] = units
    return {
        id_: rules.short_units(units, rules.free_whole(units, by_pool.get(pools[id_], {}), parts))
        for id_, units in wanted.items()
    }


def _lines(order_ids: Iterable[int]) -> dict[int, list[rules.Line]]:
    found: dict[int, list[rules.Line]] = {id_: [] for id_ in order_ids}
    fields = ("id", "item_id", "quantity", "unit_price_minor", "discount_minor", "cancelled_quantity", "item__stocked")
    rows = Line.objects.filter(order_id__in=list(found)).order_by("order_id", "position")
    for order_id, *facts in rows.values_list("order_id", *fields):
        found[order_id].append(rules.Line(*facts))
    return found


def offer_facts(order: Order, pool: str) -> rules.Facts:
    """Gather lines, free goods, substitutes and money of an order as they are now. Units: minor currency units."""
    lines = _lines([order.id])[order.id]
    wanted = rules.wanted_units(lines)
    stand_ins = {
        item: [rules.StandIn(one.id, one.price_minor) for one in found if one.currency == order.currency]
        for item, found in catalog.substitutes_of(wanted).items()
    }
    items = set(wanted) | {one.item_id for found in stand_ins.values() for one in found}
    parts = catalog.components_of(items)
    free = inventory.free_units((item, pool) for item in units_on_shelf(dict.fromkeys(items, 1), parts))
    shelf = {item: units for (item, _pool), units in free.items()}
    paid_minor, refunded_minor = payments.paid_and_refunded({order.id: order.currency})[order.id]
    return rules.Facts(
        lines=lines,
        free=rules.free_whole({**dict.fromkeys(items, 0), **wanted}, shelf, parts),
        stand_ins=stand_ins,
        total_minor=order.total_minor,
        discount_minor=order.discount_minor,
        held_minor=paid_minor - refunded_minor - payments.claimed({order.id: order.currency})[order.id],
        absorbed_minor=parameters.value(ABSORBED).get(order.currency, 0),
        can_split=not possible_changes(order.id)["split"],
    )
