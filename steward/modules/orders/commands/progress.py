"""Move orders on by themselves, as far as the rules allow, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from steward.kernel import events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.promising import Want, make_firm, promise_stock
from steward.modules.orders.commands.moving import Move, Standing, lock_orders, move_orders
from steward.modules.orders.commands.receive import HOLD_S
from steward.modules.orders.events import OrderApproved, OrderPaymentChanged, OrderPromised
from steward.modules.orders.models import Line, Order, OrderFinding
from steward.modules.orders.rules.audit import reasons_for_a_person
from steward.modules.orders.rules.standing import is_settled
from steward.modules.payments import queries as payments
from steward.modules.payments.rules import payment_state

AUTO_LIMIT = parameters.define(
    "orders.auto_audit_limit_minor",
    500_000,
    unit="minor",
    label=_("Orders up to this total pass their audit by themselves when all checks pass (0: any)"),
    minimum=0,
)


@command(needs="orders.advance")
def advance_orders(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> int:
    """Move orders on: checks passed, payment in, audit where nobody needs to look.

    Returns how many were approved. A second run is harmless. Past orders stay where they are.
    Emits: OrderStateChanged, OrderApproved. Locks: orders in id order.
    """
    orders = [one for one in lock_orders(order_ids).values() if not one.historic]
    _move_where(actor, orders, "pass_checks", _passes_checks, now)
    _move_where(actor, orders, "fail_checks", _fails_checks, now)
    _move_where(actor, orders, "unsubmit", _lost_payment, now)
    _move_where(actor, orders, "submit", _may_be_audited, now)
    limit = parameters.value(AUTO_LIMIT)
    passing = [one for one in orders if one.state == "audit" and not reasons(one, limit)]
    move_orders(actor, [Move(one, "approve") for one in passing], now)
    events.record(actor, [OrderApproved(order_id=one.id, automatic=True, simulated=one.simulated) for one in passing])
    return len(passing)


def reasons(one: Standing, limit_minor: int) -> list[str]:
    """Name why a person must look at an order before it is approved."""
    return reasons_for_a_person(
        has_errors=one.has_errors,
        has_warnings=one.has_warnings,
        has_conflict=one.has_conflict,
        by_hand=one.by_hand,
        total_minor=one.total_minor,
        limit_minor=limit_minor,
    )


def _passes_checks(one: Standing) -> bool:
    return one.state == "received" and not one.has_errors and one.fulfilment_state in ("promised", "none")


def _fails_checks(one: Standing) -> bool:
    lost = one.fulfilment_state in ("short", "released")
    return one.state in ("checked", "audit") and (one.has_errors or (lost and is_settled(one.payment_state)))


def _lost_payment(one: Standing) -> bool:
    return one.state == "audit" and not is_settled(one.payment_state)


def _may_be_audited(one: Standing) -> bool:
    return one.state == "checked" and is_settled(one.payment_state)


def _move_where(
    actor: Actor, orders: Iterable[Standing], verb: str, holds: Callable[[Standing], bool], now: datetime
) -> None:
    move_orders(actor, [Move(one, verb) for one in orders if holds(one)], now)


@command(needs="orders.advance")
def follow_payments(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> None:
    """Bring the payment axis of orders in line with the ledger, then move them on.

    Paid orders keep their goods for good. The ledger is summed anew, so a second or late run is harmless.
    Emits: OrderPaymentChanged and what advance_orders emits. Locks: orders in id order.
    """
    orders = lock_orders(order_ids)
    sums = payments.paid_and_refunded({one.id: one.currency for one in orders.values()})
    changed, paid = [], []
    for one in orders.values():
        paid_minor, refunded_minor = sums.get(one.id, (0, 0))
        state = payment_state(total_minor=one.total_minor, paid_minor=paid_minor, refunded_minor=refunded_minor)
        figures = {"payment_state": state, "paid_minor": paid_minor, "refunded_minor": min(refunded_minor, paid_minor)}
        if Order.objects.filter(id=one.id).exclude(**figures).update(**figures):
            changed.append(
                OrderPaymentChanged(
                    order_id=one.id,
                    before=one.payment_state,
                    after=state,
                    paid_minor=paid_minor,
                    refunded_minor=refunded_minor,
                    simulated=one.simulated,
                )
            )
        if is_settled(state) and not one.historic:
            paid.append(one.id)
    make_firm(order_ids=paid)
    events.record(actor, changed)
    advance_orders(actor, order_ids=[event.order_id for event in changed], now=now)


@command(needs="orders.advance")
def note_released(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> None:
    """Note which orders hold no goods any more; paid in the meantime, they wait for goods like others.

    An order that was promised goods again keeps them, so a second or late run is harmless.
    Emits: what advance_orders emits. Locks: orders in id order.
    """
    orders = lock_orders(order_ids)
    held = inventory.orders_holding(list(orders))
    Order.objects.filter(id__in=orders.keys() - held, fulfilment_state="promised").update(fulfilment_state="released")
    advance_orders(actor, order_ids=order_ids, now=now)


@command(needs="orders.advance")
def promise_waiting(actor: Actor, *, item_ids: Sequence[int], now: datetime, limit: int = 500) -> int:
    """Promise goods to the orders that wait for these items: paid first, then in order of arrival.

    Returns how many orders were promised. Emits: OrderPromised and what advance_orders emits.
    Locks: orders in id order, then promises in id order.
    """
    waiting = (
        Order.objects.filter(fulfilment_state__in=("short", "released"), state__in=("received", "checked", "audit"))
        .filter(lines__item_id__in=item_ids)
        .distinct()
        .order_by("id")
        .values_list("id", flat=True)[:limit]
    )
    orders = [one for one in lock_orders(waiting).values() if one.fulfilment_state in ("short", "released")]
    orders = [one for one in orders if one.state in ("received", "checked", "audit") and not one.historic]
    orders.sort(key=lambda one: (not is_settled(one.payment_state), one.id))
    units = _units_wanted([one.id for one in orders])
    hold_until = now + timedelta(seconds=parameters.value(HOLD_S))
    wants = [
        Want(one.id, one.pool, units.get(one.id, {}), None if is_settled(one.payment_state) else hold_until)
        for one in orders
    ]
    promised = [result.order_id for result in promise_stock(wants) if not result.missing]
    Order.objects.filter(id__in=promised).update(fulfilment_state="promised")
    OrderFinding.objects.filter(order_id__in=promised, code="short_of_stock", resolved_at=None).update(
        resolved_at=now, resolved_by=actor.id, resolution="obsolete"
    )
    events.record(actor, [OrderPromised(order_id=order_id) for order_id in promised])
    advance_orders(actor, order_ids=promised, now=now)
    return len(promised)


def _units_wanted(order_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    rows = (
        Line.objects.filter(order_id__in=order_ids, item__stocked=True)
        .values_list("order_id", "item_id")
        .annotate(units=Sum("quantity") - Sum("cancelled_quantity"))
    )
    wanted: dict[int, dict[int, int]] = {}
    for order_id, item_id, units in rows:
        if units > 0:
            wanted.setdefault(order_id, {})[item_id] = units
    return wanted
