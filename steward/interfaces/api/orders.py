"""Orders: list, read, record payments."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router

from steward.interfaces.api import wording
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import (
    BIGGEST_MINOR,
    Currency,
    Filters,
    IdAfter,
    Input,
    Instant,
    Limit,
    OrderFull,
    OrderPage,
    PaymentResults,
    Plain,
    Text,
)
from steward.kernel import errors, moment
from steward.modules.orders import queries
from steward.modules.payments import commands as payments
from steward.modules.payments.rules import PaymentEntryDraft

router = Router(tags=["orders"])
Number = Annotated[str, Path(min_length=1, max_length=80, pattern=Plain, description="Steward's number, SO-…")]
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(9999, 12, 30)
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]


class OrderQuery(Filters):
    """How a list of orders is narrowed."""

    state: Literal["", "received", "checked", "audit", "approved", "completed", "cancelled"] = ""
    payment_state: Literal[
        "", "unpaid", "partly_paid", "paid", "overpaid", "refunding", "partly_refunded", "refunded"
    ] = ""
    fulfilment_state: Literal[
        "", "none", "promised", "short", "released", "allocated", "partly_shipped", "shipped", "delivered"
    ] = ""
    shop: Text = Field("", description="Code of a shop")
    q: Text = Field("", description="A number, the shop's number, a phone or a name")
    with_findings: bool = False
    historic: bool | None = None
    placed_from: Day | None = None
    placed_to: Day | None = None
    after: IdAfter | None = None
    limit: Limit = 50


class PaymentInput(Input):
    """A movement of money; `transaction` is unique per provider and direction."""

    transaction: Annotated[str, Field(min_length=1, max_length=120, pattern=Plain)]
    amount_minor: int = Field(gt=0, le=BIGGEST_MINOR)
    currency: Currency
    happened_at: Instant
    direction: Literal["payment", "refund"] = "payment"
    provider: Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)] = "manual"
    method: Annotated[str, Field(max_length=40, pattern=Plain)] = ""


class PaymentsInput(Input):
    """Movements of money to be recorded."""

    entries: list[PaymentInput] = Field(min_length=1, max_length=1000)


@router.get("/orders", response=OrderPage, operation_id="list_orders", summary="List orders")
def list_orders(request: ApiRequest, narrow: Query[OrderQuery]) -> Any:
    """List orders, newest first, page by page. Needs `orders.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("orders.view")
    wanted = narrow.model_dump(exclude={"after", "limit"})
    filters = queries.OrderFilters(**wanted, scopes=request.auth.scopes)
    return queries.orders_page(filters, after=narrow.after, limit=narrow.limit)


@router.get("/orders/{number}", response=OrderFull, operation_id="get_order", summary="Read an order")
def get_order(request: ApiRequest, number: Number) -> Any:
    """Read one order; personal data are masked. Needs `orders.view`."""
    request.auth.require("orders.view")
    return covered(request, number)


@router.post(
    "/orders/{number}/payments", response=PaymentResults, operation_id="record_payments", summary="Record payments"
)
@replayable
def record_payments(request: ApiRequest, number: Number, payload: PaymentsInput) -> PaymentResults:
    """Record money that moved for an order; each transaction counts once. Needs `payments.record`."""
    request.auth.require("payments.record")
    order = covered(request, number).order
    entries = [
        PaymentEntryDraft(
            order_id=order.id,
            simulated=order.simulated,
            **entry.model_dump(exclude={"happened_at"}),
            happened_at=in_utc(entry.happened_at, "happened_at"),
        )
        for entry in payload.entries
    ]
    results = payments.record_payments(request.auth, entries=entries, now=moment.now())
    return PaymentResults.model_validate({"results": results})


def covered(request: ApiRequest, number: str) -> queries.OrderDetail:
    """Read an order of a shop the caller may touch; others do not exist for them. Raises: NotFound."""
    detail = queries.order_detail(number)
    if not request.auth.covers(detail.order.shop_code):
        raise errors.NotFound(key=number)
    return detail


def in_utc(at: datetime, field: str) -> datetime:
    """Convert to UTC. Raises: BadInput where the zone leads out of the calendar."""
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise errors.BadInput([wording.finding(field, "datetime_out_of_range")]) from error
