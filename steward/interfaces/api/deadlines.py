"""Time limits: the policies, and the clocks of a subject."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import to_builtins
from msgspec.structs import asdict
from ninja import Field, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Code, Filters, Input, Text
from steward.kernel import errors, moment
from steward.modules.deadlines import commands, queries

router = Router(tags=["deadlines"])
BIGGEST_ID = 2**63 - 1
LONGEST_S = commands.LONGEST_LIMIT_S
RowId = Annotated[int, Field(ge=1, le=BIGGEST_ID)]


class PolicyInput(Input):
    """What a policy says from now on. Units: seconds of working time; the lists as they are read back.

    With `team_calendar` the hours of the owner's team count, and those of `calendar` where nobody owns the subject.
    """

    name: Annotated[Text, Field(max_length=120)] = ""
    rank: int = Field(100, ge=0, le=9_999)
    condition: list[dict[str, Any]] = Field([], max_length=8)
    target_s: int = Field(ge=1, le=LONGEST_S)
    responsible_role: Code
    calendar: Code = "always"
    team_calendar: bool = False
    pausable: bool = True
    reply_rule: list[dict[str, Any]] = Field([], max_length=8)
    warnings: list[dict[str, Any]] = Field([], max_length=12)
    ladder: list[dict[str, Any]] = Field([], max_length=12)
    reason: Text = ""


class Policy(Schema):
    """One version of a policy. Of those whose condition holds the lowest rank counts."""

    id: int
    subject_kind: str
    clock_kind: str
    code: str
    version: int
    name: str
    rank: int
    condition: list[dict[str, Any]]
    target_s: int
    responsible_role: str
    calendar: str
    team_calendar: bool
    pausable: bool
    reply_rule: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    ladder: list[dict[str, Any]]
    active: bool
    set_at: datetime
    reason: str


class PolicyList(Schema):
    """The policies in force."""

    rows: list[Policy]


class ClockQuery(Filters):
    """Whose clocks."""

    subject_kind: Code
    subject_id: RowId


class SubjectClock(Schema):
    """One clock as it stands now, whether or not a sweep has come by. Units: seconds of working time."""

    kind: str
    cycle: int
    state: str
    target_s: int
    used_s: int
    started_at: datetime
    due_at: datetime | None
    remaining_s: int | None
    stopped_at: datetime | None
    breached_at: datetime | None
    paused_reason: str
    external: bool
    owner_id: int | None
    warnings_given: int
    escalation_steps: int


class ClockList(Schema):
    """The clocks of a subject in the order they started."""

    rows: list[SubjectClock]


@router.get("/policies", response=PolicyList, operation_id="list_policies", summary="List the time limits in force")
def list_policies(request: ApiRequest) -> Any:
    """List every policy in force. Needs `settings.policies`."""
    request.auth.require("settings.policies")
    return {"rows": [_shown(policy) for policy in queries.active_policies()]}


@router.put("/policies/{policy_id}", response=Policy, operation_id="set_policy", summary="Change a time limit")
@replayable
def set_policy(request: ApiRequest, policy_id: int, body: PolicyInput) -> Any:
    """Put a new version in force; what runs is recomputed with the reason. Needs `settings.policies`.

    The answer holds the id of the new version: the old one cannot be changed any more (409).
    """
    if not 0 < policy_id <= BIGGEST_ID:
        raise errors.NotFound(key=policy_id)
    data = body.dict()
    reason = data.pop("reason")
    draft = commands.PolicyDraft(**data)
    new_id = commands.set_policy(request.auth, policy_id=policy_id, draft=draft, reason=reason)
    found = queries.find_policy(new_id)
    if found is None:
        raise errors.NotFound(key=new_id)
    return Policy(**_shown(found))


@router.get("/clocks", response=ClockList, operation_id="list_clocks", summary="List the clocks of a subject")
def list_clocks(request: ApiRequest, query: Query[ClockQuery]) -> Any:
    """List what runs and ran for one subject, e.g. an order by its id. Needs `orders.view`, for all shops."""
    refuse_unknown_filters(request, query)
    request.auth.require("orders.view")
    if request.auth.scopes:
        raise errors.NotFound(key=query.subject_id)
    now = moment.now()
    return {"rows": [_clock(one, now) for one in queries.clocks_of(query.subject_kind, query.subject_id)]}


def _shown(policy: queries.PolicyView) -> dict[str, Any]:
    facts = asdict(policy)
    return facts | {name: to_builtins(facts[name]) for name in ("condition", "reply_rule", "warnings", "ladder")}


def _clock(clock: queries.ClockView, now: datetime) -> dict[str, Any]:
    state, (warned, escalated) = clock.state(now), clock.steps(now)
    return {
        "kind": clock.kind,
        "cycle": clock.cycle,
        "state": state.state,
        "target_s": clock.target_s,
        "used_s": clock.used_s(now),
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "remaining_s": state.remaining_s,
        "stopped_at": clock.stopped_at,
        "breached_at": state.breached_at,
        "paused_reason": clock.paused_reason or "",
        "external": clock.external,
        "owner_id": clock.owner_id,
        "warnings_given": warned,
        "escalation_steps": escalated,
    }
