"""Four-eyes: what waits for a second person, verdicts, limits, and the accuracy of entries."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, BIGGEST_MINOR, Filters, IdAfter, Input, Plain
from steward.kernel import errors, moment
from steward.kernel.actor import NotPermitted
from steward.modules.approvals import commands, queries, rules

router = Router(tags=["approvals"])
ApprovalId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Kind = Annotated[str, Path(min_length=1, max_length=40, pattern=Plain, description="One of " + ", ".join(rules.KINDS))]
KINDS = ("", *rules.KINDS)
VIEW = "approvals.view"


class ApprovalQuery(Filters):
    """How a list of requests is narrowed. `after` is the `next_after` of the page before."""

    state: Literal["open", "granted", "refused", "expired", "withdrawn"] = "open"
    kind: str = Field("", json_schema_extra={"enum": list(KINDS)}, pattern="^(" + "|".join(KINDS) + ")$")
    mine: bool = Field(default=False, description="Only what the caller may decide")
    after: IdAfter | None = Field(None, description="The id of the last request of the page before")


class ApprovalVerdictInput(Input):
    """What a second person decides. A refusal needs its reason."""

    verdict: Literal["grant", "refuse"]
    reason: Annotated[str, Field(max_length=300, pattern=Plain)] = ""


class ApprovalVerdict(Schema):
    """One verdict; `for_person` differs from `decided_by` where somebody stood in."""

    decided_by: str
    for_person: str
    verdict: Literal["grant", "refuse"]
    reason: str
    decided_at: datetime


class Approval(Schema):
    """One request. Units: minor units of the currency."""

    id: int
    kind: str
    subject_kind: str
    subject_id: int
    subject_number: str
    role: str
    needed: int
    amount_minor: int
    currency: str
    facts: dict[str, Any]
    reason: str
    asked_by: str
    involved: list[str]
    asked_at: datetime
    due_at: datetime
    state: Literal["open", "granted", "refused", "expired", "withdrawn"]
    settled_at: datetime | None
    decisions: list[ApprovalVerdict]
    missing: int


class ApprovalPage(Schema):
    """Requests, next due first; go on with `after` = `next_after`."""

    rows: list[Approval]
    next_after: int | None


class ApprovalTierInput(Input):
    """From which amount on how many people of which role have to agree. Units: minor units; seconds."""

    deciders: int = Field(ge=0, le=5)
    role: Annotated[str, Field(max_length=60, pattern=Plain)] = ""
    within_s: int = Field(86_400, ge=60, le=90 * 86_400)
    currency: Annotated[str, Field(pattern="^([A-Z]{3})?$")] = ""
    from_minor: int = Field(0, ge=0, le=BIGGEST_MINOR)


class ApprovalTier(Schema):
    """From which amount on how many people of which role have to agree. Units: minor units; seconds."""

    deciders: int
    role: str
    within_s: int
    currency: str
    from_minor: int


class ApprovalPolicyInput(Input):
    """New limits of a kind; `version` is the one the change was made on."""

    tiers: list[ApprovalTierInput] = Field(min_length=1, max_length=rules.MOST_TIERS)
    version: int = Field(ge=1, le=2**31 - 1)


class ApprovalPolicy(Schema):
    """The limits of a kind, in force since."""

    kind: str
    version: int
    tiers: list[ApprovalTier]
    set_at: datetime
    set_by: str


class ApprovalPolicyList(Schema):
    """The limits of every kind."""

    rows: list[ApprovalPolicy]


def _look(request: ApiRequest) -> None:
    """Let in who may see approvals of all shops; requests tell of no shop a narrower caller could be held to."""
    request.auth.require(VIEW)
    if request.auth.scopes:
        raise NotPermitted(permission=VIEW)


@router.get("/approvals", response=ApprovalPage, operation_id="list_approvals", summary="List requests for approval")
def list_approvals(request: ApiRequest, narrow: Query[ApprovalQuery]) -> Any:
    """List what waits for a second person, or was settled; next due first. Needs `approvals.view` for all shops."""
    refuse_unknown_filters(request, narrow)
    _look(request)
    before = queries.approval(narrow.after) if narrow.after else None
    rows = queries.approvals_page(
        request.auth,
        mine_only=narrow.mine,
        now=moment.now(),
        state=narrow.state,
        kind=narrow.kind,
        after=(before.due_at, before.id) if before else None,
    )
    return {"rows": rows, "next_after": rows[-1].id if len(rows) == queries.PAGE else None}


@router.get("/approvals/{approval_id}", response=Approval, operation_id="get_approval", summary="Read a request")
def get_approval(request: ApiRequest, approval_id: ApprovalId) -> Any:
    """Read one request with every verdict. Needs `approvals.view` for all shops."""
    _look(request)
    return _found(approval_id)


@router.post(
    "/approvals/{approval_id}/decision", response=Approval, operation_id="decide_approval", summary="Give a verdict"
)
@replayable
def decide_approval(request: ApiRequest, approval_id: ApprovalId, payload: ApprovalVerdictInput) -> Approval:
    """Agree to a request or refuse it, in a person's session; never in one's own matter. Needs `approvals.decide`."""
    _look(request)
    commands.decide(
        request.auth, approval_id=approval_id, verdict=payload.verdict, reason=payload.reason, now=moment.now()
    )
    return Approval.model_validate(_found(approval_id))


def _found(approval_id: int) -> queries.ApprovalView:
    found = queries.approval(approval_id)
    if found is None:
        raise errors.NotFound(key=approval_id)
    return found


@router.get(
    "/approval-policies", response=ApprovalPolicyList, operation_id="list_approval_policies", summary="List the limits"
)
def list_policies(request: ApiRequest) -> Any:
    """List, by kind, who has to agree from which amount on. Needs `approvals.view`."""
    request.auth.require(VIEW)
    return {"rows": queries.policies()}


@router.put(
    "/approval-policies/{kind}", response=ApprovalPolicy, operation_id="set_approval_policy", summary="Set limits"
)
@replayable
def set_policy(request: ApiRequest, kind: Kind, payload: ApprovalPolicyInput) -> ApprovalPolicy:
    """Put new limits of a kind in force for what is asked from now on. Needs `settings.policies`."""
    tiers = [rules.Tier(**tier.model_dump()) for tier in payload.tiers]
    commands.set_policy(request.auth, kind=kind, tiers=tiers, version=payload.version)
    return ApprovalPolicy.model_validate(next(one for one in queries.policies() if one.kind == kind))
