"""Return policies: versions of the rules, what they answer to asks, proposals tried on past cases, reasons."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from ninja import Field, Path, Router, Schema

from steward.interfaces.api.access import ApiRequest, over_all_shops
from steward.interfaces.api.orders import Day
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Code, Input, Instant, Plain, Text
from steward.kernel import errors, moment
from steward.modules.orders.queries.sold import SoldLine, sold_lines
from steward.modules.returns.commands import backtests, policies, reasons
from steward.modules.returns.queries import policies as queries
from steward.modules.returns.queries import policy_words
from steward.modules.returns.queries.verdicts import Ask, verdicts
from steward.modules.returns.rules.policy_flaws import MOST_RULES
from steward.modules.returns.rules.reasons import Question, ReasonDraft

router = Router(tags=["returns"])
MOST_ASKS = 1_000
SEE, CHANGE = "returns.view", "returns.policies"
Kind = Literal["refund_only", "return_refund", "exchange", "reship", "repair"]
VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
TestId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
ReasonCode = Annotated[str, Path(max_length=40, pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Rules = Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_RULES)]
Words = dict[Literal["zh-hans", "zh-hant", "en"], Annotated[str, Field(max_length=80, pattern=Plain)]]


class ReturnPolicyItem(Schema):
    """A version of the rules in the order in which they are tried. Amounts in minor units, times in hours and days."""

    version: int
    active: bool
    note: str
    set_at: datetime
    set_by: str
    rules: list[dict[str, Any]]


class ReturnPolicyInput(Input):
    """New rules, all of them, in their order; `note` says what changes and why."""

    rules: Rules
    expected_version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    note: Text


class ReturnAsk(Input):
    """What somebody wants of one line of an order, why, and what they show. `opened` left out: nobody has told."""

    order: Annotated[str, Field(max_length=24, pattern=Plain)]
    line: Annotated[int, Field(ge=1, le=32_767)]
    kind: Kind
    reason: Code
    pictures: Annotated[int, Field(ge=0, le=100)] = 0
    videos: Annotated[int, Field(ge=0, le=100)] = 0
    opened: bool | None = None


class ReturnAsks(Input):
    """Asks, and the moment they are asked at (left out: now)."""

    asks: Annotated[list[ReturnAsk], Field(min_length=1, max_length=MOST_ASKS)]
    at: Instant | None = None


class ReturnVerdict(Schema):
    """The answer to an ask: possible or why not (`why`, and in words `because`), and on which terms.

    `kinds` lists every solution that could be had. `automatic_up_to_minor` −1: a person decides in any case. Hours
    are 0 where there is no limit.
    """

    eligible: bool
    why: str
    because: str
    kinds: list[str]
    freight_payer: str
    restocking_permille: int
    automatic_up_to_minor: int
    advance: bool
    pictures: int
    videos: int
    return_within_h: int
    answer_within_h: int
    until: datetime | None
    rule: str
    version: int


class ReturnVerdicts(Schema):
    """The answers in the order of the asks."""

    rows: list[ReturnVerdict]


class ReturnProposalInput(Input):
    """Rules to try on past cases; nothing is changed."""

    rules: Rules
    from_date: Day = Field(strict=False)
    to_date: Day = Field(strict=False)
    most_cases: Annotated[int, Field(ge=1, le=backtests.MOST_CASES)] = 1_000


class ReturnProposal(Schema):
    """A proposal and what came out; `result` is empty while it is tried."""

    id: int
    state: str
    policy_version: int
    from_date: date
    to_date: date
    result: dict[str, Any]
    error: str


class ReturnReason(Schema):
    """A reason. `parent` is empty for one at the top; `fault` says whose doing it is."""

    code: str
    parent: str
    labels: dict[str, str]
    fault: str
    questions: list[dict[str, Any]]
    position: int
    active: bool


class ReturnReasons(Schema):
    """Every reason, by position."""

    rows: list[ReturnReason]


class ReturnReasonInput(Input):
    """A reason as it shall be; what is left out has its first value."""

    labels: Words
    fault: Literal["customer", "merchant", "carrier"]
    parent: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    questions: Annotated[list[dict[str, Any]], Field(max_length=20)] = []
    position: Annotated[int, Field(ge=0, le=1_000)] = 100
    active: bool = True


@router.get(
    "/return-policies", response=list[ReturnPolicyItem], operation_id="list_return_policies", summary="List versions"
)
def list_return_policies(request: ApiRequest) -> list[dict[str, Any]]:
    """List versions of the return policy, the newest first. Needs `returns.view`."""
    request.auth.require(SEE)
    return [msgspec.to_builtins(one) for one in queries.policies()]


@router.get(
    "/return-policies/{version}",
    response=ReturnPolicyItem,
    operation_id="get_return_policy",
    summary="Read a version of the return policy",
)
def get_return_policy(request: ApiRequest, version: VersionNumber) -> Any:
    """Read a version. Needs `returns.view`."""
    request.auth.require(SEE)
    return msgspec.to_builtins(queries.policy_of_version(version))


@router.post(
    "/return-policies", response=ReturnPolicyItem, operation_id="set_return_policy", summary="Put new rules in force"
)
@replayable
def set_return_policy(request: ApiRequest, payload: ReturnPolicyInput) -> ReturnPolicyItem:
    """Put new rules in force as a version of their own; what was answered stays. Needs `returns.policies`."""
    version = policies.save_policy(
        over_all_shops(request, CHANGE),
        rules=payload.rules,
        note=payload.note,
        expected_version=payload.expected_version,
    )
    return ReturnPolicyItem.model_validate(msgspec.to_builtins(queries.policy_of_version(version)))


@router.post(
    "/return-verdicts", response=ReturnVerdicts, operation_id="ask_return_policy", summary="Ask the return policy"
)
def ask_return_policy(request: ApiRequest, payload: ReturnAsks) -> dict[str, Any]:
    """Answer asks by the policy in force, before anything moves; nothing is changed. Needs `returns.view`.

    An unknown line or reason is an answer (`unknown_line`, `unknown_reason`), an unknown order is refused.
    """
    request.auth.require(SEE)
    lines = sold_lines({one.order for one in payload.asks})
    shops = {number: line.shop for (number, _position), line in lines.items()}
    for one in payload.asks:
        if one.order not in shops or not request.auth.covers(shops[one.order]):
            raise errors.NotFound(key=one.order)
    asks = [
        Ask(*_ids(lines.get((one.order, one.line))), one.kind, one.reason, one.pictures, one.videos, one.opened)
        for one in payload.asks
    ]
    found = verdicts(asks, now=payload.at or moment.now())
    return {
        "rows": [msgspec.to_builtins(one) | {"because": policy_words.why_text(one.why, one.params)} for one in found]
    }


def _ids(line: SoldLine | None) -> tuple[int, int]:
    return (line.order_id, line.line_id) if line else (0, 0)


@router.post(
    "/return-policies/proposals",
    response=ReturnProposal,
    operation_id="try_return_policy",
    summary="Try rules on past cases",
)
@replayable
def try_return_policy(request: ApiRequest, payload: ReturnProposalInput) -> ReturnProposal:
    """Let a worker try rules on past cases; nothing is changed. Needs `returns.policies`."""
    id_ = backtests.request_backtest(
        over_all_shops(request, CHANGE),
        rules=payload.rules,
        from_date=payload.from_date,
        to_date=payload.to_date,
        most_cases=payload.most_cases,
    )
    return ReturnProposal.model_validate(queries.get_backtest(id_))


@router.get(
    "/return-policies/proposals/{id}",
    response=ReturnProposal,
    operation_id="get_return_proposal",
    summary="Read a proposal of the return policy",
)
def get_return_proposal(request: ApiRequest, id: TestId) -> queries.BacktestView:
    """Read what a proposal would have done. Needs `returns.view`."""
    over_all_shops(request, SEE)
    return queries.get_backtest(id)


@router.get("/return-reasons", response=ReturnReasons, operation_id="list_return_reasons", summary="List reasons")
def list_return_reasons(request: ApiRequest) -> dict[str, Any]:
    """List the reasons of after-sales with their questions, those out of use too. Needs `returns.view`."""
    request.auth.require(SEE)
    return {"rows": [msgspec.to_builtins(one) for one in queries.all_reasons()]}


@router.put("/return-reasons/{code}", response=ReturnReason, operation_id="set_return_reason", summary="Set a reason")
@replayable
def set_return_reason(request: ApiRequest, code: ReasonCode, payload: ReturnReasonInput) -> ReturnReason:
    """Add a reason or change it; nothing is deleted, cases refer to it. Needs `returns.policies`."""
    actor = over_all_shops(request, CHANGE)
    facts = payload.model_dump(exclude={"questions"})
    questions = _questions(payload.questions)
    reasons.save_reason(actor, code=code, draft=msgspec.convert(facts | {"questions": questions}, ReasonDraft))
    saved = next(one for one in queries.all_reasons() if one.code == code)
    return ReturnReason.model_validate(msgspec.to_builtins(saved))


def _questions(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Read questions strictly. Raises: UnfitReason naming the field."""
    try:
        msgspec.convert(given, tuple[Question, ...])
    except msgspec.ValidationError as error:
        raise reasons.unreadable(error, "questions") from error
    return given
