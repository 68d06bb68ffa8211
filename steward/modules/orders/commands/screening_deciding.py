"""A person decides about a held order: it goes on, or it is cancelled; each hold is decided once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStop, cancel_clocks, stop_clocks
from steward.modules.orders.commands.audit import OwnEntry, OwnMend, ReasonMissing
from steward.modules.orders.commands.cancel import cancel_locked
from steward.modules.orders.commands.moving import Move, Standing, lock_order, lock_orders
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.commands.screening import CLOCK
from steward.modules.orders.commands.standing_still import run_on
from steward.modules.orders.events import OrderHoldDecided
from steward.modules.orders.models import Hold, HoldDecision
from steward.modules.people import queries as people

SYSTEM = system("orders")
CAUSE = "fraud"


class NotHeld(errors.Refusal):
    """Refuse to decide about an order that is not held, or no longer."""

    code = "not_held"
    status = 409
    message = _("This order is not held by screening, or somebody has decided about it already.")


class NeedsPerson(errors.Refusal):
    """Refuse a decision by a part of the system: a person has to look at what is held."""

    code = "needs_person"
    status = 403
    message = _("A person has to decide about an order that is held.")


@command(needs="orders.screen")
def release_hold(actor: Actor, *, order_id: int, reason: str, now: datetime) -> None:
    """Let a held order go on; it moves by itself as far as the rules allow.

    Raises: NotFound, NotHeld, ReasonMissing, NeedsPerson, OwnEntry, OwnMend. Emits: OrderHoldDecided and what
    advance_orders emits. Locks: the order. Source: ORD-5.
    """
    run_on(SYSTEM, _decide(actor, order_id, "released", reason, now), now)
    advance_orders(SYSTEM, order_ids=[order_id], now=now)


@command(needs="orders.screen")
def reject_hold(actor: Actor, *, order_id: int, reason: str, now: datetime) -> None:
    """Cancel a held order as suspected fraud: goods and money go back as with every cancelled order.

    Raises: NotFound, NotHeld, ReasonMissing, NeedsPerson, OwnEntry, OwnMend, NotPossible. Emits: OrderHoldDecided,
    OrderStateChanged, OrderCancelled. Locks: the order, its promises, its money. Source: ORD-5.
    """
    one = _decide(actor, order_id, "rejected", reason, now)
    cancel_locked(actor, [Move(one, "cancel", reason, CAUSE)], now)


def _decide(actor: Actor, order_id: int, outcome: str, reason: str, now: datetime) -> Standing:
    """Write the decision about an order's open hold. Whoever entered or mended the order does not decide."""
    if actor.kind == "system" and not actor.id.startswith("cli:"):
        raise NeedsPerson
    if not reason.strip():
        raise ReasonMissing
    one = lock_order(order_id)
    hold = Hold.objects.filter(order_id=order_id, decision=None).order_by("id").first()
    if hold is None:
        raise NotHeld
    behind = people.persons_behind([actor.id, one.entered_by, *one.mended_by])
    if behind[one.entered_by] == behind[actor.id]:
        raise OwnEntry
    if behind[actor.id] in [behind[by] for by in one.mended_by]:
        raise OwnMend
    HoldDecision.objects.create(hold=hold, outcome=outcome, reason=reason.strip(), decided_at=now, decided_by=actor.id)
    stop_clocks(actor, stops=[ClockStop("order", order_id, CLOCK)], at=now)
    events.record(actor, [OrderHoldDecided(order_id=order_id, outcome=outcome, reason=reason, simulated=one.simulated)])
    return one


@command(needs="orders.advance")
def lapse_holds(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> int:
    """End the holds of orders that were cancelled otherwise; a second run finds none.

    Returns how many. Emits: OrderHoldDecided. Locks: orders in id order.
    """
    gone = {one.id: one for one in lock_orders(order_ids).values() if one.state == "cancelled" and one.is_held}
    open_holds = list(Hold.objects.filter(order_id__in=gone, decision=None).order_by("order_id"))
    HoldDecision.objects.bulk_create(
        [HoldDecision(hold=hold, outcome="lapsed", decided_at=now, decided_by=actor.id) for hold in open_holds]
    )
    cancel_clocks(actor, stops=[ClockStop("order", hold.order_id, CLOCK) for hold in open_holds], at=now)
    events.record(
        actor,
        [
            OrderHoldDecided(order_id=hold.order_id, outcome="lapsed", simulated=gone[hold.order_id].simulated)
            for hold in open_holds
        ],
    )
    return len(open_holds)
