"""What of orders may still be claimed: sent, not cancelled, and claimed by no case."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language
from msgspec import Struct

from steward.modules.catalog import queries as catalog
from steward.modules.logistics.queries.sent import goods_sent
from steward.modules.orders.queries.returning import OrderBought, orders_bought
from steward.modules.returns.models import Piece
from steward.modules.returns.rules import claiming as rules

WHOLE = ("shipped", "delivered")


class Claimable(Struct, frozen=True, kw_only=True):
    """One line of an order: how many pieces were sent, and how many of them nobody claims. Units: pieces."""

    line_id: int
    sku: str
    name: str
    wanted: int
    sent: int
    free: int
    unit_price_minor: int


def sent_of_lines(orders: Sequence[OrderBought]) -> dict[int, int]:
    """Tell how many pieces of every line of orders were sent; a constant number of statements."""
    left: dict[int, dict[int, int]] = {}
    for one in goods_sent([order.id for order in orders]):
        units = left.setdefault(one.order_id, {})
        units[one.item_id] = units.get(one.item_id, 0) + one.quantity
    components = catalog.components_of({line.item_id for order in orders for line in order.lines})
    found: dict[int, int] = {}
    for order in orders:
        bought = [rules.Bought(line.id, line.item_id, line.wanted, line.stocked) for line in order.lines]
        whole = order.fulfilment_state in WHOLE or (order.historic and order.state in ("approved", "completed"))
        found |= rules.pieces_sent(bought, left.get(order.id, {}), components, whole=whole)
    return found


def claimed_positions(line_ids: Sequence[int]) -> dict[int, set[int]]:
    """Tell which pieces of lines cases claim."""
    taken: dict[int, set[int]] = {}
    rows = Piece.objects.filter(line_id__in=line_ids, live=True).values_list("line_id", "position")
    for line_id, position in rows:
        taken.setdefault(line_id, set()).add(position)
    return taken


def claimable(order_id: int) -> list[Claimable]:
    """List the lines of an order with what may be claimed of each; nothing for an order that does not exist."""
    orders = orders_bought(ids=[order_id])
    sent = sent_of_lines(orders)
    lines = [line for order in orders for line in order.lines]
    taken = claimed_positions([line.id for line in lines])
    english = (get_language() or "").startswith("en")
    return [
        Claimable(
            line_id=line.id,
            sku=line.sku,
            name=(line.name_en if english else line.name_zh) or line.sku,
            wanted=line.wanted,
            sent=sent[line.id],
            free=len(rules.free_positions(sent[line.id], taken.get(line.id, set()), line.wanted)),
            unit_price_minor=line.unit_price_minor,
        )
        for line in lines
    ]
