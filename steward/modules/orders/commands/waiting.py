"""Promise goods to the orders that wait for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Sum

from steward.kernel import events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.rules import units_on_shelf
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.promising import Want, promise_stock
from steward.modules.orders.commands.moving import Standing, lock_orders
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.commands.receive import HOLD_S
from steward.modules.orders.events import OrderPromised
from steward.modules.orders.models import WAITING_STATES, Line, Order, OrderFinding
from steward.modules.orders.rules.standing import SETTLED, is_settled

AT_ONCE = 500
LOOKED_AT = 2_000
OPEN = ("received", "checked", "audit")


def promise_all_waiting(actor: Actor, *, item_ids: Sequence[int], now: datetime) -> int:
    """Promise goods to everybody who waits for these items, some orders at a time, each part in its own transaction.

    Returns how many were promised. It ends with the first part in which nobody got anything.
    """
    total = 0
    while promised := promise_waiting(actor, item_ids=item_ids, now=now):
        total += promised
    return total


@command(needs="orders.advance")
def promise_waiting(actor: Actor, *, item_ids: Sequence[int], now: datetime, limit: int = AT_ONCE) -> int:
    """Promise goods to orders that wait for these items and can have all they want: paid first, then by arrival.

    However many older ones wait for goods that are not there, they keep nobody from goods that are. Returns how many
    orders were promised; none when nobody is left. Emits: OrderPromised and what advance_orders emits.
    Locks: orders in id order, then promises in id order.
    """
    orders = [one for one in lock_orders(_satisfiable(item_ids, limit)).values() if _waits(one)]
    orders.sort(key=lambda one: (not is_settled(one.payment_state), one.id))
    units = units_wanted([one.id for one in orders])
    hold_until = now + timedelta(seconds=parameters.value(HOLD_S))
    wants = [Want(one.id, one.pool, units.get(one.id, {}), None if one.may_go_on else hold_until) for one in orders]
    promised = [result.order_id for result in promise_stock(wants) if not result.missing]
    Order.objects.filter(id__in=promised).update(fulfilment_state="promised")
    OrderFinding.objects.filter(order_id__in=promised, code="short_of_stock", resolved_at=None).update(
        resolved_at=now, resolved_by=actor.id, resolution="obsolete"
    )
    drills = {one.id for one in orders if one.simulated}
    events.record(actor, [OrderPromised(order_id=id_, simulated=id_ in drills) for id_ in promised])
    advance_orders(actor, order_ids=promised, now=now)
    return len(promised)


def _waits(one: Standing) -> bool:
    return one.fulfilment_state in WAITING_STATES and one.state in OPEN and not one.historic


def _satisfiable(item_ids: Sequence[int], limit: int) -> list[int]:
    """List waiting orders that could have all they want, were they alone; paid ones first, then by arrival.

    Reads the queue page by page, without locks; what is promised in the end is decided under them.
    """
    found: list[int] = []
    for page in _pages(item_ids):
        units = units_wanted(list(page))
        keys = {(item, pool) for order_id, pool in page.items() for item in units.get(order_id, {})}
        free = inventory.free_units(keys)
        found += [id_ for id_, pool in page.items() if _fits(units.get(id_, {}), pool, free)]
        if len(found) >= limit:
            break
    return found[:limit]


def _fits(units: Mapping[int, int], pool: str, free: Mapping[tuple[int, str], int]) -> bool:
    return all(wanted <= free.get((item, pool), 0) for item, wanted in units.items())


def _pages(item_ids: Sequence[int]) -> Iterator[dict[int, str]]:
    """Read the orders that wait for any of these items: id and pool, paid ones first, a page at a time."""
    named = {*item_ids, *catalog.bundles_with(item_ids)}
    wants_one = Line.objects.filter(order_id=OuterRef("id"), item_id__in=named)
    queue = Order.objects.filter(Exists(wants_one), fulfilment_state__in=WAITING_STATES, state__in=OPEN, historic=False)
    for part in (queue.filter(payment_state__in=SETTLED), queue.exclude(payment_state__in=SETTLED)):
        after = 0
        while page := dict(part.filter(id__gt=after).order_by("id").values_list("id", "shop__pool")[:LOOKED_AT]):
            yield page
            after = max(page)


def units_wanted(order_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Add up what orders still want from the shelf, of bundles their components: order id → item id → units."""
    rows = (
        Line.objects.filter(order_id__in=order_ids, item__stocked=True)
        .values_list("order_id", "item_id")
        .annotate(units=Sum("quantity") - Sum("cancelled_quantity"))
    )
    wanted: dict[int, dict[int, int]] = {}
    for order_id, item_id, units in rows:
        if units > 0:
            wanted.setdefault(order_id, {})[item_id] = units
    parts = catalog.components_of({item for units in wanted.values() for item in units})
    return {order_id: units_on_shelf(units, parts) for order_id, units in wanted.items()} if parts else wanted
