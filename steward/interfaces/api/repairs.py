"""Repairs: read them and their warranties; every step people can take."""

from typing import Annotated, Any

from ninja import Path, Query, Router

from steward.interfaces.api import repair_shapes as shapes
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable_sealed
from steward.interfaces.api.schemas import Plain
from steward.kernel import errors, moment
from steward.modules.orders.queries.returning import orders_bought
from steward.modules.returns.commands import (
    repairing_goods,
    repairing_quotes,
    repairing_working,
)
from steward.modules.returns.commands.repairing_goods import PartWant
from steward.modules.returns.commands.repairing_working import Diagnosis, WorkDraft
from steward.modules.returns.queries import repairs as queries
from steward.modules.returns.queries.repair_views import RepairView
from steward.modules.returns.queries.repair_words import warranty_words
from steward.modules.returns.queries.warranties import PieceSold, warranties

router = Router(tags=["returns"])
RepairNumber = Annotated[str, Path(min_length=1, max_length=40, pattern=Plain, description="RP-…")]
OrderNumber = Annotated[str, Path(min_length=1, max_length=40, pattern=Plain, description="SO-…")]
REPAIR, DECIDE, ASK = "returns.repair", "returns.decide", "returns.request"


@router.get(
    "/orders/{order}/warranties",
    response=shapes.Warranties,
    operation_id="get_warranties",
    summary="Ask for warranties",
)
def get_warranties(request: ApiRequest, order: OrderNumber) -> Any:
    """Say for each line of an order whether its goods are within their warranty. Needs `returns.view`."""
    request.auth.require("returns.view")
    found = orders_bought(numbers=[order.strip().upper()])
    if not found or not request.auth.covers(found[0].shop):
        raise errors.NotFound(key=order)
    lines = found[0].lines
    said = warranties([PieceSold(line.id) for line in lines], now=moment.now())
    return {
        "lines": [
            {
                "position": line.position,
                "sku": line.sku,
                "status": one.status,
                "why": one.why,
                "until": one.until,
                "text": warranty_words(one.why, one.until),
            }
            for line, one in zip(lines, said, strict=True)
        ]
    }


