"""Let the flows of tickets follow what happens. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.kernel.events import Event
from steward.modules.desk.commands.flow_facts import facts_of
from steward.modules.desk.commands.flow_steps import start_flows, tick_steps
from steward.modules.desk.events import (
    TicketAnswered,
    TicketContinued,
    TicketMoved,
    TicketOpened,
    TicketOwned,
    TicketRestated,
)
from steward.modules.logistics.events import (
    ReturnAnnounced,
    ShipmentDelivered,
    ShipmentEased,
    ShipmentHandedOver,
    ShipmentTroubled,
)
from steward.modules.orders.events import OrderCancelled, OrderChanged
from steward.modules.payments.events import RefundDecided, RefundPaid, RefundRequested
from steward.modules.returns.events import (
    CaseClosed,
    CaseDecided,
    CaseInspected,
    CaseOpened,
    CasePieceMoved,
    CaseRefundAsked,
    ParcelAnnounced,
)

DESK = system("desk")


def on_ticket_opened_start_flow(events: Sequence[TicketOpened]) -> None:
    """Give tickets whose category is known from the first the flow that fits."""
    start_flows(DESK, ticket_ids=[event.ticket_id for event in events], now=moment.now())


def on_ticket_restated_start_flow(events: Sequence[TicketRestated]) -> None:
    """Give tickets whose facts changed the flow that fits them now."""
    start_flows(DESK, ticket_ids=[event.ticket_id for event in events], now=moment.now())


def on_ticket_owned_tick_steps(events: Sequence[TicketOwned]) -> None:
    """Tick what waits for an owner."""
    _tick(events)


def on_ticket_answered_tick_steps(events: Sequence[TicketAnswered]) -> None:
    """Tick what waits for an answer of ours."""
    _tick(events)


def on_ticket_continued_tick_steps(events: Sequence[TicketContinued]) -> None:
    """Tick what waits for the customer's word."""
    _tick(events)


def on_ticket_moved_tick_steps(events: Sequence[TicketMoved]) -> None:
    """Tick what waits for a state."""
    _tick(events)


def on_order_changed_tick_steps(events: Sequence[OrderChanged]) -> None:
    """Tick what waits for a changed order."""
    _tick(events)


def on_order_cancelled_tick_steps(events: Sequence[OrderCancelled]) -> None:
    """Tick what waits for a cancelled order."""
    _tick(events)


def on_refund_requested_tick_steps(events: Sequence[RefundRequested]) -> None:
    """Tick what waits for a refund to be asked for."""
    _tick(events)


def on_refund_decided_tick_steps(events: Sequence[RefundDecided]) -> None:
    """Tick what waits for a decision on a refund."""
    _tick(events)


def on_refund_paid_tick_steps(events: Sequence[RefundPaid]) -> None:
    """Tick what waits for money to be back."""
    _tick(events)


def on_return_announced_tick_steps(events: Sequence[ReturnAnnounced]) -> None:
    """Tick what waits for a parcel to be sent back."""
    _tick(events)


def on_shipment_handed_over_tick_steps(events: Sequence[ShipmentHandedOver]) -> None:
    """Tick what waits for goods to leave."""
    _tick(events)


def on_shipment_delivered_tick_steps(events: Sequence[ShipmentDelivered]) -> None:
    """Tick what waits for goods to arrive, here or there."""
    _tick(events)


def on_shipment_troubled_tick_steps(events: Sequence[ShipmentTroubled]) -> None:
    """Tick what waits for a trouble to be known."""
    _tick(events)


def on_shipment_eased_tick_steps(events: Sequence[ShipmentEased]) -> None:
    """Tick what waits for a trouble to be over."""
    _tick(events)


def on_case_opened_tick_steps(events: Sequence[CaseOpened]) -> None:
    """Tick what waits for a case of after-sales to be opened."""
    _tick(events)


def on_case_decided_tick_steps(events: Sequence[CaseDecided]) -> None:
    """Tick what waits for a case to be decided."""
    _tick(events)


def on_parcel_announced_tick_steps(events: Sequence[ParcelAnnounced]) -> None:
    """Tick what waits for a parcel of a case to be announced."""
    _tick(events)


def on_case_piece_moved_tick_steps(events: Sequence[CasePieceMoved]) -> None:
    """Tick what waits for goods of a case to be somewhere."""
    _tick(events)


def on_case_inspected_tick_steps(events: Sequence[CaseInspected]) -> None:
    """Tick what waits for goods to be inspected."""
    _tick(events)


def on_case_refund_asked_tick_steps(events: Sequence[CaseRefundAsked]) -> None:
    """Tick what waits for the money of a case to be asked for."""
    _tick(events)


def on_case_closed_tick_steps(events: Sequence[CaseClosed]) -> None:
    """Tick what waits for a case to be closed."""
    _tick(events)


def _tick(events: Sequence[Event]) -> None:
    now = moment.now()
    tick_steps(DESK, happened=facts_of(events, now), now=now)
