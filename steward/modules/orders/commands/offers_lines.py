"""Write the lines an answer leaves, and promise them in the same transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from steward.kernel import money, parameters
from steward.kernel.actor import Actor
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.rules import units_on_shelf
from steward.modules.inventory.commands.promising import Want, change_promises
from steward.modules.orders.commands.moving import Standing
from steward.modules.orders.commands.receive import HOLD_S
from steward.modules.orders.models import Line, Order, OrderFinding
from steward.modules.orders.rules import offers as rules
from steward.modules.orders.rules.standing import is_settled

Changed = tuple[dict[str, Any], dict[str, Any]]


def put_lines(actor: Actor, one: Standing, order: Order, choice: rules.Choice, now: datetime) -> Changed | None:
    """Put a choice's lines and amounts in the place of those that stand, and promise all of them.

    A step of the caller's command, on a locked order. Returns lines and total before and after; None, and the caller
    gives up, where somebody else took the goods meanwhile. What a person chose for a buyer, that person does not audit.
    Locks: promises in id order.
    """
    hold_until = now + timedelta(seconds=parameters.value(HOLD_S))
    settled = one.goes_on_unpaid or (is_settled(one.payment_state) and not choice.extra_minor)
    wanted = rules.wanted_units(choice.lines)
    units = units_on_shelf(wanted, catalog.components_of(wanted))
    if change_promises(Want(one.id, one.pool, units, None if settled else hold_until)).missing:
        return None
    before = _facts(one)
    _write_lines(one.id, choice)
    values: dict[str, Any] = {
        "lines_minor": sum(line.net_minor for line in choice.lines),
        "discount_minor": choice.discount_minor,
        "total_minor": choice.total_minor,
        "fulfilment_state": "promised" if units else "none",
    }
    if actor.kind == "person":
        values |= {"mended_by": sorted({*one.mended_by, actor.id}), "amounts_mended": True}
    Order.objects.filter(id=one.id).update(**values)
    one.total_minor = choice.total_minor
    OrderFinding.objects.filter(order_id=one.id, code="short_of_stock", resolved_at=None).update(
        resolved_at=now, resolved_by=actor.id, resolution="obsolete"
    )
    return before, _facts(one)


def _write_lines(order_id: int, choice: rules.Choice) -> None:
    """Change the lines that stay, and take away those of which nothing is left."""
    Line.objects.filter(order_id=order_id, id__in=[line.id for line in choice.lines if not line.quantity]).delete()
    known = {line.id: line for line in Line.objects.filter(order_id=order_id)}
    names = catalog.items_by_id([line.item_id for line in choice.lines])
    for line in choice.lines:
        if not line.quantity:
            continue
        row = known[line.id]
        if row.item_id != line.item_id:
            row.item_id, row.title = line.item_id, names[line.item_id].name_zh
        row.quantity, row.unit_price_minor = line.quantity, line.unit_price_minor
        row.discount_minor = line.discount_minor
    Line.objects.bulk_update(known.values(), ["item", "title", "quantity", "unit_price_minor", "discount_minor"])


def _facts(one: Standing) -> dict[str, Any]:
    lines = Line.objects.filter(order_id=one.id).select_related("item").order_by("position")
    total = Order.objects.values_list("total_minor", flat=True).get(id=one.id)
    prices = [f"{money.to_decimal(line.unit_price_minor, one.currency)} {one.currency}" for line in lines]
    return {
        "lines": [f"{line.quantity} × {line.item.sku} · {price}" for line, price in zip(lines, prices, strict=True)],
        "total_minor": total,
    }
