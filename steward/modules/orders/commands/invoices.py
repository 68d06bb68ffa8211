"""Orders bought on account: an invoice is due when the buyer's terms say, and its clock ends with the payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.modules.customers.commands.accounts import lock_buyers
from steward.modules.deadlines.commands import ClockStart, ClockStop, cancel_clocks, start_clocks, stop_clocks
from steward.modules.inventory.commands.promising import make_firm
from steward.modules.orders.commands.moving import Standing
from steward.modules.orders.models import Order
from steward.modules.orders.queries import credit

CLOCK = "order_invoice"
OVER_CREDIT = ("above_credit", "invoice_overdue")


class AboveCredit(errors.Refusal):
    """Refuse to approve on account what is beyond the buyer's terms, unless somebody says why. Source: ORD-6."""

    code = "above_credit"
    status = 409
    message = _(
        "The buyer would owe more than their limit, or has an invoice overdue. Approve it with a reason for that, or "
        "let them pay first."
    )


def guard_credit(orders: Sequence[Standing], *, reason: str, now: datetime) -> list[int]:
    """Refuse to approve locked orders beyond their buyers' terms without a reason, as a step of the caller's command.

    What is approved together counts together. Returns the orders that are beyond. Raises: AboveCredit.
    Locks: the buyers, in id order.
    """
    later = sorted((one for one in orders if one.goes_on_unpaid), key=lambda one: one.id)
    if not later:
        return []
    lock_buyers(one.customer_id for one in later if one.customer_id is not None)
    ids = [one.id for one in later]
    credits, accounts = credit.credits_of(ids), credit.accounts_of(ids, now)
    pending: dict[tuple[int | None, str], int] = {}
    beyond = []
    for one in later:
        buyer = (one.customer_id, one.currency)
        why = credit.reasons_of_credit(
            credits.get(one.id),
            open_minor=one.open_minor,
            account=accounts.get(one.id),
            pending_minor=pending.get(buyer, 0),
        )
        if set(why) & set(OVER_CREDIT):
            beyond.append(one.id)
        pending[buyer] = pending.get(buyer, 0) + one.open_minor
    if beyond and not reason.strip():
        raise AboveCredit
    return beyond


def open_invoices(actor: Actor, orders: Sequence[Standing], now: datetime) -> None:
    """Date the invoices of locked orders that were approved unpaid, keep their goods for good, start their clocks.

    A step of the caller's command; paid orders have none. An invoice that is dated already keeps its day.
    """
    fresh = [one for one in orders if one.goes_on_unpaid]
    if not fresh:
        return
    make_firm(order_ids=[one.id for one in fresh])
    fresh = [one for one in fresh if not one.has_invoice]
    terms = credit.accounts_of([one.id for one in fresh], now) if fresh else {}
    starts = []
    for one in fresh:
        due_at = now + timedelta(days=terms[one.id].days)
        Order.objects.filter(id=one.id).update(invoice_due_at=due_at)
        starts.append(ClockStart("order", one.id, CLOCK, now, simulated=one.simulated, due_at=due_at))
        one.has_invoice = True
    start_clocks(actor, starts=starts, now=now)


def close_invoices(actor: Actor, orders: Sequence[Standing], now: datetime) -> None:
    """Stop the clocks of invoices that are paid; what is stopped stays so."""
    if orders:
        stop_clocks(actor, stops=[ClockStop("order", one.id, CLOCK) for one in orders], at=now)


def call_off_invoices(actor: Actor, orders: Sequence[Standing], now: datetime) -> None:
    """Call the clocks of invoices off whose orders are cancelled."""
    dated = [ClockStop("order", one.id, CLOCK) for one in orders if one.has_invoice]
    if dated:
        cancel_clocks(actor, stops=dated, at=now)
