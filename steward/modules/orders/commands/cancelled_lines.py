"""Live orders whose source cancelled lines: goods given back, and the order called off with its last line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import F

from steward.kernel.actor import Actor, system
from steward.modules.inventory.commands.promising import lower_promises
from steward.modules.orders.commands.cancel import cancel_locked
from steward.modules.orders.commands.families import lock_families
from steward.modules.orders.commands.moving import Move, Standing
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.commands.waiting import units_wanted
from steward.modules.orders.models import Line, Order, OrderFinding
from steward.modules.orders.rules.cancelling import can_cancel
from steward.modules.orders.rules.fulfilment import HELD_STATES, is_handed_over

SYSTEM = system("orders")
CAUSE = "cancelled_at_source"


def take_from_live(
    actor: Actor, orders: Sequence[Standing], documents: Mapping[int, Collection[str]], now: datetime
) -> None:
    """Give back what locked orders no longer want, after their lines were lowered; cancel those without a line left.

    Of orders whose goods are on their way nothing is taken: a person decides, at the desk of exceptions.
    A step of the caller's command. `documents` names the cancellations by order. Emits: what cancelling and
    advance_orders emit. Locks: the money of the families of those that end, then what lower_promises locks.
    """
    orders = [one for one in orders if not is_handed_over(one.fulfilment_state)]
    ids = [one.id for one in orders]
    if not ids:
        return
    wanted = units_wanted(ids)
    alive = set(
        Line.objects.filter(order_id__in=ids, cancelled_quantity__lt=F("quantity")).values_list("order_id", flat=True)
    )
    ended = [one for one in orders if one.id not in alive and can_cancel(one.state, one.fulfilment_state)]
    reasons = {one.id: ", ".join(sorted(documents[one.id])) for one in ended}
    lock_families(one.id for one in ended)
    lower_promises(still_wanted={id_: wanted.get(id_, {}) for id_ in ids})
    cancel_locked(actor, [Move(one, "cancel", reasons[one.id], CAUSE) for one in ended], now)
    given_back = Order.objects.filter(id__in=list(reasons), fulfilment_state__in=HELD_STATES)
    given_back.update(fulfilment_state="released")
    _need_no_goods([id_ for id_ in ids if id_ in alive and id_ not in wanted], actor, now)
    advance_orders(SYSTEM, order_ids=sorted(alive), now=now)


def _need_no_goods(order_ids: Sequence[int], actor: Actor, now: datetime) -> None:
    """Note that nothing that is kept in stock is left of these orders, so that they wait for no goods either."""
    Order.objects.filter(id__in=order_ids).exclude(fulfilment_state="none").update(fulfilment_state="none")
    OrderFinding.objects.filter(order_id__in=order_ids, code="short_of_stock", resolved_at=None).update(
        resolved_at=now, resolved_by=actor.id, resolution="obsolete"
    )
