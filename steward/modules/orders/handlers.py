"""What orders do on hearing of payments, stock, holds and clocks. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.rules import units_on_shelf
from steward.modules.customers.events import (
    AccountEnded,
    AccountSet,
    CustomerErased,
    CustomersMerged,
    CustomersUnmerged,
)
from steward.modules.customers.queries.merged import family
from steward.modules.deadlines.events import ClockBreached, ClockEscalated, ClockWarned
from steward.modules.inventory.events import HoldExpired, PromiseWithdrawn, StockMoved, WriteOffEnded
from steward.modules.messaging.events import MessageReceived
from steward.modules.orders.commands import (
    cancel,
    change_merging,
    exceptions,
    exceptions_detecting,
    exceptions_hearing,
    mailed_tables,
    mismatch,
    money_back,
    offers,
    offers_answering,
    progress,
    reassigning,
    reminders,
    screening,
    screening_deciding,
    screening_signals,
    telling,
    verification,
    verification_settling,
    waiting,
)
from steward.modules.orders.events import (
    LineCancelled,
    OrderCancelled,
    OrderChanged,
    OrderConflicted,
    OrderMended,
    OrderPaymentChanged,
    OrderPromised,
    OrderReceived,
    StepChanged,
)
from steward.modules.orders.models import Conflict, Line, Order, OrderFinding
from steward.modules.orders.queries.money import facts_of
from steward.modules.orders.rules.standing import is_settled
from steward.modules.payments import commands as payments
from steward.modules.payments.events import (
    PaymentMismatched,
    PaymentRecorded,
    RefundDecided,
    RefundDisputed,
    RefundFailed,
    RefundPaid,
    RefundRequested,
    RefundStuck,
    RefundWithdrawn,
)

SYSTEM = system("orders")
AT_ONCE = 200


def on_order_received_advance_order(events: Sequence[OrderReceived]) -> None:
    """Screen new orders and move them on as far as the rules allow; past ones only count for those that follow."""
    now = moment.now()
    only_counted = [event.order_id for event in events if event.historic or event.state not in screening.SCREENED_IN]
    screening_signals.note_signals(SYSTEM, order_ids=only_counted, now=now)
    progress.advance_orders(SYSTEM, order_ids=[event.order_id for event in events if not event.historic], now=now)


def on_order_received_match_callbacks(events: Sequence[OrderReceived]) -> None:
    """Apply the callbacks of payment providers that came before their order."""
    orders = facts_of(event.order_id for event in events if not event.historic)
    payments.match_waiting(SYSTEM, orders=orders, now=moment.now())


def on_refund_requested_follow_payments(events: Sequence[RefundRequested]) -> None:
    """Let the payment axis say what is on its way back."""
    progress.follow_payments(SYSTEM, order_ids=sorted({event.order_id for event in events}), now=moment.now())


def on_refund_decided_follow_payments(events: Sequence[RefundDecided]) -> None:
    """Let the payment axis say what a second person decided."""
    progress.follow_payments(SYSTEM, order_ids=sorted({event.order_id for event in events}), now=moment.now())


def on_refund_paid_follow_payments(events: Sequence[RefundPaid]) -> None:
    """Let the payment axis say what went back."""
    progress.follow_payments(SYSTEM, order_ids=sorted({event.order_id for event in events}), now=moment.now())


def on_refund_failed_follow_payments(events: Sequence[RefundFailed]) -> None:
    """Let the payment axis say what is not going back after all."""
    progress.follow_payments(SYSTEM, order_ids=sorted({event.order_id for event in events}), now=moment.now())


def on_refund_withdrawn_follow_payments(events: Sequence[RefundWithdrawn]) -> None:
    """Let the payment axis say what was called off."""
    progress.follow_payments(SYSTEM, order_ids=sorted({event.order_id for event in events}), now=moment.now())


def on_payment_recorded_follow_payments(events: Sequence[PaymentRecorded]) -> None:
    """Bring the payment axis of the orders in line with the ledger."""
    progress.follow_payments(SYSTEM, order_ids=sorted({event.order_id for event in events}), now=moment.now())


def on_payment_recorded_give_back_late(events: Sequence[PaymentRecorded]) -> None:
    """Give back what was paid for an order that had been cancelled before, or let it count where that went into."""
    entries = [event.entry_id for event in events if event.direction == "payment"]
    now = moment.now()
    money_back.give_back_late(SYSTEM, entry_ids=entries, now=now)
    change_merging.carry_over(SYSTEM, entry_ids=entries, now=now)


def on_payment_mismatched_open_finding(events: Sequence[PaymentMismatched]) -> None:
    """Let a person look at money that is not what the order expects."""
    mismatch.note_mismatches(SYSTEM, mismatches=events, now=moment.now())


def on_stock_moved_promise_waiting(events: Sequence[StockMoved]) -> None:
    """Promise goods that arrived to the orders that wait for them."""
    arrived = sorted({event.item_id for event in events if event.quantity > 0})
    if arrived:
        waiting.promise_all_waiting(SYSTEM, item_ids=arrived, now=moment.now())


def on_write_off_ended_promise_waiting(events: Sequence[WriteOffEnded]) -> None:
    """Promise goods that are for sale again, because they are not given up after all."""
    kept = sorted({one.item_id for one in events if one.state != "written_off" and one.condition == "sellable"})
    if kept:
        waiting.promise_all_waiting(SYSTEM, item_ids=kept, now=moment.now())


def on_hold_expired_note_release(events: Sequence[HoldExpired]) -> None:
    """Note that an order holds nothing any more, and offer its goods to others who wait."""
    ids = [event.order_id for event in events]
    progress.note_released(SYSTEM, order_ids=ids, now=moment.now())
    offer_released(ids)


def on_order_cancelled_offer_goods(events: Sequence[OrderCancelled]) -> None:
    """Offer what a cancelled order gave back to the orders that wait for it."""
    offer_released([event.order_id for event in events])


def on_order_cancelled_lapse_holds(events: Sequence[OrderCancelled]) -> None:
    """End the holds of screening on orders that were cancelled otherwise."""
    screening_deciding.lapse_holds(SYSTEM, order_ids=[event.order_id for event in events], now=moment.now())


def on_order_cancelled_lapse_verifications(events: Sequence[OrderCancelled]) -> None:
    """Take back the checks that were asked for of orders that were cancelled."""
    verification.lapse_verifications(SYSTEM, order_ids=[event.order_id for event in events], now=moment.now())


def on_approval_settled_follow_verification(events: Sequence[ApprovalSettled]) -> None:
    """Let orders go on, or back, as the second person said."""
    verification_settling.follow_settled(SYSTEM, settled=events, now=moment.now())


def on_line_cancelled_offer_goods(events: Sequence[LineCancelled]) -> None:
    """Offer what live orders gave back to those that wait for it; one that wants less now may itself be promised."""
    cancelled = Order.objects.filter(id__in={event.order_id for event in events}, historic=False)
    offer_released(list(cancelled.values_list("id", flat=True)))


def on_clock_breached_cancel_unpaid(events: Sequence[ClockBreached]) -> None:
    """Cancel orders whose payment limit has passed."""
    ids = [event.about_id for event in events if (event.about_kind, event.clock_kind) == ("order", "order_payment")]
    now = moment.now()
    if lapsed := cancel.without_time_left(ids, now):
        cancel.cancel_unpaid(SYSTEM, order_ids=lapsed, now=now)


def on_clock_warned_remind_unpaid(events: Sequence[ClockWarned]) -> None:
    """Remind buyers when their payment limit warns."""
    due = {one.about_id: one.due_at for one in events if (one.about_kind, one.clock_kind) == ("order", "order_payment")}
    if due:
        reminders.remind_unpaid(SYSTEM, due=due, now=moment.now())


def on_order_received_tell_buyers(events: Sequence[OrderReceived]) -> None:
    """Confirm new orders to their buyers; past ones never."""
    telling.tell_received(SYSTEM, order_ids=[one.order_id for one in events if not one.historic], now=moment.now())


def on_order_payment_changed_tell_buyers(events: Sequence[OrderPaymentChanged]) -> None:
    """Say that the money is there, and close what was found about part payments."""
    paid = [one.order_id for one in events if is_settled(one.after) and not is_settled(one.before)]
    whole = [one.order_id for one in events if one.after in ("paid", "overpaid") and one.order_id in paid]
    telling.tell_paid(SYSTEM, order_ids=whole, now=moment.now())
    reminders.note_paid(SYSTEM, order_ids=paid, now=moment.now())


def on_order_cancelled_tell_buyers(events: Sequence[OrderCancelled]) -> None:
    """Say that orders were cancelled, and why."""
    telling.tell_cancelled(SYSTEM, causes={one.order_id: one.cause for one in events}, now=moment.now())


def on_refund_paid_tell_buyers(events: Sequence[RefundPaid]) -> None:
    """Say that money went back."""
    telling.tell_refunded(SYSTEM, refunds=events, now=moment.now())


def on_payment_mismatched_open_exception(events: Sequence[PaymentMismatched]) -> None:
    """Bring money that is not what the order expects to the desk of exceptions."""
    exceptions_hearing.hear_mismatches(SYSTEM, heard=events, now=moment.now())


def on_refund_failed_open_exception(events: Sequence[RefundFailed]) -> None:
    """Bring refunds that will not go out to the desk of exceptions."""
    exceptions_hearing.hear_refunds(SYSTEM, heard=events, now=moment.now())


def on_refund_stuck_open_exception(events: Sequence[RefundStuck]) -> None:
    """Bring refunds that take too long to the desk of exceptions."""
    exceptions_hearing.hear_refunds(SYSTEM, heard=events, now=moment.now())


def on_refund_stuck_tell_buyers(events: Sequence[RefundStuck]) -> None:
    """Say that money takes longer to go back."""
    telling.tell_refund_late(SYSTEM, refunds=events, now=moment.now())


def on_refund_disputed_open_exception(events: Sequence[RefundDisputed]) -> None:
    """Bring refunds of another amount to the desk of exceptions."""
    exceptions_hearing.hear_refunds(SYSTEM, heard=events, now=moment.now())


def on_refund_paid_close_exception(events: Sequence[RefundPaid]) -> None:
    """Close the trouble with refunds that went out after all."""
    ids = [event.refund_id for event in events]
    exceptions_detecting.close_refunds(SYSTEM, refund_ids=ids, now=moment.now())


def on_refund_withdrawn_close_exception(events: Sequence[RefundWithdrawn]) -> None:
    """Close the trouble with refunds that were called off."""
    ids = [event.refund_id for event in events]
    exceptions_detecting.close_refunds(SYSTEM, refund_ids=ids, now=moment.now())


def on_order_mended_open_exception(events: Sequence[OrderMended]) -> None:
    """Bring totals that somebody changed to the desk of exceptions."""
    exceptions_hearing.hear_mended(SYSTEM, heard=events, now=moment.now())


def on_order_conflicted_open_exception(events: Sequence[OrderConflicted]) -> None:
    """Bring orders that came again with another price to the desk of exceptions."""
    exceptions_hearing.hear_conflicts(SYSTEM, heard=events, now=moment.now())


def on_line_cancelled_open_exception(events: Sequence[LineCancelled]) -> None:
    """Bring approved orders that the channel cancels to the desk of exceptions."""
    exceptions_hearing.hear_cancelled_lines(SYSTEM, heard=events, now=moment.now())


def on_clock_breached_open_exception(events: Sequence[ClockBreached]) -> None:
    """Bring orders that miss their limits again to the desk of exceptions."""
    exceptions_hearing.hear_breaches(SYSTEM, heard=events, now=moment.now())


def on_clock_escalated_reassign_subjects(events: Sequence[ClockEscalated]) -> None:
    """Give what was not done in time to the next person on duty."""
    reassigning.reassign_subjects(SYSTEM, steps=events, now=moment.now())


def on_order_promised_withdraw_offers(events: Sequence[OrderPromised]) -> None:
    """Take back what was offered for orders whose goods came."""
    ids = [event.order_id for event in events]
    offers.withdraw_offers(SYSTEM, order_ids=ids, why="promised", now=moment.now())


def on_order_cancelled_withdraw_offers(events: Sequence[OrderCancelled]) -> None:
    """Take back what was offered for orders that ended otherwise."""
    offers.withdraw_offers(SYSTEM, order_ids=[event.order_id for event in events], why="ended", now=moment.now())


def on_clock_breached_expire_offers(events: Sequence[ClockBreached]) -> None:
    """Close offers nobody answered in time."""
    kinds = (offers.SUBJECT, offers.CLOCK)
    ids = [event.about_id for event in events if (event.about_kind, event.clock_kind) == kinds]
    if ids:
        offers_answering.expire_offers(SYSTEM, offer_ids=ids, now=moment.now())


def on_message_received_import_tables(events: Sequence[MessageReceived]) -> None:
    """Take in the orders in tables that came by e-mail, from who may send them."""
    ids = [event.inbound_id for event in events if mailed_tables.may_carry_orders(event)]
    if ids:
        mailed_tables.import_tables(SYSTEM, message_ids=ids)


def on_customer_erased_forget_indexes(events: Sequence[CustomerErased]) -> None:
    """Forget what could still find an erased person among orders; the sealed parts are unreadable already."""
    ids = [event.customer_id for event in events]
    Order.objects.filter(customer_id__in=ids).update(sealed=None, phone_index=None)
    screening_signals.forget_signals(ids)
    exceptions.forget_wishes(ids)
    Conflict.objects.filter(customer_id__in=ids).delete()
    personal = Q(sealed__isnull=False) | Q(field__startswith="recipient.")
    OrderFinding.objects.filter(personal, order__customer_id__in=ids).update(params={}, suggestion=None, sealed=None)


def on_order_changed_offer_goods(events: Sequence[OrderChanged]) -> None:
    """Offer what changed orders gave up to those that wait for it."""
    offer_released([event.order_id for event in events])


def on_order_changed_ask_for_difference(events: Sequence[OrderChanged]) -> None:
    """Ask buyers for what their changed orders cost beyond what they have paid."""
    changes = {event.order_id: event.change_id for event in events}
    telling.tell_difference(SYSTEM, changes=changes, now=moment.now())


def on_step_changed_advance_orders(events: Sequence[StepChanged]) -> None:
    """Let orders go on that waited at a step which is gone or moved, and start clocks where they wait now."""
    if not any({"added", "place", "retired"} & set(event.fields) for event in events):
        return
    after = 0
    open_ = Order.objects.filter(state__in=("received", "checked", "audit"), historic=False).order_by("id")
    while ids := list(open_.filter(id__gt=after).values_list("id", flat=True)[:AT_ONCE]):
        progress.advance_orders(SYSTEM, order_ids=ids, now=moment.now())
        after = ids[-1]


def on_account_set_advance_orders(events: Sequence[AccountSet]) -> None:
    """Let orders of buyers who may pay later go on without their money."""
    progress.advance_orders(SYSTEM, order_ids=_waiting_of(events), now=moment.now())


def on_account_ended_advance_orders(events: Sequence[AccountEnded]) -> None:
    """Let orders of buyers who pay at once again wait for their money."""
    progress.advance_orders(SYSTEM, order_ids=_waiting_of(events), now=moment.now())


def _waiting_of(events: Sequence[AccountSet] | Sequence[AccountEnded]) -> list[int]:
    """List the orders of these buyers that wait for money or audit."""
    buyers = {event.customer_id for event in events}
    waiting = Order.objects.filter(customer_id__in=buyers, state__in=("checked", "audit"), historic=False)
    return list(waiting.order_by("id").values_list("id", flat=True))


def on_customers_merged_follow_buyers(events: Sequence[CustomersMerged]) -> None:
    """Count orders of people who were merged as one buyer's, and let those go on that their terms allow."""
    follow_people({id_ for event in events for id_ in event.member_ids})


