"""Surge mode: the load of the queues, plans, switching on and off."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from ninja import Field, Path, Router, Schema

from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Code, Input, Text
from steward.kernel import moment
from steward.modules.incidents import commands, queries
from steward.modules.incidents.rules import queueing
from steward.modules.incidents.rules.surges import MOST_PERCENT, QUEUES

router = Router(tags=["surge"])
SurgeId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
PlanCode = Annotated[str, Path(pattern="^[a-z0-9-]{1,50}$")]
QueueCode = Literal["audit", "mend", "exceptions"]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class QueueLoad(Schema):
    """The load of a queue. `drain_s` and `expected_wait_s` are null where it never empties."""

    queue: QueueCode
    waiting: int
    arriving_per_hour: float
    each_per_hour: float
    people: int
    drain_s: int | None
    expected_wait_s: int | None
    forecast: list[float] = Field(description="How many wait at the end of each of the next steps of ten minutes")


class SurgeItem(Schema):
    """One time of surge. `why`: the measure that was reached, or hand."""

    id: int
    queue: QueueCode
    plan_code: str
    plan_name: str
    state: Literal["active", "ended"]
    why: Literal["waiting", "arriving", "drain", "hand"]
    reason: str
    most_waiting: int
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    ended_by: str
    end_reason: str
    changes: int
    undone: int


class SurgeStanding(Schema):
    """Every watched queue and what is on."""

    queues: list[QueueLoad]
    active: list[SurgeItem]


class SurgeChangeItem(Schema):
    """One thing a surge changed; `left` says why it was not undone."""

    kind: Literal["raise_limits", "call_in", "postpone_low"]
    subject: str
    before: Any
    after: Any
    done_at: datetime
    undone_at: datetime | None
    left: str


class SurgePage(Schema):
    """Surges, newest first."""

    rows: list[SurgeItem]


class SurgeDetail(Schema):
    """One surge with the first two hundred things it changed."""

    surge: SurgeItem
    changes: list[SurgeChangeItem]


class SurgeStart(Input):
    """Which plan is switched on, and why."""

    plan: Code
    reason: Text


class SurgeEnd(Input):
    """Why it is over."""

    reason: Text


class SurgeTrigger(Input):
    """When a plan begins by itself (a measure that is null is not looked at) and when it ends."""

    waiting: Count | None = None
    arriving_per_hour: Count | None = None
    drain_min: Count | None = None
    calm_below: Count
    calm_min: Annotated[int, Field(ge=0, le=10_000)] = 15


class SurgeAction(Input):
    """What is done: `percent` belongs to raise_limits, `team` to call_in."""

    kind: Literal["raise_limits", "call_in", "postpone_low"]
    percent: Annotated[int, Field(gt=100, le=MOST_PERCENT)] | None = None
    team: Code | None = None


class SurgePlanInput(Input):
    """A plan. `seen_version` is the version the writer saw, 0 for a new plan."""

    name: Code
    queue: QueueCode
    by_rule: bool
    trigger: SurgeTrigger
    actions: Annotated[list[SurgeAction], Field(min_length=1, max_length=3)]
    reason: Text
    seen_version: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class SurgePlanItem(Schema):
    """A plan in force."""

    code: str
    version: int
    name: str
    queue: QueueCode
    by_rule: bool
    trigger: Any
    actions: Any


@router.get("/surge", response=SurgeStanding, operation_id="surge_standing", summary="Tell load and surge mode")
def standing(request: ApiRequest) -> SurgeStanding:
    """Tell the load of every watched queue and which surges are on. Needs `incidents.view`."""
    request.auth.require("incidents.view")
    loads = [_load(queue) for queue in QUEUES]
    return SurgeStanding.model_validate({"queues": loads, "active": queries.active_surges()})


def _load(queue: str) -> dict[str, Any]:
    now = moment.now()
    load = queries.load_of(queue, now=now)
    return msgspec.structs.asdict(load) | {
        "queue": queue,
        "drain_s": _finite(queueing.drain_s(load)),
        "expected_wait_s": _finite(queueing.expected_wait_s(load)),
        "forecast": [round(one, 1) for one in queries.forecast(queue, load, now=now)],
    }


def _finite(seconds: float) -> int | None:
    return round(seconds) if seconds < queueing.LONGEST_S else None


@router.get("/surges", response=SurgePage, operation_id="list_surges", summary="List surges")
def list_surges(request: ApiRequest) -> SurgePage:
    """List the newest surges. Needs `incidents.view`."""
    request.auth.require("incidents.view")
    return SurgePage.model_validate({"rows": queries.surge_page()})


@router.post("/surges", response=SurgeDetail, operation_id="start_surge", summary="Switch a plan on")
@replayable
def start_surge(request: ApiRequest, payload: SurgeStart) -> SurgeDetail:
    """Switch a plan on by hand. Needs `incidents.surge`."""
    request.auth.require("incidents.surge")
    surge_id = commands.start_surge(request.auth, plan_code=payload.plan, reason=payload.reason, now=moment.now())
    return _detail(surge_id)


@router.get("/surges/{surge_id}", response=SurgeDetail, operation_id="read_surge", summary="Read one surge")
def read_surge(request: ApiRequest, surge_id: SurgeId) -> SurgeDetail:
    """Read one surge with what it changed. Needs `incidents.view`."""
    request.auth.require("incidents.view")
    return _detail(surge_id)


@router.post("/surges/{surge_id}/end", response=SurgeDetail, operation_id="end_surge", summary="End a surge")
@replayable
def end_surge(request: ApiRequest, surge_id: SurgeId, payload: SurgeEnd) -> SurgeDetail:
    """End a surge; what it changed is undone, but for what people have changed since. Needs `incidents.surge`."""
    request.auth.require("incidents.surge")
    commands.end_surge(request.auth, surge_id=surge_id, reason=payload.reason, now=moment.now())
    return _detail(surge_id)


def _detail(surge_id: int) -> SurgeDetail:
    return SurgeDetail.model_validate({"surge": queries.surge(surge_id), "changes": queries.changes_of(surge_id)})


@router.get(
    "/surge-plans", response=list[SurgePlanItem], operation_id="list_surge_plans", summary="List plans for surges"
)
def list_plans(request: ApiRequest) -> list[SurgePlanItem]:
    """List the plans in force. Needs `incidents.view`."""
    request.auth.require("incidents.view")
    return [_plan(one) for one in queries.plans()]


@router.put(
    "/surge-plans/{code}", response=SurgePlanItem, operation_id="save_surge_plan", summary="Put a plan in force"
)
@replayable
def save_plan(request: ApiRequest, code: PlanCode, payload: SurgePlanInput) -> SurgePlanItem:
    """Put a plan, or a new version of it, in force. Needs `incidents.plans`."""
    request.auth.require("incidents.plans")
    draft = commands.PlanDraft(
        name=payload.name,
        queue=payload.queue,
        by_rule=payload.by_rule,
        trigger=payload.trigger.model_dump(),
        actions=[one.model_dump(exclude_none=True) for one in payload.actions],
    )
    commands.save_plan(request.auth, code=code, draft=draft, reason=payload.reason, seen_version=payload.seen_version)
    return _plan(queries.plan(code))


def _plan(one: queries.PlanView) -> SurgePlanItem:
    return SurgePlanItem.model_validate(msgspec.to_builtins(one))
