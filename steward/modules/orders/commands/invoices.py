"""Orders bought on account: an invoice is due when the buyer's terms say, and its clock ends with the payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import arrays, errors, sql
from steward.kernel.actor import Actor
from steward.modules.customers.commands.accounts import lock_buyers
from steward.modules.deadlines.commands import ClockStart, ClockStop, cancel_clocks, start_clocks, stop_clocks
from steward.modules.inventory.commands.promising import make_firm
from steward.modules.orders.commands.moving import PACKAGE, Standing
from steward.modules.orders.models import Order
from steward.modules.orders.queries import credit
from steward.modules.orders.rules.standing import is_settled

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


def lock_terms(orders: Sequence[Standing], now: datetime) -> list[int]:
    """Lock the buyers of orders that go on unpaid; those whose terms ended before the lock wait for their money.

    A step of the caller's command. Returns which these are. Locks: the buyers and their kin, in id order.
    """
    later = [one for one in orders if one.goes_on_unpaid]
    if not later:
        return []
    kin = lock_buyers(one.customer_id for one in later if one.customer_id is not None)
    for one in later:  # from here on everybody who is one person counts as the first of them
        one.customer_id = kin[one.customer_id][0] if one.customer_id is not None else None
    in_force = credit.accounts_of([one.id for one in later], now)
    ended = [one for one in later if one.id not in in_force]
    for one in ended:
        one.on_account = False
    return [one.id for one in ended]


def guard_credit(orders: Sequence[Standing], *, reason: str, now: datetime) -> list[int]:
    """Refuse to approve locked orders beyond their buyers' terms without a reason, as a step of the caller's command.

    What is approved together counts together. Returns the orders that are beyond. Raises: AboveCredit, Stale where
    the terms of a buyer have just ended. Locks: the buyers, in id order.
    """
    later = sorted((one for one in orders if one.goes_on_unpaid), key=lambda one: one.id)
    if not later:
        return []
    if lock_terms(later, now):
        raise errors.Stale
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

    A step of the caller's command, who has locked the terms; paid orders have none. An invoice that is dated already
    keeps its day, and its clock where one runs.
    """
    later = [one for one in orders if one.goes_on_unpaid]
    if not later:
        return
    make_firm(order_ids=[one.id for one in later])
    terms = credit.accounts_of([one.id for one in later if not one.has_invoice], now)
    fresh = {id_: now + timedelta(days=account.days) for id_, account in terms.items()}
    _date(fresh)
    due_at = dict(Order.objects.filter(id__in=[one.id for one in later]).values_list("id", "invoice_due_at"))
    starts = []
    for one in later:
        one.has_invoice = True
        starts.append(ClockStart("order", one.id, CLOCK, now, simulated=one.simulated, due_at=due_at[one.id]))
    start_clocks(actor, starts=starts, now=now)


def _date(invoices: Mapping[int, datetime]) -> None:
    """Write until when orders are to be paid: one statement, however many."""
    if not invoices:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            sql.load(PACKAGE, "date_invoices"),
            {"ids": arrays.integers(invoices), "dues": arrays.instants(invoices.values())},
        )


def forget_paid_invoices(orders: Sequence[Standing]) -> None:
    """Take the day off locked orders whose invoice is paid: what they come to owe by a change is invoiced anew."""
    paid = [one for one in orders if one.has_invoice and is_settled(one.payment_state)]
    Order.objects.filter(id__in=[one.id for one in paid]).update(invoice_due_at=None)
    for one in paid:
        one.has_invoice = False


def close_invoices(actor: Actor, orders: Sequence[Standing], now: datetime) -> None:
    """Stop the clocks of invoices that are paid; what is stopped stays so."""
    if orders:
        stop_clocks(actor, stops=[ClockStop("order", one.id, CLOCK) for one in orders], at=now)


def call_off_invoices(actor: Actor, orders: Sequence[Standing], now: datetime) -> None:
    """Call the clocks of invoices off whose orders are cancelled."""
    dated = [ClockStop("order", one.id, CLOCK) for one in orders if one.has_invoice]
    if dated:
        cancel_clocks(actor, stops=dated, at=now)
