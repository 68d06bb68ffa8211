"""Make an order more or less urgent: whoever works through a queue, its clocks and the allocation go by it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import Restatement, restate_facts
from steward.modules.orders.commands.moving import lock_order
from steward.modules.orders.commands.writing import facts_of
from steward.modules.orders.events import OrderUrgencyChanged
from steward.modules.orders.models import Order
from steward.modules.orders.models.order import PRIORITIES
from steward.modules.orders.rules.drafts import Priority

ENDED = ("completed", "cancelled")


class NoSuchPriority(errors.Refusal):
    """Refuse a priority nobody works by."""

    code = "no_such_priority"
    status = 422
    message = _("“%(priority)s” is no priority; choose one of: %(known)s.")


class OrderEnded(errors.Refusal):
    """Refuse to hurry what is over."""

    code = "order_ended"
    status = 409
    message = _("The order is over; its priority changes nothing any more.")


@command(needs="orders.mend")
def set_urgency(
    actor: Actor, *, order_id: int, priority: Priority, delivery_due_at: datetime | None, reason: str, now: datetime
) -> bool:
    """Set how urgent an order is and until when it was promised to arrive; its clocks count by it from now on.

    Returns whether anything changed. Raises: NotFound, NoSuchPriority, OrderEnded. Emits: OrderUrgencyChanged and what
    its clocks reached. Locks: the order, then its clocks.
    """
    if priority not in PRIORITIES:
        raise NoSuchPriority(priority=priority, known=", ".join(PRIORITIES))
    one = lock_order(order_id)
    if one.state in ENDED:
        raise OrderEnded
    due_before = Order.objects.values_list("delivery_due_at", flat=True).get(id=order_id)
    if (one.priority, due_before) == (priority, delivery_due_at):
        return False
    Order.objects.filter(id=order_id).update(priority=priority, delivery_due_at=delivery_due_at)
    changed = OrderUrgencyChanged(
        order_id=order_id,
        before=one.priority,
        after=priority,
        due_before=due_before,
        due_after=delivery_due_at,
        reason=reason,
    )
    events.record(actor, [changed])
    if priority != one.priority:
        facts = facts_of(priority) or {}
        restate_facts(actor, restatements=[Restatement("order", order_id, facts)], at=now, reason=reason)
    return True
