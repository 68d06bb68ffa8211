"""Statements of payment providers, and where they differ from the ledger."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api import wording
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.operations import ScopedToken
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import (
    BIGGEST_ID,
    BIGGEST_MINOR,
    Code,
    Currency,
    Filters,
    IdAfter,
    Input,
    Instant,
    Limit,
    Plain,
)
from steward.kernel import errors, moment
from steward.modules.payments import commands, queries
from steward.modules.payments.ports import StatedRow

router = Router(tags=["statements"])
Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
MOST_ROWS = 20_000


class StatedInput(Input):
    """One movement as the provider states it."""

    direction: Literal["payment", "refund"]
    transaction: Annotated[str, Field(min_length=1, max_length=120, pattern=Plain)]
    amount_minor: int = Field(gt=0, le=BIGGEST_MINOR)
    currency: Currency
    happened_at: Instant


class StatementInput(Input):
    """A statement; without a span it covers its own first to last movement."""

    provider: Code
    name: Code
    rows: list[StatedInput] = Field(max_length=MOST_ROWS)
    starts_at: Instant | None = None
    ends_at: Instant | None = None


class SettlementInput(Input):
    """How a difference was worked, and why."""

    outcome: Literal["recorded", "provider_corrected", "other_period", "written_off", "mistake"]
    reason: Code


class DifferenceQuery(Filters):
    """How a list of differences is narrowed."""

    statement_id: IdAfter | None = None
    only_open: bool = False
    after: IdAfter | None = None
    limit: Limit = 100


class Statement(Schema):
    """One statement and how it compares."""

    id: int
    provider: str
    file_name: str
    starts_at: datetime
    ends_at: datetime
    row_count: int
    matched_count: int
    open_count: int
    difference_count: int
    imported_at: datetime
    imported_by: str


class Difference(Schema):
    """One difference: what the statement says, what the ledger says, and what the provider said when it was asked."""

    id: int
    statement_id: int
    provider: str
    kind: Literal["missing_here", "missing_there", "amount_differs", "double"]
    direction: str
    transaction: str
    stated_minor: int | None
    stated_currency: str
    ours_minor: int | None
    ours_currency: str
    order_id: int | None
    outcome: str
    reason: str
    settled_by: str
    settled_at: datetime | None
    asked_at: datetime | None
    answer: Literal["", "succeeded", "refused", "absent", "pending", "unclear"]
    answered_minor: int | None
    answered_currency: str


class DifferencePage(Schema):
    """Differences, newest first; go on with `after` = `next_after`."""

    rows: list[Difference]
    next_after: int | None


class Settled(Schema):
    """The difference that was settled."""

    id: int
    outcome: str


@router.post("/statements", response=Statement, operation_id="import_statement", summary="Take a statement in")
@replayable
def import_statement(request: ApiRequest, payload: StatementInput) -> Statement:
    """Take a provider's statement in and compare it with the ledger. Needs `payments.reconcile`."""
    _require(request, "payments.reconcile")
    rows = [
        StatedRow(**row.model_dump(exclude={"happened_at"}), happened_at=_utc(row.happened_at)) for row in payload.rows
    ]
    id_ = commands.import_statement(
        request.auth,
        provider=payload.provider,
        rows=rows,
        name=payload.name,
        now=moment.now(),
        starts_at=_utc(payload.starts_at) if payload.starts_at else None,
        ends_at=_utc(payload.ends_at) if payload.ends_at else None,
    )
    return Statement.model_validate(queries.statement(id_))


@router.get("/statements/{id}", response=Statement, operation_id="get_statement", summary="Read a statement")
def get_statement(request: ApiRequest, id: Id) -> Any:
    """Read how a statement compares. Needs `payments.view`."""
    _require(request, "payments.view")
    return queries.statement(id)


@router.get("/differences", response=DifferencePage, operation_id="list_differences", summary="List differences")
def list_differences(request: ApiRequest, narrow: Query[DifferenceQuery]) -> Any:
    """List where statements differ from the ledger, newest first. Needs `payments.view`."""
    refuse_unknown_filters(request, narrow)
    _require(request, "payments.view")
    rows = queries.differences(
        statement_id=narrow.statement_id,
        only_open=narrow.only_open,
        before_id=narrow.after,
        limit=narrow.limit + 1,
    )
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.post(
    "/differences/{id}/settle", response=Settled, operation_id="settle_difference", summary="Settle a difference"
)
@replayable
def settle_difference(request: ApiRequest, id: Id, payload: SettlementInput) -> Settled:
    """Note how a difference was worked. Needs `payments.reconcile`."""
    _require(request, "payments.reconcile")
    commands.settle_difference(
        request.auth, difference_id=id, outcome=payload.outcome, reason=payload.reason, now=moment.now()
    )
    return Settled(id=id, outcome=payload.outcome)


def _require(request: ApiRequest, permission: str) -> None:
    """Ask for the permission; a provider's statement spans all shops. Raises: NotPermitted, ScopedToken."""
    request.auth.require(permission)
    if request.auth.scopes:
        raise ScopedToken


def _utc(at: datetime) -> datetime:
    """Convert to UTC. Raises: BadInput where the zone leads out of the calendar."""
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise errors.BadInput([wording.finding("happened_at", "datetime_out_of_range")]) from error
