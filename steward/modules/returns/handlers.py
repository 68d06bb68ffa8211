"""What returns do on hearing of shipments, refunds, and their own cases. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.customers.events import CustomerErased
from steward.modules.logistics.events import ShipmentDelivered, ShipmentMoved
from steward.modules.payments.events import HandoverSettled, RefundDecided, RefundFailed, RefundPaid, RefundWithdrawn
from steward.modules.returns.commands import following, owing, paying, settling
from steward.modules.returns.events import CaseDecided, CaseInspected, CasePieceMoved, CaseRefundSettled
from steward.modules.returns.models import Case

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


def on_customer_erased_forget_words(events: Sequence[CustomerErased]) -> None:
    """Forget what an erased person wrote about their cases; what was decided and paid stays."""
    rows = Case.objects.filter(customer_id__in=[event.customer_id for event in events])
    rows.update(words="", answers={})
