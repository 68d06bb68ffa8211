"""What returns do on hearing of shipments, refunds, and their own cases. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.core.files.storage import default_storage

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.customers.events import CustomerErased
from steward.modules.deadlines.events import ClockBreached
from steward.modules.inventory.events import StockMoved
from steward.modules.logistics.events import ShipmentCancelled, ShipmentDelivered, ShipmentMoved
from steward.modules.orders.events import LineCancelled, OrderCancelled, OrderFulfilmentChanged, OrderPaymentChanged
from steward.modules.payments.events import (
    HandoverSettled,
    PaymentRecorded,
    RefundDecided,
    RefundFailed,
    RefundPaid,
    RefundWithdrawn,
)
from steward.modules.people.events import AppointmentMoved, AppointmentSettled
from steward.modules.returns.commands import (
    calling_off,
    erasing,
    exchange_ending,
    exchange_settling,
    exchanging,
    following,
    goodwill_following,
    leaving,
    owing,
    paying,
    repairing_charges,
    repairing_goods,
    repairing_opening,
    repairing_visits,
    settling,
)
from steward.modules.returns.commands.exchange_moving import PAYMENT
from steward.modules.returns.commands.moving import SUBJECT
from steward.modules.returns.events import (
    CaseClosed,
    CaseDecided,
    CaseInspected,
    CasePieceMoved,
    CaseRefundSettled,
    ExchangeMoved,
)
from steward.modules.returns.models import Case, Compensation, Exchange, RepairQuote
from steward.modules.returns.rules import exchange

SYSTEM = system("returns")


def on_shipment_moved_move_pieces(events: Sequence[ShipmentMoved]) -> None:
    """Let pieces be where their parcels are."""
    moved = [following.Whereabouts(one.shipment_id, one.after, one.at) for one in events if one.direction == "return"]
    if moved:
        following.follow_shipments(SYSTEM, moved=moved, now=moment.now())


def on_shipment_delivered_move_pieces(events: Sequence[ShipmentDelivered]) -> None:
    """Begin the time in which what came back is inspected and decided."""
    moved = [following.Whereabouts(one.shipment_id, "delivered", one.at) for one in events if one.direction == "return"]
    if moved:
        following.follow_shipments(SYSTEM, moved=moved, now=moment.now())


def on_shipment_cancelled_free_pieces(events: Sequence[ShipmentCancelled]) -> None:
    """Let pieces come back another way whose parcel was called off."""
    calling_off.free_pieces(SYSTEM, shipment_ids=[one.shipment_id for one in events], now=moment.now())


def on_line_cancelled_leave_cases(events: Sequence[LineCancelled]) -> None:
    """Let pieces leave their cases whose lines the source took back."""
    leaving.leave_cancelled(SYSTEM, order_ids={one.order_id for one in events}, now=moment.now())


def on_case_decided_settle_alone(events: Sequence[CaseDecided]) -> None:
    """Pay back at once what the policy grants alone and nothing has to be sent back for."""
    ids = [event.case_id for event in events if event.verb == "approve"]
    if ids:
        settling.settle_alone(SYSTEM, case_ids=ids, now=moment.now())


def on_case_inspected_settle_alone(events: Sequence[CaseInspected]) -> None:
    """Pay back at once what the policy grants alone once the goods were found to be in order."""
    ids = [event.case_id for event in events if event.settled]
    if ids:
        settling.settle_alone(SYSTEM, case_ids=ids, now=moment.now())


def on_case_piece_moved_settle_alone(events: Sequence[CasePieceMoved]) -> None:
    """Pay back at once what the policy grants alone when the last that was still to come is known to be lost."""
    ids = [event.case_id for event in events if event.after in ("lost", "expired")]
    if ids:
        settling.settle_alone(SYSTEM, case_ids=ids, now=moment.now())


def on_refund_paid_follow_cases(events: Sequence[RefundPaid]) -> None:
    """Let cases know that money went back."""
    paying.follow_refunds(SYSTEM, refund_ids=[event.refund_id for event in events], now=moment.now())


def on_refund_failed_follow_cases(events: Sequence[RefundFailed]) -> None:
    """Let cases know that money will not go back this way."""
    paying.follow_refunds(SYSTEM, refund_ids=[event.refund_id for event in events], now=moment.now())


def on_refund_withdrawn_follow_cases(events: Sequence[RefundWithdrawn]) -> None:
    """Let cases know that a refund was called off."""
    paying.follow_refunds(SYSTEM, refund_ids=[event.refund_id for event in events], now=moment.now())


def on_refund_decided_follow_cases(events: Sequence[RefundDecided]) -> None:
    """Let cases know that a second person refused a refund."""
    paying.follow_refunds(SYSTEM, request_ids=[event.request_id for event in events], now=moment.now())


def on_case_refund_settled_carry_out_owed(events: Sequence[CaseRefundSettled]) -> None:
    """Give back points, card money and coupons once the money of their refund went back."""
    owing.follow_settled(SYSTEM, settled=events, now=moment.now())


def on_handover_settled_follow_owed(events: Sequence[HandoverSettled]) -> None:
    """Let what is owed besides money follow what shops say they handed over."""
    owing.follow_handovers(SYSTEM, settled=events, now=moment.now())


def on_approval_settled_move_compensations(events: Sequence[ApprovalSettled]) -> None:
    """Give compensations a second person agreed to, and end those they refused."""
    goodwill_following.follow_approvals(SYSTEM, settled=events, now=moment.now())


def on_refund_paid_follow_compensations(events: Sequence[RefundPaid]) -> None:
    """Let compensations know that their money went back."""
    goodwill_following.follow_money(SYSTEM, refund_ids=[event.refund_id for event in events], now=moment.now())


def on_refund_failed_follow_compensations(events: Sequence[RefundFailed]) -> None:
    """Let compensations know that their money will not go back this way."""
    goodwill_following.follow_money(SYSTEM, refund_ids=[event.refund_id for event in events], now=moment.now())


def on_refund_withdrawn_follow_compensations(events: Sequence[RefundWithdrawn]) -> None:
    """Let compensations know that their refund was called off."""
    goodwill_following.follow_money(SYSTEM, refund_ids=[event.refund_id for event in events], now=moment.now())


def on_refund_decided_follow_compensations(events: Sequence[RefundDecided]) -> None:
    """Let compensations know that a second person refused their refund."""
    goodwill_following.follow_money(SYSTEM, request_ids=[event.request_id for event in events], now=moment.now())


def on_handover_settled_follow_compensations(events: Sequence[HandoverSettled]) -> None:
    """Let compensations know what shops handed over."""
    goodwill_following.follow_shops(SYSTEM, settled=events, now=moment.now())


def on_customer_erased_forget_words(events: Sequence[CustomerErased]) -> None:
    """Forget what was written about the cases of erased people, and delete their pictures."""
    for name in erasing.forget_cases(SYSTEM, customer_ids=[event.customer_id for event in events]):
        default_storage.delete(name)


def on_case_decided_open_repairs(events: Sequence[CaseDecided]) -> None:
    """Open the repairs of what is to be repaired; call them off where the customer does not want it any more."""
    agreed = [event.case_id for event in events if (event.kind, event.verb) == ("repair", "approve")]
    ended = [event.case_id for event in events if event.kind == "repair" and event.verb in ("withdraw", "lapse")]
    if agreed:
        repairing_opening.open_repairs(SYSTEM, case_ids=agreed, now=moment.now())
    if ended:
        repairing_opening.cancel_repairs(SYSTEM, case_ids=ended, now=moment.now())


def on_case_piece_moved_receive_repairs(events: Sequence[CasePieceMoved]) -> None:
    """Let the time for the diagnosis begin when the goods are here."""
    came = {event.case_id for event in events if event.after == "received"}
    if ids := list(Case.objects.filter(id__in=came, kind="repair").values_list("id", flat=True)):
        repairing_opening.receive_repairs(SYSTEM, case_ids=ids, now=moment.now())


def on_case_closed_cancel_repairs(events: Sequence[CaseClosed]) -> None:
    """Call off the repairs of cases that ended before their goods came."""
    if ids := [event.case_id for event in events if event.kind == "repair"]:
        repairing_opening.cancel_repairs(SYSTEM, case_ids=ids, now=moment.now())


def on_payment_recorded_settle_charges(events: Sequence[PaymentRecorded]) -> None:
    """Let what is owed for repairs be paid."""
    accounts = sorted({event.order_id for event in events})
    repairing_charges.follow_charges(SYSTEM, accounts=accounts, now=moment.now())


def on_stock_moved_set_parts_aside(events: Sequence[StockMoved]) -> None:
    """Set goods that arrived aside for the repairs that wait for them."""
    arrived = sorted({event.item_id for event in events if event.quantity > 0 and event.condition == "sellable"})
    if arrived:
        repairing_goods.serve_waiting(SYSTEM, item_ids=arrived, now=moment.now())


def on_appointment_settled_follow_visits(events: Sequence[AppointmentSettled]) -> None:
    """Let repairs follow what happened at the counter: brought, seen to, called off, missed."""
    settled = {event.appointment_id: event.state for event in events if event.about_kind == "repair"}
    if settled:
        repairing_visits.follow_appointments(SYSTEM, settled=settled, now=moment.now())


def on_appointment_moved_move_visits(events: Sequence[AppointmentMoved]) -> None:
    """Let visits be when and where their appointments are."""
    moved = {event.appointment_id: event.station_code for event in events}
    repairing_visits.follow_moved(SYSTEM, appointment_ids=moved, now=moment.now())


def on_customer_erased_forget_answers(events: Sequence[CustomerErased]) -> None:
    """Forget what an erased person wrote in answer to quotes, and what was written on making good; acts stay."""
    of_them = RepairQuote.objects.filter(repair__customer_id__in=[event.customer_id for event in events])
    of_them.update(words="")
    Compensation.objects.filter(customer_id__in=[event.customer_id for event in events]).update(words="", why="")


def on_exchange_moved_go_on(events: Sequence[ExchangeMoved]) -> None:
    """Let what is set aside go where nothing has to come back, or came already; give money back where it is wanted."""
    now = moment.now()
    if reserved := {event.case_id for event in events if event.verb == "reserve"}:
        exchange_settling.settle_exchanges(SYSTEM, case_ids=reserved, now=now)
    if turned := {event.case_id for event in events if (event.verb, event.why) == ("end", "refund")}:
        settling.settle_alone(SYSTEM, case_ids=turned, now=now)


def on_case_inspected_settle_exchanges(events: Sequence[CaseInspected]) -> None:
    """Let goods that were found to be in order pay for what is sent in their place."""
    _settle({event.case_id for event in events if event.settled})


def on_case_piece_moved_settle_exchanges(events: Sequence[CasePieceMoved]) -> None:
    """Go on with exchanges of which nothing is to come any more; set aside anew what came after all."""
    _settle({event.case_id for event in events if event.after in ("lost", "expired", "cancelled")})
    came = {event.case_id for event in events if event.after == "received"}
    late = Exchange.objects.filter(case__in=came, state="ended", why="lapsed").values_list("case_id", flat=True)
    if late:
        exchanging.reserve_again(SYSTEM, case_ids=set(late), now=moment.now())


def _settle(case_ids: Collection[int]) -> None:
    waiting = Exchange.objects.filter(case__in=case_ids).exclude(state__in=("released", *exchange.OVER))
    ids = set(waiting.values_list("case_id", flat=True))
    if ids:
        exchange_settling.settle_exchanges(SYSTEM, case_ids=ids, now=moment.now())


def on_case_decided_end_exchanges(events: Sequence[CaseDecided]) -> None:
    """Let go what was set aside for cases that came to nothing."""
    ids = {event.case_id for event in events if event.verb in ("withdraw", "refuse", "lapse")}
    if ids:
        exchange_ending.end_with_cases(SYSTEM, case_ids=ids, now=moment.now())


def on_order_payment_changed_settle_exchanges(events: Sequence[OrderPaymentChanged]) -> None:
    """Go on with exchanges whose difference, or charge, was paid."""
    orders = {event.order_id for event in events if event.after in ("partly_paid", "paid", "overpaid")}
    _settle(set(Exchange.objects.filter(order_id__in=orders).values_list("case_id", flat=True)))


def on_order_cancelled_follow_exchanges(events: Sequence[OrderCancelled]) -> None:
    """Let somebody choose anew where what was to be sent was cancelled."""
    ids = {event.order_id for event in events}
    exchange_ending.follow_cancelled(SYSTEM, order_ids=ids, now=moment.now())


def on_order_fulfilment_changed_note_deliveries(events: Sequence[OrderFulfilmentChanged]) -> None:
    """Close cases whose replacement arrived."""
    ids = {event.order_id for event in events if event.after == "delivered"}
    if ids:
        exchange_settling.note_deliveries(SYSTEM, order_ids=ids, now=moment.now())


def on_clock_breached_lapse_exchanges(events: Sequence[ClockBreached]) -> None:
    """Let replacements go whose difference was not paid in time."""
    ids = {event.about_id for event in events if (event.about_kind, event.clock_kind) == (SUBJECT, PAYMENT)}
    if ids:
        exchange_ending.lapse_unpaid(SYSTEM, case_ids=ids, now=moment.now())
