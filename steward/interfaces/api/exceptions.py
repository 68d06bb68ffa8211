"""Exceptions: list, read, take on, name the cause, solve, dismiss, open again; what a customer asks for."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.orders import Number, covered
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Filters, IdAfter, Input, Limit, Plain, Text
from steward.kernel import errors, moment
from steward.modules.orders.commands import exceptions as commands
from steward.modules.orders.queries import exceptions as queries
from steward.modules.orders.rules.detectors import CODES, SEVERITIES, SOLVED_AS, STATES

router = Router(tags=["exceptions"])
Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
LongText = Annotated[str, Field(max_length=600, pattern=Plain)]


def _one_of(codes: tuple[str, ...]) -> str:
    return "^(" + "|".join(codes) + ")$"


class ExceptionQuery(Filters):
    """How the list is narrowed; `state` open means open and in work."""

    state: str = Field("open", json_schema_extra={"enum": ["", *STATES]}, pattern=_one_of(("", *STATES)))
    detector: str = Field("", json_schema_extra={"enum": ["", *CODES]}, pattern=_one_of(("", *CODES)))
    severity: str = Field("", json_schema_extra={"enum": ["", *SEVERITIES]}, pattern=_one_of(("", *SEVERITIES)))
    cause: Text = Field("", description="A cause, a group of causes, or none")
    after: IdAfter | None = None
    limit: Limit = 100


class ExceptionItem(Schema):
    """One fact that needs somebody. `automatic`: it closed itself."""

    id: int
    detector: str
    label: str
    seen: str
    state: str
    severity: str
    responsible_role: str
    owner_id: int | None
    order_number: str
    shop_code: str
    facts: dict[str, Any]
    cause: str
    outcome: str
    automatic: bool
    opened_at: datetime
    closed_at: datetime | None
    reopened: int
    simulated: bool
    due_at: datetime | None

    @staticmethod
    def resolve_due_at(row: queries.ExceptionRow) -> datetime | None:
        """Give when the clock that is due next is due."""
        return row.clock.due_at if row.clock else None


class ExceptionPage(Schema):
    """Open ones by the clock that is due next, others newest first; go on with `after` = `next_after`."""

    rows: list[ExceptionItem]
    next_after: int | None


class ExceptionStep(Schema):
    """One thing that was done or said."""

    at: datetime
    actor: str
    what: str
    text: str


class ExceptionFull(Schema):
    """An exception with what is to be done and what has been done."""

    row: ExceptionItem
    what_to_do: str
    notes: list[ExceptionStep]


class CauseItem(Schema):
    """A cause in its group, in three languages."""

    code: str
    group: str
    labels: dict[str, str]
    group_labels: dict[str, str]


class WishInput(Input):
    """What a customer wants changed about an order."""

    wish: LongText = Field(min_length=1)


class ExceptionAct(Input):
    """What is done: `reason` for dismiss, reopen and note, `outcome` for solve, `cause` for solve and cause."""

    act: Literal["take", "note", "cause", "solve", "dismiss", "reopen"]
    reason: LongText = ""
    cause: Text = ""
    outcome: str = Field("", json_schema_extra={"enum": ["", *SOLVED_AS]}, pattern=_one_of(("", *SOLVED_AS)))
    owner_id: Annotated[int, Field(ge=1, le=BIGGEST_ID)] | None = None


@router.get("/exceptions", response=ExceptionPage, operation_id="list_exceptions", summary="List exceptions")
def list_exceptions(request: ApiRequest, query: Query[ExceptionQuery]) -> dict[str, Any]:
    """List exceptions of the shops the caller may see. Needs `orders.exceptions`."""
    request.auth.require("orders.exceptions")
    refuse_unknown_filters(request, query)
    filters = queries.ExceptionFilters(
        state=query.state,
        detector=query.detector,
        severity=query.severity,
        cause=query.cause,
        scopes=request.auth.scopes,
    )
    rows, next_after = queries.exceptions_page(filters, after=query.after, limit=query.limit)
    return {"rows": rows, "next_after": next_after}


@router.get("/exceptions/causes", response=list[CauseItem], operation_id="list_causes", summary="List causes")
def list_causes(request: ApiRequest) -> list[queries.CauseView]:
    """List the causes that can be named. Needs `orders.exceptions`."""
    request.auth.require("orders.exceptions")
    return queries.causes()


@router.get("/exceptions/{id}", response=ExceptionFull, operation_id="get_exception", summary="Read an exception")
def get_exception(request: ApiRequest, id: Id) -> queries.ExceptionDetail:
    """Read one exception with what was done. Needs `orders.exceptions`."""
    request.auth.require("orders.exceptions")
    return _covered(request, id)


@router.post("/exceptions/{id}", response=ExceptionFull, operation_id="act_on_exception", summary="Work an exception")
@replayable
def act_on_exception(request: ApiRequest, id: Id, payload: ExceptionAct) -> ExceptionFull:
    """Take on or hand over, note, name the cause, solve, dismiss or open again. Needs `orders.exceptions`."""
    actor, now = request.auth, moment.now()
    actor.require("orders.exceptions")
    _covered(request, id)
    match payload.act:
        case "take":
            commands.take_exceptions(actor, exception_ids=[id], owner_id=payload.owner_id, now=now)
        case "note":
            commands.note_exception(actor, exception_id=id, text=payload.reason, now=now)
        case "cause":
            commands.name_cause(actor, exception_id=id, cause=payload.cause, now=now)
        case "solve":
            commands.solve_exception(
                actor, exception_id=id, outcome=payload.outcome, cause=payload.cause, text=payload.reason, now=now
            )
        case "dismiss":
            commands.dismiss_exception(actor, exception_id=id, reason=payload.reason, now=now)
        case "reopen":
            commands.reopen_exception(actor, exception_id=id, reason=payload.reason, now=now)
    return ExceptionFull.model_validate(queries.exception_detail(id))


@router.post(
    "/orders/{number}/change-requests",
    response=ExceptionFull,
    operation_id="request_change",
    summary="Record what a customer wants changed",
)
@replayable
def request_change(request: ApiRequest, number: Number, payload: WishInput) -> ExceptionFull:
    """Put a customer's wish on the desk of exceptions; the same wish again is the same. Needs `orders.exceptions`."""
    request.auth.require("orders.exceptions")
    order_id = covered(request, number).order.id
    id_ = commands.record_change_request(request.auth, order_id=order_id, wish=payload.wish, now=moment.now())
    return ExceptionFull.model_validate(queries.exception_detail(id_))


def _covered(request: ApiRequest, exception_id: int) -> queries.ExceptionDetail:
    """Read an exception of a shop the caller may touch; others do not exist for them. Raises: NotFound."""
    detail = queries.exception_detail(exception_id)
    if not request.auth.covers(detail.row.shop_code) or (request.auth.scopes and detail.row.order_id is None):
        raise errors.NotFound(key=exception_id)
    return detail