@router.get("/returns/repairs", response=shapes.RepairPage, operation_id="list_repairs", summary="List repairs")
def list_repairs(request: ApiRequest, narrow: Query[shapes.RepairQuery]) -> Any:
    """List repairs, newest first, page by page. Needs `returns.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("returns.view")
    filters = queries.RepairFilters(queue=narrow.queue, state=narrow.state, text=narrow.q, shops=request.auth.scopes)
    rows = queries.repairs_page(filters, now=moment.now(), before_id=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.get("/returns/repairs/{repair}", response=shapes.RepairFull, operation_id="get_repair", summary="Read a repair")
def get_repair(request: ApiRequest, repair: RepairNumber) -> Any:
    """Read one repair: warranty, work, parts, quotes, what is owed, visits, loaners. Needs `returns.view`."""
    return _read(request, repair, "returns.view")


def _read(request: ApiRequest, repair: str, permission: str) -> RepairView:
    """Read a repair of a shop the caller may touch; others do not exist for them. Raises: NotPermitted, NotFound."""
    request.auth.require(permission)
    return queries.repair(repair, shops=request.auth.scopes)


def id_of(request: ApiRequest, repair: str, permission: str) -> int:
    """Find a repair by its number. Raises: NotPermitted, NotFound."""
    return _read(request, repair, permission).row.id


def full(request: ApiRequest, repair: str) -> shapes.RepairFull:
    """Give a repair as it is now."""
    return shapes.RepairFull.model_validate(queries.repair(repair, shops=request.auth.scopes))


def _work(payload: shapes.WorkInput) -> WorkDraft:
    return WorkDraft(minutes=payload.minutes, note=payload.note, attachment_ids=tuple(payload.attachment_ids))


def _parts(parts: list[shapes.PartInput]) -> tuple[PartWant, ...]:
    return tuple(PartWant(**one.model_dump()) for one in parts)


def owed(request: ApiRequest, repair: str, permission: str) -> int:
    """Find what is owed. Raises: NotFound where nothing is."""
    found = _read(request, repair, permission).owed
    if found is None:
        raise errors.NotFound(key=repair)
    return found.id


def lent(request: ApiRequest, repair: str, permission: str) -> int:
    """Find what is lent. Raises: NotFound where nothing is."""
    found = _read(request, repair, permission).loaner
    if found is None:
        raise errors.NotFound(key=repair)
    return found.id


@router.post(
    "/returns/repairs/{repair}/diagnosis",
    response=shapes.RepairFull,
    operation_id="diagnose_repair",
    summary="Say what is wrong",
)
@replayable_sealed
def diagnose_repair(request: ApiRequest, repair: RepairNumber, payload: shapes.DiagnosisInput) -> shapes.RepairFull:
    """Say what is wrong; what the warranty covers is repaired at once. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    found = Diagnosis(
        fault=payload.fault,
        cause=payload.cause,
        serial=payload.serial,
        parts=_parts(payload.parts),
        work=_work(payload),
    )
    repairing_working.diagnose_repair(request.auth, repair_id=id_, found=found, now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/parts",
    response=shapes.RepairFull,
    operation_id="want_repair_parts",
    summary="Say which parts are needed",
)
@replayable_sealed
def want_repair_parts(request: ApiRequest, repair: RepairNumber, payload: shapes.PartsInput) -> shapes.RepairFull:
    """Parts are set aside in stock once the repair is agreed to; what is short waits. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    repairing_goods.want_parts(request.auth, repair_id=id_, wants=_parts(payload.parts), now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/coverage",
    response=shapes.RepairFull,
    operation_id="decide_repair_coverage",
    summary="Decide about the warranty",
)
@replayable_sealed
def decide_repair_coverage(
    request: ApiRequest, repair: RepairNumber, payload: shapes.CoverageInput
) -> shapes.RepairFull:
    """Say whether it is free of charge, against or in place of the warranty. Needs `returns.decide`."""
    id_ = id_of(request, repair, DECIDE)
    repairing_working.decide_coverage(
        request.auth, repair_id=id_, is_covered=payload.covered, why=payload.why, now=moment.now()
    )
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/technician",
    response=shapes.RepairFull,
    operation_id="assign_repair",
    summary="Give it to a technician",
)
@replayable_sealed
def assign_repair(request: ApiRequest, repair: RepairNumber, payload: shapes.AssignInput) -> shapes.RepairFull:
    """Give it to somebody who may repair and has the skill it asks for. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    repairing_working.assign_repair(request.auth, repair_id=id_, technician_id=payload.technician_id, now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/authorise",
    response=shapes.RepairFull,
    operation_id="authorise_repair",
    summary="Repair free of charge",
)
@replayable_sealed
def authorise_repair(request: ApiRequest, repair: RepairNumber) -> shapes.RepairFull:
    """Let a repair begin that the warranty covers. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    repairing_working.authorise_repair(request.auth, repair_id=id_, now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/quotes", response=shapes.RepairFull, operation_id="quote_repair", summary="Make a quote"
)
@replayable_sealed
def quote_repair(request: ApiRequest, repair: RepairNumber, payload: shapes.QuoteInput) -> shapes.RepairFull:
    """Tell the customer what it would cost; they answer by a signed link. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    extras = [repairing_quotes.ExtraLine(one.what, one.amount_minor) for one in payload.extras]
    repairing_quotes.quote_repair(
        request.auth,
        repair_id=id_,
        minutes=payload.minutes,
        extras=extras,
        note=payload.note,
        days=payload.days,
        now=moment.now(),
    )
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/begin", response=shapes.RepairFull, operation_id="begin_repair", summary="Begin"
)
@replayable_sealed
def begin_repair(request: ApiRequest, repair: RepairNumber) -> shapes.RepairFull:
    """Begin the work once all parts are there. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    repairing_working.begin_repair(request.auth, repair_id=id_, now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/test",
    response=shapes.RepairFull,
    operation_id="record_repair_test",
    summary="Note the test",
)
@replayable_sealed
def record_repair_test(request: ApiRequest, repair: RepairNumber, payload: shapes.TestInput) -> shapes.RepairFull:
    """Say whether it works now; parts that were used leave stock. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    used = {one.part_id: one.used for one in payload.parts}
    repairing_working.record_test(
        request.auth, repair_id=id_, passed=payload.passed, work=_work(payload), used=used, now=moment.now()
    )
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/give-up",
    response=shapes.RepairFull,
    operation_id="give_up_repair",
    summary="Say that it cannot be repaired",
)
@replayable_sealed
def give_up_repair(request: ApiRequest, repair: RepairNumber, payload: shapes.WorkInput) -> shapes.RepairFull:
    """Parts are free again, nothing is owed. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    repairing_working.give_up_repair(request.auth, repair_id=id_, work=_work(payload), now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/give-back",
    response=shapes.RepairFull,
    operation_id="give_back_unrepaired",
    summary="Give it back as it is",
)
@replayable_sealed
def give_back_unrepaired(request: ApiRequest, repair: RepairNumber) -> shapes.RepairFull:
    """Let it go back as it came. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    repairing_working.give_back_unrepaired(request.auth, repair_id=id_, now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/arrival-on-site",
    response=shapes.RepairFull,
    operation_id="receive_repair_on_site",
    summary="Note the arrival at the customer's",
)
@replayable_sealed
def receive_repair_on_site(request: ApiRequest, repair: RepairNumber) -> shapes.RepairFull:
    """Say that the technician is with the customer. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    repairing_working.receive_on_site(request.auth, repair_id=id_, now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/answer",
    response=shapes.RepairFull,
    operation_id="answer_repair_quote",
    summary="Answer a quote for the customer",
)
@replayable_sealed
def answer_repair_quote(request: ApiRequest, repair: RepairNumber, payload: shapes.AnswerInput) -> shapes.RepairFull:
    """Take the customer's answer to an open quote, once. Needs `returns.request`."""
    view = _read(request, repair, ASK)
    if payload.quote_id not in {one.id for one in view.quotes}:
        raise errors.NotFound(key=payload.quote_id)
    repairing_quotes.answer_quote(
        request.auth, quote_id=payload.quote_id, is_approved=payload.approved, words=payload.words, now=moment.now()
    )
    return full(request, repair)
