"""Money on its way back: ask for a refund, list, read. Whether one may go out is decided at /approvals."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.approvals import ApprovalVerdict
from steward.interfaces.api.orders import Number, covered
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_MINOR, Currency, Filters, IdAfter, Input, Limit, Plain, Text
from steward.kernel import errors, moment
from steward.modules.orders.commands import money_back
from steward.modules.payments import queries
from steward.modules.payments.rules import refunds as rules

router = Router(tags=["refunds"])
RefundNumber = Annotated[str, Path(min_length=1, max_length=40, pattern=Plain, description="RF-…")]
STATES = ("", *rules.STATES)


class RefundQuery(Filters):
    """How a list of refunds is narrowed."""

    state: str = Field("", json_schema_extra={"enum": list(STATES)}, pattern="^(" + "|".join(STATES) + ")$")
    stuck: bool = False
    q: Text = Field("", description="The number of a refund or an order")
    after: IdAfter | None = None
    limit: Limit = 50


class RefundInput(Input):
    """Money to go back. Units: minor units of the currency (the order's where none is named)."""

    amount_minor: int = Field(gt=0, le=BIGGEST_MINOR)
    cause: Literal["overpaid", "return", "goodwill", "mistake", "other"]
    reason: Text = ""
    currency: Currency | None = None


class RefundMade(Schema):
    """The refunds a request made, one per payment, and whether they wait for a second person."""

    request_id: int
    numbers: list[str]
    amount_minor: int
    currency: str
    approval: Literal["not_needed", "awaiting"]


class Refund(Schema):
    """One refund of one payment. `state` is one of the transition table's."""

    id: int
    number: str
    request_id: int
    order_number: str
    shop: str
    provider: str
    payment_transaction: str
    transaction: str
    amount_minor: int
    paid_minor: int
    currency: str
    state: str
    state_since: datetime
    cause: str
    reason: str
    requested_by: str
    requested_at: datetime
    failure: str
    tries: int
    next_try_at: datetime | None
    simulated: bool


class RefundStep(Schema):
    """One step in the life of a refund."""

    at: datetime
    verb: str
    before: str
    after: str
    actor: str
    note: str


class RefundFull(Schema):
    """A refund with the verdicts about it and every step. `approval_id` is the one to decide at /approvals/{id}."""

    refund: Refund
    approval: Literal["not_needed", "awaiting", "approved", "refused", "lapsed", "withdrawn"]
    approval_id: int | None
    settled_at: datetime | None
    verdicts: list[ApprovalVerdict]
    requested_minor: int
    siblings: list[str]
    steps: list[RefundStep]


class RefundPage(Schema):
    """Refunds, newest first; go on with `after` = `next_after`."""

    rows: list[Refund]
    next_after: int | None


@router.post(
    "/orders/{number}/refunds",
    response=RefundMade,
    operation_id="request_refund",
    summary="Give money back",
)
@replayable
def request_refund(request: ApiRequest, number: Number, payload: RefundInput) -> RefundMade:
    """Ask for money of an order back, by the way it came. Above a limit somebody else has to agree at
    /approvals first. Needs `payments.refund`."""
    request.auth.require("payments.refund")
    made = money_back.ask_refund(
        request.auth,
        order_id=covered(request, number).order.id,
        cause=payload.cause,
        currency=payload.currency,
        amount_minor=payload.amount_minor,
        reason=payload.reason,
        now=moment.now(),
    )
    return RefundMade.model_validate(made)


@router.get("/refunds", response=RefundPage, operation_id="list_refunds", summary="List refunds")
def list_refunds(request: ApiRequest, narrow: Query[RefundQuery]) -> Any:
    """List refunds, newest first, page by page. Needs `payments.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("payments.view")
    filters = queries.RefundFilters(
        states=(narrow.state,) if narrow.state else (),
        stuck=narrow.stuck,
        text=narrow.q.strip(),
        shops=request.auth.scopes,
    )
    rows = queries.refunds_page(filters, before_id=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.get("/refunds/{refund}", response=RefundFull, operation_id="get_refund", summary="Read a refund")
def get_refund(request: ApiRequest, refund: RefundNumber) -> Any:
    """Read one refund with every step. Needs `payments.view`."""
    request.auth.require("payments.view")
    return _covered(request, refund)


def _covered(request: ApiRequest, number: str) -> queries.RefundView:
    """Read a refund of a shop the caller may touch; others do not exist for them. Raises: NotFound."""
    found = queries.refund(number)
    if not request.auth.covers(found.refund.shop):
        raise errors.NotFound(key=number)
    return found
