"""Which events may tick a step of a flow, and what each tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.events import Event
from steward.modules.desk.commands.flow_steps import Fact, plain
from steward.modules.desk.events import TicketAnswered, TicketContinued, TicketMoved, TicketOwned
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

HEARD: tuple[type[Event], ...] = (
    TicketOwned,
    TicketAnswered,
    TicketContinued,
    TicketMoved,
    OrderChanged,
    OrderCancelled,
    RefundRequested,
    RefundDecided,
    RefundPaid,
    ReturnAnnounced,
    ShipmentHandedOver,
    ShipmentDelivered,
    ShipmentTroubled,
    ShipmentEased,
    CaseOpened,
    CaseDecided,
    ParcelAnnounced,
    CasePieceMoved,
    CaseInspected,
    CaseRefundAsked,
    CaseClosed,
)
KINDS = tuple(event.KIND for event in HEARD)


def facts_of(events: Sequence[Event], at: datetime) -> list[Fact]:
    """Say of events which ticket or order each is about."""
    return [
        Fact(
            event.KIND,
            at,
            plain(event),
            ticket_id=getattr(event, "ticket_id", None),
            order_id=getattr(event, "order_id", None) if event.SUBJECT != "ticket" else None,
        )
        for event in events
    ]
