"""Cases of after-sales: open many, read, decide, announce parcels, receive, inspect, pay back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from ninja import Path, Query, Router

from steward.interfaces.api import case_shapes as shapes
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable, replayable_sealed
from steward.interfaces.api.schemas import BIGGEST_ID, Plain
from steward.kernel import moment
from steward.modules.orders.queries.returning import OrderBought, orders_bought
from steward.modules.returns.commands import closing, deciding, guiding, inspecting, parcels, receiving, settling
from steward.modules.returns.commands.requesting import CaseDraft, CaseReceipt, Instead, Want, open_cases
from steward.modules.returns.queries import cases as queries
from steward.modules.returns.queries.views import CaseView
from steward.modules.returns.queries.words import refusal_words

router = Router(tags=["returns"])
CaseNumber = Annotated[str, Path(min_length=1, max_length=40, pattern=Plain, description="RMA-…")]
GuidanceId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
NO_LINE = 0


@router.post("/returns/cases", response=shapes.CaseResults, operation_id="open_cases", summary="Open cases")
@replayable
def open_many(request: ApiRequest, payload: shapes.CasesInput) -> shapes.CaseResults:
    """Open up to a thousand cases at once; each draft is answered by itself, with the case or with why there is none.
    What the policy grants alone is approved at once. Needs `returns.request`."""
    request.auth.require("returns.request")
    orders = {
        one.number: one for one in orders_bought(numbers={draft.order.strip().upper() for draft in payload.cases})
    }
    drafts = [_draft(draft, orders) for draft in payload.cases]
    receipts = open_cases(request.auth, drafts=drafts, now=moment.now())
    return shapes.CaseResults.model_validate({"results": [_result(receipt) for receipt in receipts]})


def _draft(draft: shapes.CaseInput, orders: Mapping[str, OrderBought]) -> CaseDraft:
    """Turn positions into lines; one the order does not have is left for the command to refuse."""
    order = orders.get(draft.order.strip().upper())
    lines = {line.position: line.id for line in order.lines} if order else {}
    return CaseDraft(
        order_number=draft.order,
        kind=draft.kind,
        reason=draft.reason,
        wants=tuple(Want(lines.get(one.position, NO_LINE), one.quantity) for one in draft.lines),
        source="file" if draft.outside_number else "api",
        words=draft.words,
        answers=draft.answers,
        attachment_ids=tuple(draft.attachment_ids),
        ticket_id=draft.ticket_id,
        outside_number=draft.outside_number,
        answer_due_at=draft.answer_due_at,
        opened=draft.opened,
        instead=insteads_of(draft.lines, lines),
    )


def insteads_of(wanted: Sequence[shapes.CaseLineInput], lines: Mapping[int, int]) -> tuple[Instead, ...]:
    """Read what is wanted in the place of pieces of lines; a position the order does not have is left to be refused."""
    named = [one for one in wanted if one.instead]
    return tuple(Instead(lines.get(one.position, NO_LINE), one.instead, one.quantity) for one in named)


def _result(receipt: CaseReceipt) -> dict[str, Any]:
    why = receipt.refusal
    refusal = (
        {"code": why.code, "params": dict(why.params), "text": refusal_words(why.code, why.params)} if why else None
    )
    return {"number": receipt.number, "state": receipt.state, "refusal": refusal}


@router.get("/returns/cases", response=shapes.CasePage, operation_id="list_cases", summary="List cases")
def list_cases(request: ApiRequest, narrow: Query[shapes.CaseQuery]) -> Any:
    """List cases, newest first, page by page. Needs `returns.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("returns.view")
    filters = queries.CaseFilters(
        queue=narrow.queue,
        states=(narrow.state,) if narrow.state else (),
        kind=narrow.kind,
        text=narrow.q,
        shops=request.auth.scopes,
    )
    rows = queries.cases_page(filters, before_id=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.get("/returns/cases/{case}", response=shapes.CaseFull, operation_id="get_case", summary="Read a case")
def get_case(request: ApiRequest, case: CaseNumber) -> Any:
    """Read one case: pieces, parcels, refunds, and what happens next and when. Needs `returns.view`."""
    request.auth.require("returns.view")
    return read_case(request, case)


def read_case(request: ApiRequest, case: str) -> CaseView:
    """Read a case of a shop the caller may touch; others do not exist for them. Raises: NotFound."""
    return queries.case(case, shops=request.auth.scopes)


def _id(request: ApiRequest, case: str, permission: str) -> int:
    request.auth.require(permission)
    return read_case(request, case).row.id


def _full(request: ApiRequest, case: str) -> shapes.CaseFull:
    return shapes.CaseFull.model_validate(read_case(request, case))


@router.post("/returns/cases/{case}/approve", response=shapes.CaseFull, operation_id="approve_case", summary="Agree")
@replayable_sealed
def approve(request: ApiRequest, case: CaseNumber) -> shapes.CaseFull:
    """Agree to a case. Above what the policy grants alone the owner of the token must not have opened it.
    Needs `returns.decide`."""
    deciding.approve_case(request.auth, case_id=_id(request, case, "returns.decide"), now=moment.now())
    return _full(request, case)


@router.post("/returns/cases/{case}/refuse", response=shapes.CaseFull, operation_id="refuse_case", summary="Refuse")
@replayable_sealed
def refuse(request: ApiRequest, case: CaseNumber, payload: shapes.ReasonInput) -> shapes.CaseFull:
    """Refuse a case with a reason that the customer reads. Needs `returns.decide`."""
    id_ = _id(request, case, "returns.decide")
    deciding.refuse_case(request.auth, case_id=id_, reason=payload.reason, now=moment.now())
    return _full(request, case)


@router.post(
    "/returns/cases/{case}/withdraw", response=shapes.CaseFull, operation_id="withdraw_case", summary="Withdraw"
)
@replayable_sealed
def withdraw(request: ApiRequest, case: CaseNumber, payload: shapes.ReasonInput) -> shapes.CaseFull:
    """Withdraw a case of which nothing is on its way, here, or paid back. Needs `returns.request`."""
    id_ = _id(request, case, "returns.request")
    deciding.withdraw_case(request.auth, case_id=id_, reason=payload.reason, now=moment.now())
    return _full(request, case)


@router.post(
    "/returns/cases/{case}/reconsider",
    response=shapes.CaseFull,
    operation_id="reconsider_case",
    summary="Look at a refused case again",
)
@replayable_sealed
def reconsider(request: ApiRequest, case: CaseNumber, payload: shapes.ReasonInput) -> shapes.CaseFull:
    """Look at a refused case again. Needs `returns.decide`."""
    id_ = _id(request, case, "returns.decide")
    deciding.reconsider_case(request.auth, case_id=id_, reason=payload.reason, now=moment.now())
    return _full(request, case)


@router.post(
    "/returns/cases/{case}/guidance", response=shapes.CaseFull, operation_id="offer_guidance", summary="Offer help"
)
@replayable_sealed
def offer(request: ApiRequest, case: CaseNumber, payload: shapes.GuidanceInput) -> shapes.CaseFull:
    """Offer help before a case is decided: a tutorial, a part, help from afar. Needs `returns.request`."""
    id_ = _id(request, case, "returns.request")
    guiding.offer_guidance(request.auth, case_id=id_, draft=guiding.GuidanceDraft(**payload.dict()), now=moment.now())
    return _full(request, case)


@router.post(
    "/returns/cases/{case}/guidance/{guidance}/answer",
    response=shapes.CaseFull,
    operation_id="answer_guidance",
    summary="Say whether help helped",
)
@replayable_sealed
def answer(
    request: ApiRequest, case: CaseNumber, guidance: GuidanceId, payload: shapes.GuidanceAnswerInput
) -> shapes.CaseFull:
    """Say whether help helped; where it did the case is solved and its pieces are free. Needs `returns.request`."""
    id_ = _id(request, case, "returns.request")
    guiding.answer_guidance(request.auth, case_id=id_, guidance_id=guidance, outcome=payload.outcome, now=moment.now())
    return _full(request, case)


@router.post(
    "/returns/cases/{case}/parcels",
    response=shapes.CaseFull,
    operation_id="announce_case_parcel",
    summary="Announce a parcel",
)
@replayable_sealed
def announce(request: ApiRequest, case: CaseNumber, payload: shapes.CaseParcelInput) -> shapes.CaseFull:
    """Announce one of the parcels of a case; it is tracked from now on. Needs `returns.request`."""
    id_ = _id(request, case, "returns.request")
    facts = payload.dict() | {"piece_ids": tuple(payload.piece_ids)}
    parcels.announce_parcel(request.auth, case_id=id_, draft=parcels.ParcelDraft(**facts), now=moment.now())
    return _full(request, case)


@router.post(
    "/returns/cases/{case}/arrivals",
    response=shapes.CaseFull,
    operation_id="receive_pieces",
    summary="Say what came",
)
@replayable_sealed
def receive(request: ApiRequest, case: CaseNumber, payload: shapes.ArrivalsInput) -> shapes.CaseFull:
    """Say of pieces that they are there, missing, or something else, and what lay beside them.
    Needs `returns.receive`."""
    id_ = _id(request, case, "returns.receive")
    arrived = {one.piece_id: str(one.verb) for one in payload.pieces}
    beyond = [receiving.Beyond(**one.dict()) for one in payload.surplus]
    receiving.receive_pieces(request.auth, case_id=id_, arrived=arrived, surplus=beyond, now=moment.now())
    return _full(request, case)


@router.post(
    "/returns/cases/{case}/inspections",
    response=shapes.CaseFull,
    operation_id="inspect_pieces",
    summary="Say what was found",
)
@replayable_sealed
def inspect(request: ApiRequest, case: CaseNumber, payload: shapes.FindingsInput) -> shapes.CaseFull:
    """Write down what was found of pieces that came; what counts goes into stock, once. Needs `returns.inspect`."""
    id_ = _id(request, case, "returns.inspect")
    findings = [
        inspecting.Finding(**one.dict() | {"attachment_ids": tuple(one.attachment_ids)}) for one in payload.findings
    ]
    inspecting.inspect_pieces(request.auth, case_id=id_, findings=findings, now=moment.now())
    return _full(request, case)


@router.post(
    "/returns/cases/{case}/judgements",
    response=shapes.CaseFull,
    operation_id="judge_pieces",
    summary="Judge pieces left to a person",
)
@replayable_sealed
def judge(request: ApiRequest, case: CaseNumber, payload: shapes.JudgementsInput) -> shapes.CaseFull:
    """Say whether pieces count that are lost, missing, something else, or doubtful. Needs `returns.decide`."""
    id_ = _id(request, case, "returns.decide")
    verdicts = {one.piece_id: str(one.verdict) for one in payload.pieces}
    inspecting.judge_pieces(request.auth, case_id=id_, verdicts=verdicts, now=moment.now())
    return _full(request, case)


@router.post(
    "/returns/cases/{case}/refunds",
    response=shapes.CaseFull,
    operation_id="settle_case",
    summary="Give the money back",
)
@replayable_sealed
def settle(request: ApiRequest, case: CaseNumber, payload: shapes.SettleInput) -> shapes.CaseFull:
    """Ask for the money of all pieces that count and were not paid yet; once per piece. Needs `returns.refund`."""
    id_ = _id(request, case, "returns.refund")
    settling.settle_case(request.auth, case_id=id_, early=payload.early, now=moment.now())
    return _full(request, case)


@router.post(
    "/returns/cases/{case}/complete", response=shapes.CaseFull, operation_id="complete_case", summary="Close a case"
)
@replayable_sealed
def complete(request: ApiRequest, case: CaseNumber) -> shapes.CaseFull:
    """Close a case whose goods were replaced or mended. Needs `returns.decide`."""
    closing.complete_case(request.auth, case_id=_id(request, case, "returns.decide"), now=moment.now())
    return _full(request, case)
