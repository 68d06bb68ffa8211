"""Time limits: the policies, and the clocks of a subject."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from msgspec import to_builtins
from msgspec.structs import asdict
from ninja import Field, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Code, Filters, Input, Instant, Plain, Text
from steward.kernel import errors, moment
from steward.kernel.calendar import NoWorkingTime
from steward.modules.deadlines import commands, queries

router = Router(tags=["deadlines"])
BIGGEST_ID = 2**63 - 1
LONGEST_S = commands.LONGEST_LIMIT_S
FURTHEST = timedelta(days=3_660)
Kind = Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]
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


class PolicyNew(PolicyInput):
    """A further line: for which kind of clock, under which code beside the others of that kind."""

    subject_kind: Kind
    clock_kind: Kind
    code: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_\-]*$")]


class PolicyEnd(Input):
    """Why a line counts no more."""

    reason: Text = ""


class PreviewInput(PolicyInput):
    """A policy that is tried out, and when something would arrive."""

    starts_at: Instant


class PreviewStep(Schema):
    """What would happen when: warned, breached or escalated, with verb and role."""

    kind: str
    at: datetime
    verb: str
    whom: str


class TeamPreview(Schema):
    """When it would be due for the people of a team; nothing: its calendar never opens."""

    team: str
    calendar: str
    due_at: datetime | None


class PolicyPreview(Schema):
    """When something would be due and what happens around it; by team where the owner's team decides."""

    started_at: datetime
    due_at: datetime
    steps: list[PreviewStep]
    teams: list[TeamPreview]


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


class ClockNote(Schema):
    """What happened to a clock: `at` the instant it belongs to, `noted_at` when it was written."""

    what: str
    at: datetime
    noted_at: datetime
    due_at: datetime | None
    verb: str
    whom: str
    reason: str
    actor: str


class ClockAct(Input):
    """What is done: due takes `due_at` and `reason`, release `reason`, pause `waits_for`; resume takes neither."""

    subject_kind: Code
    subject_id: RowId
    kind: Code
    act: Literal["due", "release", "pause", "resume"]
    due_at: Instant | None = None
    reason: Text = ""
    waits_for: str = Field("", json_schema_extra={"enum": ["", *commands.WAITS]})


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
    policy_id: int
    calendar: str
    history: list[ClockNote]


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
    return _read(commands.set_policy(request.auth, policy_id=policy_id, draft=draft, reason=reason))


@router.post("/policies", response=Policy, operation_id="add_policy", summary="Add a time limit")
@replayable
def add_policy(request: ApiRequest, body: PolicyNew) -> Any:
    """Put a further line in force for a kind of clock; what runs is recomputed. Needs `settings.policies`."""
    data = body.dict()
    kind = {name: data.pop(name) for name in ("subject_kind", "clock_kind", "code")}
    reason = data.pop("reason")
    return _read(commands.add_policy(request.auth, **kind, draft=commands.PolicyDraft(**data), reason=reason))


@router.post("/policies/preview", response=PolicyPreview, operation_id="preview_policy", summary="Try out a time limit")
def preview_policy(request: ApiRequest, body: PreviewInput) -> Any:
    """Say when something would be due under a policy, and what happens around it. Needs `settings.policies`."""
    request.auth.require("settings.policies")
    if abs(body.starts_at - moment.now()) > FURTHEST:
        raise errors.BadInput([{"field": "starts_at", "code": "unfit", "message": _("Give a day and a time.")}])
    data = body.dict()
    starts_at = data.pop("starts_at").astimezone(UTC)
    del data["reason"]
    draft = commands.PolicyDraft(**data)
    commands.check_draft(draft)
    try:
        preview = queries.due_preview(
            target_s=draft.target_s,
            calendar=draft.calendar,
            warnings=draft.warnings,
            ladder=draft.ladder,
            started_at=starts_at,
        )
    except NoWorkingTime as cause:
        raise commands.UnfitPolicy(part=_("Calendar")) from cause
    teams = queries.due_by_team(target_s=draft.target_s, started_at=starts_at) if draft.team_calendar else []
    return to_builtins(
        {"started_at": preview.started_at, "due_at": preview.due_at, "steps": preview.steps, "teams": teams}
    )


