"""What fulfilment does on hearing of orders and stock. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from steward.kernel import languages, moment
from steward.modules.fulfilment.commands.allocating import allocate_orders, end_allocations
from steward.modules.fulfilment.commands.mending import bring_in_line, place_anew
from steward.modules.fulfilment.commands.placing import SYSTEM
from steward.modules.fulfilment.commands.retrying import retry_items
from steward.modules.fulfilment.queries.policies import policy_in_force
from steward.modules.inventory.events import PromiseWithdrawn, ReservationsLost, StockMoved, WriteOffEnded
from steward.modules.orders.events import OrderApproved, OrderCancelled, OrderChanged, OrderPromised
from steward.modules.orders.queries.allocating import OPEN_IN_PART, orders_owed_goods

CHANGED = gettext_lazy("The order was changed")
GIVEN_BACK = gettext_lazy("Its goods left sale, or it wants fewer")
WITHDRAWN = gettext_lazy("Its promise was withdrawn")


def _said(reason: object) -> str:
    """Put a reason into words that are kept."""
    return languages.in_each(lambda: reason)["zh-hans"]


def on_order_approved_allocate_orders(events: Sequence[OrderApproved]) -> None:
    """Allocate orders as soon as they are approved, unless the policy lets them wait for a wave."""
    if policy_in_force().weights.at_once:
        allocate_orders(SYSTEM, order_ids=[event.order_id for event in events], now=moment.now())


def on_order_promised_allocate_orders(events: Sequence[OrderPromised]) -> None:
    """Allocate orders that waited for goods and were approved already; what is left of others waits for no wave."""
    promised = [event.order_id for event in events]
    if not policy_in_force().weights.at_once:
        promised = sorted(orders_owed_goods(promised, states=OPEN_IN_PART))
    if promised:
        allocate_orders(SYSTEM, order_ids=promised, now=moment.now())


def on_order_cancelled_end_allocations(events: Sequence[OrderCancelled]) -> None:
    """Note that the allocations of cancelled orders count no longer; their goods went back with the promise."""
    ids = [event.order_id for event in events]
    end_allocations(SYSTEM, order_ids=ids, because="order cancelled", now=moment.now())


def on_order_changed_plan_again(events: Sequence[OrderChanged]) -> None:
    """Call off what waits for changed orders whose goods were given back, and set them aside anew where they may leave.

    The part of a split is set aside for the first time. Whether an order was planned anew already is looked at under
    its lock, so a second run, or another worker, leaves it alone. Source: ORD-9.
    """
    now = moment.now()
    place_anew(SYSTEM, order_ids=sorted({event.order_id for event in events}), reason=_said(CHANGED), now=now)
    approved = sorted({event.order_id for event in events if event.approved})
    if approved and policy_in_force().weights.at_once:
        allocate_orders(SYSTEM, order_ids=approved, now=now)


def on_reservations_lost_place_anew(events: Sequence[ReservationsLost]) -> None:
    """Set goods aside anew for orders that lost some, and plan anew what waits for those that want fewer."""
    ids = sorted({event.order_id for event in events})
    place_anew(SYSTEM, order_ids=ids, reason=_said(GIVEN_BACK), now=moment.now())


def on_promise_withdrawn_call_off_shipments(events: Sequence[PromiseWithdrawn]) -> None:
    """Call off what waits for orders that lost their promise, for its goods are gone."""
    ids = sorted({event.order_id for event in events})
    bring_in_line(SYSTEM, order_ids=ids, reason=_said(WITHDRAWN), now=moment.now())


def on_stock_moved_retry_orders(events: Sequence[StockMoved]) -> None:
    """Try again for orders that found nothing, when goods they want have come."""
    came = {event.item_id for event in events if event.quantity > 0 and event.condition == "sellable"}
    if came:
        retry_items(SYSTEM, item_ids=sorted(came), now=moment.now())


def on_write_off_ended_retry_orders(events: Sequence[WriteOffEnded]) -> None:
    """Try again for orders that found nothing, when goods they want are free again."""
    kept = sorted({one.item_id for one in events if one.state != "written_off" and one.condition == "sellable"})
    if kept:
        retry_items(SYSTEM, item_ids=kept, now=moment.now())
