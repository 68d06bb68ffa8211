"""Call orders off: goods given back, clocks called off, one event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines import queries as deadlines
from steward.modules.inventory.commands.promising import release_promises
from steward.modules.orders.commands.change_policing import refuse_by_rules
from steward.modules.orders.commands.families import lock_families
from steward.modules.orders.commands.invoices import call_off_invoices
from steward.modules.orders.commands.late_audits import note_late
from steward.modules.orders.commands.money_back import give_back
from steward.modules.orders.commands.moving import Move, Standing, lock_order, lock_orders, move_orders
from steward.modules.orders.commands.own_steps import call_off_own_clocks
from steward.modules.orders.events import OrderCancelled
from steward.modules.orders.models import Order
from steward.modules.orders.rules import transitions
from steward.modules.orders.rules.cancelling import can_cancel
from steward.modules.orders.rules.fulfilment import is_handed_over
from steward.modules.orders.rules.standing import OWING
from steward.modules.payments import queries as payments
from steward.modules.payments.rules import payment_state

_CANCELLED = "cancelled"


class UnknownCause(errors.Refusal):
    """Refuse a cause that is not counted."""

    code = "unknown_cause"
    status = 422
    message = _("“%(cause)s” is no cause of cancelling; choose one of: %(known)s.")


class GoodsHandedOver(errors.Refusal):
    """Refuse to cancel an order whose goods are on their way."""

    code = "goods_handed_over"
    status = 409
    message = _("Its goods have been handed to the carrier: it cannot be cancelled. Let them come back instead.")


@command(needs="orders.cancel")
def cancel_order(actor: Actor, *, order_id: int, cause: str, reason: str, now: datetime) -> None:
    """Cancel one order, give its goods back and ask for the customer's money to go back.

    Raises: NotFound, NotPossible, UnknownCause, GoodsHandedOver, NotOffered. Emits: OrderStateChanged, OrderCancelled.
    Locks: the order, the money of its family, then its promises. What was paid stays in the ledger until it goes back.
    """
    if cause not in transitions.CANCEL_CAUSES:
        raise UnknownCause(cause=cause, known=", ".join(transitions.CANCEL_CAUSES))
    one = lock_order(order_id)
    if is_handed_over(one.fulfilment_state):
        raise GoodsHandedOver
    refuse_by_rules(order_id, kind="cancel", cause=cause, reason=reason)
    cancel_locked(actor, [Move(one, "cancel", reason, cause)], now)


@command(needs="orders.advance")
def cancel_unpaid(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> int:
    """Cancel orders whose payment limit has passed and that are still not paid whole; past orders never.

    The ledger is asked, under the lock of the money: what is being booked at this moment is waited for and counts,
    though the order has not heard of it yet. What was paid in part goes back. Returns how many. Emits as cancel_order.
    Locks: orders, the money of their families, then their promises, each in id order.
    """
    orders = [one for one in lock_orders(order_ids).values() if _may_lapse(one)]
    lock_families(one.id for one in orders)
    sums = payments.paid_and_refunded({one.id: one.currency for one in orders})
    lapsed = [one for one in orders if owes(one.total_minor, *sums[one.id])]
    cancel_locked(actor, [Move(one, "cancel", "", "unpaid") for one in lapsed], now)
    return len(lapsed)


def without_time_left(order_ids: Sequence[int], now: datetime) -> list[int]:
    """Leave out orders that have time to pay again: they went on since their limit was missed, and came back."""
    running = deadlines.next_clocks("order", list(order_ids))
    return [id_ for id_ in order_ids if id_ not in running or (running[id_].due_at or now) <= now]


def _may_lapse(one: Standing) -> bool:
    """Tell whether an order may be cancelled for want of payment: never what goods or an account pay for."""
    sold_on_account = one.goes_on_unpaid or (one.has_invoice and one.state == "approved")
    paid_by_goods = one.awaits_goods or one.is_covered
    waits = one.payment_state in OWING and not (sold_on_account or paid_by_goods or one.historic)
    return waits and can_cancel(one.state, one.fulfilment_state)


def owes(total_minor: int, paid_minor: int, refunded_minor: int) -> bool:
    """Tell whether an order is not paid whole, by its ledger. Units: minor currency units."""
    state = payment_state(total_minor=total_minor, paid_minor=paid_minor, refunded_minor=refunded_minor)
    return state in OWING


def cancel_locked(actor: Actor, moves: Sequence[Move], now: datetime, *, hands: Sequence[str] = ()) -> None:
    """Cancel locked orders as a step of the caller's command: goods given back, clocks called off, money asked back.

    Nobody whose `hands` were in it, besides the actor, agrees to the money going back.
    Raises: NotPossible. Emits: OrderStateChanged, OrderCancelled, RefundRequested.
    Locks: the money of their families, then what release_promises locks.
    """
    lock_families(move.order.id for move in moves)
    # Stock before the order's row: who brings the same order at this moment holds its stock, and would wait for a row
    # that is being changed, though not for one that is merely locked.
    released = release_promises(order_ids=[move.order.id for move in moves]) if moves else []
    # An audit that was late stays accounted for, though the order ends before anybody decided.
    waiting = {move.order.id: move.order.simulated for move in moves if move.order.state == "audit"}
    note_late(actor, simulated=waiting, now=now, cause="other", note=_CANCELLED)
    move_orders(actor, moves, now)
    Order.objects.filter(id__in=released).update(fulfilment_state="released")
    events.record(
        actor,
        [
            OrderCancelled(
                order_id=move.order.id,
                cause=move.cause,
                reason=move.reason,
                paid_minor=move.order.paid_minor,
                simulated=move.order.simulated,
            )
            for move in moves
        ],
    )
    call_off_invoices(actor, [move.order for move in moves], now)
    call_off_own_clocks(actor, [move.order.id for move in moves], now)
    for move in moves:
        give_back(actor, order_ids=[move.order.id], cause="cancelled", reason=move.reason, now=now, hands=hands)