def on_customers_unmerged_follow_buyers(events: Sequence[CustomersUnmerged]) -> None:
    """Count orders of people who were parted as their own again; those that went on by the other's terms wait."""
    follow_people({id_ for event in events for id_ in event.member_ids})


def follow_people(customer_ids: Iterable[int]) -> None:
    """Bring what is counted per person up to whom people are one with by now."""
    screening_signals.follow_buyers(SYSTEM, customer_ids=customer_ids)
    people = family(customer_ids)
    waiting = Order.objects.filter(customer_id__in=people, state__in=("checked", "audit"), historic=False)
    ids = list(waiting.order_by("id").values_list("id", flat=True))
    progress.advance_orders(SYSTEM, order_ids=ids, now=moment.now())


def on_promise_withdrawn_note_release(events: Sequence[PromiseWithdrawn]) -> None:
    """Note that goods promised to an order are gone: it waits for others, which it is promised when they come."""
    progress.note_released(SYSTEM, order_ids=sorted({event.order_id for event in events}), now=moment.now())


def offer_released(order_ids: Sequence[int]) -> None:
    """Promise the goods these orders held to others who wait."""
    items = Line.objects.filter(order_id__in=order_ids, item__stocked=True).values_list("item_id", flat=True)
    wanted = sorted(units_on_shelf(dict.fromkeys(items, 1), catalog.components_of(set(items))))
    if wanted:
        waiting.promise_all_waiting(SYSTEM, item_ids=wanted, now=moment.now())
