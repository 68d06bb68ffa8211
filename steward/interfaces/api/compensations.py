"""Compensation: propose many, read, take back, hand over; budgets and reasons; advice on a case."""

from typing import Annotated, Any

from ninja import Path, Query, Router

from steward.interfaces.api import compensation_shapes as shapes
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Plain
from steward.kernel import moment
from steward.modules.payments.rules.wallets import CouponTerms
from steward.modules.returns.commands.budgets import BudgetDraft, set_budget
from steward.modules.returns.commands.compensating import Receipt, Wish, propose_compensations
from steward.modules.returns.commands.goodwill_following import hand_over_compensation, withdraw_compensation
from steward.modules.returns.queries import cases
from steward.modules.returns.queries import compensations as queries
from steward.modules.returns.queries.advice import advice_of

router = Router(tags=["compensation"])
Number = Annotated[str, Path(min_length=1, max_length=40, pattern=Plain, description="CP-…")]
CaseNumber = Annotated[str, Path(min_length=1, max_length=40, pattern=Plain, description="RMA-…")]
PROPOSE, VIEW = "returns.compensate", "returns.view"


@router.post(
    "/compensations",
    response=shapes.CompensationResults,
    operation_id="propose_compensations",
    summary="Propose compensations",
)
@replayable
def propose(request: ApiRequest, payload: shapes.CompensationsInput) -> shapes.CompensationResults:
    """Propose up to five hundred; each is answered by itself: given, waiting for a second person, or why there is
    none. Needs `returns.compensate`."""
    request.auth.require(PROPOSE)
    wishes = [_wish(one) for one in payload.compensations]
    receipts = propose_compensations(request.auth, wishes=wishes, now=moment.now())
    return shapes.CompensationResults.model_validate({"results": [_result(one) for one in receipts]})


def _wish(one: shapes.CompensationInput) -> Wish:
    terms = one.coupon
    coupon = CouponTerms(
        currency=one.currency,
        amount_minor=terms.amount_minor,
        share_permille=terms.share_permille,
        most_minor=terms.most_minor,
        threshold_minor=terms.threshold_minor,
        shops=tuple(terms.shops),
        categories=tuple(terms.categories),
    ) if terms else None  # fmt: skip
    return Wish(
        kind=one.kind,
        reason=one.reason,
        currency=one.currency,
        amount_minor=one.amount_minor,
        points=one.points,
        coupon=coupon,
        customer_id=one.customer_id,
        order_number=one.order,
        case_number=one.case,
        ticket_id=one.ticket_id,
        words=one.words,
        key=one.key,
    )


def _result(receipt: Receipt) -> dict[str, Any]:
    why = receipt.refusal
    return {
        "number": receipt.number,
        "state": receipt.state,
        "approval_id": receipt.approval_id,
        "signs": [{"code": one.code, "facts": one.facts} for one in receipt.signs],
        "refusal": {"code": why.code, "text": str(why)} if why else None,
    }


@router.get(
    "/compensations", response=shapes.CompensationPage, operation_id="list_compensations", summary="List compensations"
)
def list_compensations(request: ApiRequest, narrow: Query[shapes.CompensationQuery]) -> Any:
    """List compensations, newest first, page by page. Needs `returns.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require(VIEW)
    filters = queries.Filters(
        queue=narrow.queue,
        kind=narrow.kind,
        reason=narrow.reason,
        text=narrow.q,
        shops=request.auth.scopes,
        signs_only=narrow.signs,
    )
    rows = queries.compensations_page(filters, before_id=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.get(
    "/compensations/{number}",
    response=shapes.Compensation,
    operation_id="get_compensation",
    summary="Read a compensation",
)
def get_compensation(request: ApiRequest, number: Number) -> Any:
    """Read one: what, why, who proposed it, and what became of it. Needs `returns.view`."""
    request.auth.require(VIEW)
    return queries.compensation(number, shops=request.auth.scopes)


@router.post(
    "/compensations/{number}/withdraw",
    response=shapes.Compensation,
    operation_id="withdraw_compensation",
    summary="Take a compensation back",
)
@replayable
def withdraw(request: ApiRequest, number: Number, payload: shapes.WordsInput) -> shapes.Compensation:
    """Take back what nobody has decided; its budgets are free again. Needs `returns.compensate`."""
    request.auth.require(PROPOSE)
    row = queries.compensation(number, shops=request.auth.scopes)
    withdraw_compensation(request.auth, compensation_id=row.id, reason=payload.words, now=moment.now())
    return shapes.Compensation.model_validate(queries.compensation(row.id))


@router.post(
    "/compensations/{number}/hand-over",
    response=shapes.Compensation,
    operation_id="hand_over_compensation",
    summary="Note that a compensation was handed over",
)
@replayable
def hand_over(request: ApiRequest, number: Number, payload: shapes.WordsInput) -> shapes.Compensation:
    """Note that a person handed over what was granted; the owner of the token must not have proposed it.
    Needs `returns.compensate`."""
    request.auth.require(PROPOSE)
    row = queries.compensation(number, shops=request.auth.scopes)
    hand_over_compensation(request.auth, compensation_id=row.id, note=payload.words, now=moment.now())
    return shapes.Compensation.model_validate(queries.compensation(row.id))


@router.get("/compensation-budgets", response=shapes.BudgetList, operation_id="list_budgets", summary="List budgets")
def list_budgets(request: ApiRequest) -> Any:
    """List what may be given in each period, and what is reserved, spent and left. Needs `returns.view`."""
    request.auth.require(VIEW)
    return {"budgets": queries.budgets(shops=request.auth.scopes)}


@router.post("/compensation-budgets", response=shapes.BudgetList, operation_id="set_budget", summary="Set a budget")
@replayable
def save_budget(request: ApiRequest, payload: shapes.BudgetInput) -> shapes.BudgetList:
    """Set what may be given in a period; never below what is reserved and spent. Needs `returns.budgets`."""
    request.auth.require("returns.budgets")
    draft = BudgetDraft(
        period=payload.period,
        day=payload.day,
        currency=payload.currency,
        amount_minor=payload.amount_minor,
        shop=payload.shop,
        team=payload.team,
    )
    set_budget(request.auth, draft=draft, now=moment.now())
    return shapes.BudgetList.model_validate({"budgets": queries.budgets(shops=request.auth.scopes)})


@router.get(
    "/compensation-reasons",
    response=shapes.CompensationReasonList,
    operation_id="list_compensation_reasons",
    summary="List reasons for compensation",
)
def list_reasons(request: ApiRequest) -> Any:
    """List the reasons in use with what is usual for each. Needs `returns.view`."""
    request.auth.require(VIEW)
    return {"reasons": queries.compensation_reasons()}


@router.get(
    "/returns/cases/{case}/advice",
    response=shapes.AdviceList,
    operation_id="get_case_advice",
    summary="Read the advice on a case",
)
def case_advice(request: ApiRequest, case: CaseNumber) -> Any:
    """Read what is worth a look before a case is decided, with the facts behind it. Needs `returns.view`."""
    request.auth.require(VIEW)
    customer_id = cases.case(case, shops=request.auth.scopes).row.customer_id
    found = advice_of([customer_id], now=moment.now())[customer_id] if customer_id else []
    return {"advice": found}
