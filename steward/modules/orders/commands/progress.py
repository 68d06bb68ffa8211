"""Move orders on by themselves, as far as the rules allow, in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import arrays, events, parameters, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.models import Event as LoggedEvent
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.promising import make_firm
from steward.modules.orders.commands.invoices import close_invoices, lock_terms, open_invoices
from steward.modules.orders.commands.late_audits import note_late
from steward.modules.orders.commands.moving import Move, Standing, lock_orders, move_orders
from steward.modules.orders.commands.own_steps import own_steps, start_own_clocks
from steward.modules.orders.commands.screening import screen_locked
from steward.modules.orders.commands.standing_still import follow_waits
from steward.modules.orders.commands.verification import verify_locked
from steward.modules.orders.events import OrderApproved, OrderPaymentChanged
from steward.modules.orders.models import Order, OrderFinding
from steward.modules.orders.queries import credit
from steward.modules.orders.rules.audit import limit_of, reasons_for_a_person
from steward.modules.orders.rules.fulfilment import HELD_STATES
from steward.modules.orders.rules.standing import is_settled
from steward.modules.payments import queries as payments
from steward.modules.payments.events import PaymentMismatched
from steward.modules.payments.rules import payment_state

PACKAGE = "steward.modules.orders"
MISMATCH = "payment_mismatch"
AUTO_LIMITS = parameters.define(
    "orders.auto_audit_limits_minor",
    {"CNY": 500_000},
    unit="",
    kind="amounts",
    label=_(
        "Orders up to this total pass their audit by themselves when all checks pass, by currency (0: any; a currency "
        "without a limit waits for a person)"
    ),
)


@command(needs="orders.advance")
def advance_orders(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> int:
    """Move orders on: screened, checks passed, payment in, audit where nobody needs to look.

    Returns how many were approved. A second run is harmless. Past orders and those that wait for goods to come back
    stay where they are, and what screening holds goes no step forward. Emits: OrderHeld, OrderStateChanged,
    OrderApproved, AuditDelayed. Locks: orders in id order.
    """
    orders = [one for one in lock_orders(order_ids).values() if not (one.historic or one.awaits_goods)]
    screen_locked(actor, orders, now)
    verify_locked(actor, orders, now)
    own = own_steps([one.id for one in orders])
    checked = [one for one in orders if not own.pending(one, "pass_checks")]
    _move_where(actor, checked, "pass_checks", _passes_checks, now)
    _move_where(actor, orders, "fail_checks", _fails_checks, now)
    _move_where(actor, orders, "unsubmit", _lost_payment, now)
    _move_where(actor, [one for one in orders if not own.pending(one, "submit")], "submit", _may_be_audited, now)
    due = [one for one in orders if one.state == "audit" and not own.pending(one, "approve")]
    lock_terms(due, now)
    why = audit_reasons(due, now)
    passing = [one for one in due if not why[one.id]]
    note_late(actor, simulated={one.id: one.simulated for one in passing}, now=now, automatic=True)
    move_orders(actor, [Move(one, "approve") for one in passing], now)
    open_invoices(actor, passing, now)
    events.record(actor, [OrderApproved(order_id=one.id, automatic=True, simulated=one.simulated) for one in passing])
    follow_waits(actor, orders, now)
    start_own_clocks(actor, orders, own, now)
    return len(passing)


def audit_reasons(orders: Sequence[Standing], now: datetime) -> dict[int, list[str]]:
    """Name, for each order, why a person must look before it is approved; a constant number of statements.

    Orders of one buyer who pays later share what is left of their limit, the earliest first. Who approves by it holds
    the buyers' lock.
    """
    if not orders:
        return {}
    ids = [one.id for one in orders]
    unexpected, credits = _with_unexpected_money(ids), credit.credits_of(ids)
    accounts = credit.accounts_of([one.id for one in orders if one.on_account], now)
    limits = parameters.value(AUTO_LIMITS)
    pending: Counter[tuple[int | None, str]] = Counter()
    why = {}
    for one in sorted(orders, key=lambda one: one.id):
        buyer = (one.customer_id, one.currency)
        why[one.id] = [
            *reasons(one, limits, has_unexpected_money=one.id in unexpected),
            *credit.reasons_of_credit(
                credits.get(one.id),
                open_minor=one.open_minor,
                account=accounts.get(one.id),
                pending_minor=pending[buyer],
            ),
        ]
        if not why[one.id] and one.goes_on_unpaid:
            pending[buyer] += one.open_minor
    return why


def reasons(one: Standing, limits_minor: Mapping[str, int], *, has_unexpected_money: bool = False) -> list[str]:
    """Name why a person must look at an order before it is approved."""
    return reasons_for_a_person(
        has_errors=one.has_errors,
        has_warnings=one.has_warnings,
        has_conflict=one.has_conflict,
        by_hand=one.by_hand and not one.is_verified,
        amounts_mended=one.amounts_mended and not one.is_verified,
        awaits_verification=one.awaits_verification,
        payment_state="paid" if one.goes_on_unpaid or one.is_covered else one.payment_state,
        has_unexpected_money=has_unexpected_money,
        total_minor=one.judged_minor,
        limit_minor=limit_of(one.currency, limits_minor),
        is_screened=one.is_screened and not one.is_held,
    )


def _with_unexpected_money(order_ids: Sequence[int]) -> set[int]:
    """Tell which orders were announced money they did not expect, about which no finding has been opened yet.

    Both are announced with the payment itself, but heard by different jobs: an order may be paid before its finding is
    open. An open finding is a reason of its own, an accepted one is none.
    """
    if not order_ids:
        return set()
    announced = LoggedEvent.objects.filter(
        subject_kind="order", subject_id__in=order_ids, kind=PaymentMismatched.KIND
    ).values_list("subject_id", "data__entry_id")
    told = {(order_id, str(entry_id)) for order_id, entry_id in announced}
    found = OrderFinding.objects.filter(order_id__in={order_id for order_id, _entry in told}, code=MISMATCH)
    return {order_id for order_id, _entry in told - set(found.values_list("order_id", "params__entry"))}


def _passes_checks(one: Standing) -> bool:
    is_clean = not one.has_errors and one.fulfilment_state in ("promised", "none")
    return one.state == "received" and is_clean and not one.is_held


def _fails_checks(one: Standing) -> bool:
    lost = one.fulfilment_state == "short" or (one.fulfilment_state == "released" and one.may_go_on)
    return one.state in ("checked", "audit") and (one.has_errors or lost)


def _lost_payment(one: Standing) -> bool:
    return one.state == "audit" and not one.may_go_on


def _may_be_audited(one: Standing) -> bool:
    return one.state == "checked" and one.may_go_on and not one.is_held


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
    currencies = {one.id: one.currency for one in orders.values()}
    sums, claims = payments.paid_and_refunded(currencies), payments.claimed(currencies)
    ledger = {id_: _by_ledger(one, sums.get(id_, (0, 0)), claims[id_]) for id_, one in orders.items()}
    changed = _write_payments(ledger)
    paid = [id_ for id_, (state, *_sums) in ledger.items() if is_settled(state) and not orders[id_].historic]
    make_firm(order_ids=paid)
    close_invoices(actor, [orders[id_] for id_ in paid if orders[id_].has_invoice], now)
    told = [
        OrderPaymentChanged(
            order_id=id_,
            before=orders[id_].payment_state,
            after=state,
            paid_minor=paid_minor,
            refunded_minor=refunded_minor,
            simulated=orders[id_].simulated,
        )
        for id_, (state, paid_minor, refunded_minor) in ledger.items()
        if id_ in changed
    ]
    events.record(actor, told)
    advance_orders(actor, order_ids=[event.order_id for event in told], now=now)


Ledger = tuple[str, int, int]


def _by_ledger(one: Standing, sums: tuple[int, int], claimed_minor: int) -> Ledger:
    """Tell how an order is paid by its ledger: state, paid, refunded. Units: minor currency units."""
    paid_minor, refunded_minor = sums
    state = payment_state(
        total_minor=one.total_minor, paid_minor=paid_minor, refunded_minor=refunded_minor, claimed_minor=claimed_minor
    )
    return state, paid_minor, refunded_minor


def _write_payments(ledger: Mapping[int, Ledger]) -> set[int]:
    """Write what the ledger says of locked orders, in one statement. Returns those of which it said another thing."""
    if not ledger:
        return set()
    columns = {
        "ids": arrays.integers(ledger),
        "states": arrays.texts([state for state, *_sums in ledger.values()]),
        "paid": arrays.integers([paid_minor for _state, paid_minor, _back in ledger.values()]),
        "refunded": arrays.integers([min(back, paid_minor) for _state, paid_minor, back in ledger.values()]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "follow_payments"), columns)
        return {row[0] for row in cursor.fetchall()}


@command(needs="orders.advance")
def note_released(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> None:
    """Note which orders hold no goods any more; paid in the meantime, they wait for goods like others.

    An order that was promised goods again keeps them, so a second or late run is harmless.
    Emits: what advance_orders emits. Locks: orders in id order.
    """
    orders = lock_orders(order_ids)
    held = inventory.orders_holding(list(orders))
    without = Order.objects.filter(id__in=orders.keys() - held, fulfilment_state__in=HELD_STATES)
    without.update(fulfilment_state="released")
    advance_orders(actor, order_ids=order_ids, now=now)