@router.get(
    "/policies/{policy_id}/versions",
    response=PolicyList,
    operation_id="list_policy_versions",
    summary="List the versions of a time limit",
)
def list_policy_versions(request: ApiRequest, policy_id: int) -> Any:
    """List every version of a policy's line, newest first, each with its reason. Needs `settings.policies`."""
    request.auth.require("settings.policies")
    found = queries.find_policy(policy_id) if 0 < policy_id <= BIGGEST_ID else None
    if found is None:
        raise errors.NotFound(key=policy_id)
    return {"rows": [_shown(policy) for policy in queries.policy_history(found)]}


@router.post(
    "/policies/{policy_id}/retire",
    response=Policy,
    operation_id="retire_policy",
    summary="Take a time limit out of force",
)
@replayable
def retire_policy(request: ApiRequest, policy_id: int, body: PolicyEnd) -> Any:
    """Let a policy count no more: its clocks go to the next that fits, or end. Needs `settings.policies`."""
    if not 0 < policy_id <= BIGGEST_ID:
        raise errors.NotFound(key=policy_id)
    commands.retire_policy(request.auth, policy_id=policy_id, reason=body.reason)
    return _read(policy_id)


@router.get("/clocks", response=ClockList, operation_id="list_clocks", summary="List the clocks of a subject")
def list_clocks(request: ApiRequest, query: Query[ClockQuery]) -> Any:
    """List what runs and ran for one subject, e.g. an order by its id. Needs `orders.view`, for all shops."""
    refuse_unknown_filters(request, query)
    request.auth.require("orders.view")
    if request.auth.scopes:
        raise errors.NotFound(key=query.subject_id)
    return _clocks(query.subject_kind, query.subject_id)


@router.post("/clocks", response=ClockList, operation_id="act_on_clock", summary="Date a clock, or let it wait")
@replayable
def act_on_clock(request: ApiRequest, body: ClockAct) -> Any:
    """Set when a running clock is due, or let it stand still and run on. Needs `deadlines.clocks`, for all shops.

    A marketplace's dispute deadline comes in here; while the customer has to act, the clock stands still.
    """
    actor, now = request.auth, moment.now()
    actor.require("deadlines.clocks")
    if actor.scopes:
        raise errors.NotFound(key=body.subject_id)
    clock = commands.ClockStop(body.subject_kind, body.subject_id, body.kind)
    match body.act:
        case "due":
            if body.due_at is None:
                raise commands.UnfitDue
            commands.date_clock(actor, clock=clock, due_at=body.due_at, reason=body.reason, now=now)
        case "release":
            commands.undate_clock(actor, clock=clock, reason=body.reason, now=now)
        case "pause":
            commands.hold_clock(actor, clock=clock, waits_for=body.waits_for, now=now)
        case "resume":
            commands.run_clock(actor, clock=clock, now=now)
    return ClockList.model_validate(_clocks(body.subject_kind, body.subject_id))


def _clocks(subject_kind: str, subject_id: int) -> dict[str, Any]:
    now, found = moment.now(), queries.clocks_of(subject_kind, subject_id)
    histories = queries.histories_of([one.id for one in found])
    return {"rows": [_clock(one, now, histories.get(one.id, [])) for one in found]}


def _read(policy_id: int) -> Policy:
    found = queries.find_policy(policy_id)
    if found is None:
        raise errors.NotFound(key=policy_id)
    return Policy(**_shown(found))


def _shown(policy: queries.PolicyView) -> dict[str, Any]:
    facts = asdict(policy)
    return facts | {name: to_builtins(facts[name]) for name in ("condition", "reply_rule", "warnings", "ladder")}


def _clock(clock: queries.ClockView, now: datetime, history: Sequence[queries.HistoryView]) -> dict[str, Any]:
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
        "policy_id": clock.policy_id,
        "calendar": clock.calendar or (clock.policy.calendar if clock.policy else ""),
        "history": [{name: getattr(entry, name) for name in ClockNote.model_fields} for entry in history],
    }
