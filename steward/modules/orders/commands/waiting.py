"""Promise goods to the orders that wait for them: those that have none, and what is left of those that lost some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

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
from steward.modules.orders.queries.allocating import goods_lost
from steward.modules.orders.rules.standing import OWING, SETTLED, is_settled

AT_ONCE = 500
LOOKED_AT = 2_000
OPEN = ("received", "checked", "audit")
IN_PART = "partly_shipped"


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

    Approved ones wait too, when they lost what they were promised; of those that left in part only what is lost.
    However many older ones wait for goods that are not there, they keep nobody from goods that are. Returns how many
    orders were promised; none when nobody is left. Emits: OrderPromised and what advance_orders emits.
    Locks: orders in id order, then promises in id order.
    """
    orders = [one for one in lock_orders(_satisfiable(item_ids, limit)).values() if _waits(one)]
    orders.sort(key=lambda one: (not is_settled(one.payment_state), one.id))
    units = _units({one.id: one.fulfilment_state for one in orders})
    orders = [one for one in orders if one.fulfilment_state != IN_PART or one.id in units]
    hold_until = now + timedelta(seconds=parameters.value(HOLD_S))
    wants = [Want(one.id, one.pool, units.get(one.id, {}), None if one.may_go_on else hold_until) for one in orders]
    promised = [result.order_id for result in promise_stock(wants) if not result.missing]
    Order.objects.filter(id__in=promised).exclude(fulfilment_state=IN_PART).update(fulfilment_state="promised")
    OrderFinding.objects.filter(order_id__in=promised, code="short_of_stock", resolved_at=None).update(
        resolved_at=now, resolved_by=actor.id, resolution="obsolete"
    )
    drills = {one.id for one in orders if one.simulated}
    events.record(actor, [OrderPromised(order_id=id_, simulated=id_ in drills) for id_ in promised])
    advance_orders(actor, order_ids=promised, now=now)
    return len(promised)


def _waits(one: Standing) -> bool:
    """Tell whether an order waits for goods; approved ones do while nobody gave money back instead."""
    if one.historic:
        return False
    if one.state == "approved":
        may_have = one.payment_state in ("paid", "overpaid") or one.goes_on_unpaid or one.is_covered
        return may_have and one.fulfilment_state in (*WAITING_STATES, IN_PART)
    return one.state in OPEN and one.fulfilment_state in WAITING_STATES


def _units(orders: Mapping[int, str]) -> dict[int, dict[int, int]]:
    """Add up what orders wait for, given where their goods are: order id → item id → units."""
    in_part = {id_ for id_, state in orders.items() if state == IN_PART}
    return units_wanted([id_ for id_ in orders if id_ not in in_part]) | (goods_lost(in_part) if in_part else {})


def _satisfiable(item_ids: Sequence[int], limit: int) -> list[int]:
    """List waiting orders that could have all they want, were they alone; paid ones first, then by arrival.

    Reads the queue page by page, without locks; what is promised in the end is decided under them.
    """
    found: list[int] = []
    for page in _pages(item_ids):
        units = _units({id_: state for id_, (_pool, state) in page.items()})
        keys = {(item, pool) for id_, (pool, _state) in page.items() for item in units.get(id_, {})}
        free = inventory.free_units(keys)
        wait = {id_: pool for id_, (pool, state) in page.items() if state != IN_PART or id_ in units}
        found += [id_ for id_, pool in wait.items() if _fits(units.get(id_, {}), pool, free)]
        if len(found) >= limit:
            break
    return found[:limit]


def _fits(units: Mapping[int, int], pool: str, free: Mapping[tuple[int, str], int]) -> bool:
    return all(wanted <= free.get((item, pool), 0) for item, wanted in units.items())


def _pages(item_ids: Sequence[int]) -> Iterator[dict[int, tuple[str, str]]]:
    """Read the orders that wait for any of these items: id → pool and where their goods are, a page at a time.

    Paid ones come first; what left in part is read by itself, for each of both has an index of its own.
    """
    named = {*item_ids, *catalog.bundles_with(item_ids)}
    wants_one = Line.objects.filter(order_id=OuterRef("id"), item_id__in=named)
    live = Order.objects.filter(Exists(wants_one), historic=False)
    decided = Q(state="approved", payment_state__in=("paid", "overpaid", *OWING))
    waiting = live.filter(Q(state__in=OPEN) | decided, fulfilment_state__in=WAITING_STATES)
    in_part = live.filter(decided, fulfilment_state=IN_PART)
    for part in (waiting.filter(payment_state__in=SETTLED), in_part, waiting.exclude(payment_state__in=SETTLED)):
        after = 0
        while page := _page(part, after):
            yield page
            after = max(page)


def _page(part: QuerySet[Order], after: int) -> dict[int, tuple[str, str]]:
    rows = part.filter(id__gt=after).order_by("id").values_list("id", "shop__pool", "fulfilment_state")
    return {id_: (pool, state) for id_, pool, state in rows[:LOOKED_AT]}


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
