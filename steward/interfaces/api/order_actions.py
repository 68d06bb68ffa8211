"""What can be done to an order: cancel, approve, reveal."""

from typing import Annotated, Literal

from ninja import Field
from pydantic import AwareDatetime

from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.orders import Number, covered, in_utc, router
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Code, Input, OrderFull, Plain, Revealed, Text
from steward.kernel import moment
from steward.modules.orders import queries
from steward.modules.orders.commands import audit, cancel, card_payments, reveal, urgency
from steward.modules.orders.rules.process import CHOSEN
from steward.modules.orders.rules.transitions import CANCEL_CAUSES


class CancelInput(Input):
    """Why an order is cancelled."""

    cause: Code = Field(json_schema_extra={"enum": list(CANCEL_CAUSES)})
    reason: Text = ""


class ApproveInput(Input):
    """Why the audit is late, where it is, and why its buyer may owe more than their terms allow, where they would."""

    late_cause: str = Field("", json_schema_extra={"enum": ["", *CHOSEN]}, pattern="^(|" + "|".join(CHOSEN) + ")$")
    late_note: Text = ""
    over_credit: Text = ""


class UrgencyInput(Input):
    """How urgent an order is, until when it was promised to arrive (null: nothing was promised), and why it changes."""

    priority: Literal["low", "normal", "urgent"]
    delivery_due_at: AwareDatetime | None = None
    reason: Text


class CardInput(Input):
    """The gift card that pays."""

    code: Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]


class RevealInput(Input):
    """Why somebody needs the personal data."""

    reason: Code


@router.post("/orders/{number}/cancel", response=OrderFull, operation_id="cancel_order", summary="Cancel an order")
@replayable
def cancel_order(request: ApiRequest, number: Number, payload: CancelInput) -> OrderFull:
    """Cancel an order; its goods are given back and its clocks end. Needs `orders.cancel`."""
    request.auth.require("orders.cancel")
    order_id = covered(request, number).order.id
    now = moment.now()
    cancel.cancel_order(request.auth, order_id=order_id, cause=payload.cause, reason=payload.reason, now=now)
    return OrderFull.model_validate(queries.order_detail(order_id))


@router.post(
    "/orders/{number}/card-payments", response=OrderFull, operation_id="pay_by_card", summary="Pay with a gift card"
)
@replayable
def pay_by_card(request: ApiRequest, number: Number, payload: CardInput) -> OrderFull:
    """Let a gift card pay all that is open of an order, or nothing where it holds less. Needs `payments.cards`."""
    request.auth.require("payments.cards")
    order_id = covered(request, number).order.id
    card_payments.pay_by_card(request.auth, order_id=order_id, code=payload.code, now=moment.now())
    return OrderFull.model_validate(queries.order_detail(order_id))


@router.post("/orders/{number}/approve", response=OrderFull, operation_id="approve_order", summary="Approve an order")
@replayable
def approve_order(request: ApiRequest, number: Number, payload: ApproveInput | None = None) -> OrderFull:
    """Approve an order in audit; a late one, or one beyond its buyer's terms, asks why. Needs `orders.audit`."""
    request.auth.require("orders.audit")
    order_id = covered(request, number).order.id
    late = payload or ApproveInput(late_cause="")
    audit.approve_orders(
        request.auth,
        order_ids=[order_id],
        now=moment.now(),
        late_cause=late.late_cause,
        late_note=late.late_note,
        over_credit=late.over_credit,
    )
    return OrderFull.model_validate(queries.order_detail(order_id))


@router.post(
    "/orders/{number}/urgency", response=OrderFull, operation_id="set_urgency", summary="Change how urgent an order is"
)
@replayable
def set_urgency(request: ApiRequest, number: Number, payload: UrgencyInput) -> OrderFull:
    """Change priority and promised arrival; the order's clocks count by it from now on. Needs `orders.mend`."""
    request.auth.require("orders.mend")
    order_id = covered(request, number).order.id
    urgency.set_urgency(
        request.auth,
        order_id=order_id,
        priority=payload.priority,
        delivery_due_at=payload.delivery_due_at and in_utc(payload.delivery_due_at, "delivery_due_at"),
        reason=payload.reason,
        now=moment.now(),
    )
    return OrderFull.model_validate(queries.order_detail(order_id))


@router.post("/orders/{number}/reveal", response=Revealed, operation_id="reveal_order", summary="Reveal personal data")
def reveal_order(request: ApiRequest, number: Number, payload: RevealInput) -> Revealed:
    """Give the personal data of an order in the clear; each reading is recorded. Needs `orders.reveal`.

    The one POST that keeps no reply under an Idempotency-Key: personal data are nowhere stored in the clear.
    """
    request.auth.require("orders.reveal")
    order = covered(request, number).order
    found = reveal.reveal_order(request.auth, order_id=order.id, reason=payload.reason)
    return Revealed(number=order.number, personal=found)
