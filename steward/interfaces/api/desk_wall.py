"""The service desk as supervisors see it: the live wall, advice, routing with its trial, what looks too good."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Code, Filters, Input, Plain, Text
from steward.kernel import errors, moment
from steward.modules.deadlines.rules.conditions import OPS
from steward.modules.desk.commands import routing_rules
from steward.modules.desk.commands.whispering import whisper
from steward.modules.desk.queries import gaming, routing, routing_views, routing_wall
from steward.modules.desk.queries.ticket import ticket_id

router = Router(tags=["desk"])
WATCH, SET_UP = "tickets.supervise", "settings.desk"
Number = Annotated[str, Path(min_length=1, max_length=30, pattern=Plain)]
RuleCode = Annotated[str, Path(pattern="^[a-z0-9-]{1,50}$")]
Weight = Annotated[int, Field(ge=0, le=100)]
Tile = Literal["active", "unassigned", "awaiting", "late", "at_risk", "urgent", "waiting"]
GamingKind = Literal["paused_unanswered", "solved_wordless", "solved_reopened", "closed_unanswered"]
Why = Literal["", "key_agent", "knows_customer", "only_one", "most_room"]


class WallAgent(Schema):
    """Somebody at the desk. `standing`: why they get no tickets now. Units: load and capacity hundredths of a case."""

    staff_id: int
    name: str
    shift: str
    until: datetime | None
    presence: Literal["online", "break", "meeting", "away", "offline"]
    standing: str
    load: int
    capacity: int
    active: int
    awaiting: int
    waiting: int
    late: int
    at_risk: int
    waits_since: datetime | None


class DeskWall(Schema):
    """What the desk looks like now. `half_wait_s`: half of those who await an answer have waited longer."""

    at: datetime
    tiles: dict[Tile, int]
    waits_since: datetime | None
    unassigned_since: datetime | None
    half_wait_s: int | None
    agents: list[WallAgent]


class WallTicketsQuery(Filters):
    """Which tile, and of whom."""

    tile: Tile = "active"
    owner_id: Annotated[int, Field(ge=1, le=BIGGEST_ID)] | None = None


class WallTicket(Schema):
    """One active ticket behind a tile."""

    number: str
    subject: str
    state: str
    priority: str
    urgency: str
    channel: str
    owner_id: int | None
    owner: str
    awaits_since: datetime | None
    due_at: datetime | None


class WhisperInput(Input):
    """Advice for who works on a ticket."""

    text: Text


class WhisperItem(Schema):
    """The note that was left."""

    message_id: int


class AssignmentItem(Schema):
    """Why a ticket went to somebody, or to nobody yet; `rejected` counts people by why they did not get it."""

    at: datetime
    how: Literal["routed", "queued", "returned"]
    why: Why
    staff_id: int | None
    before_id: int | None
    rule: str | None
    needs: list[str]
    weight: int
    load: int | None
    capacity: int | None
    rejected: dict[str, int]


class RoutingCandidate(Schema):
    """Somebody a ticket could go to; `reason` says why not."""

    staff_id: int
    name: str
    reason: str
    score: int
    load: int
    capacity: int
    chosen: bool


class RoutingTrial(Schema):
    """Where a ticket would go now (null: nobody can take it), by which rule, and what it asks for."""

    rule: str | None
    needs: dict[str, int]
    staff_id: int | None
    why: Why
    candidates: list[RoutingCandidate]


class TrialQuery(Filters):
    """The ticket that is tried, or the facts of one."""

    number: str = Field("", max_length=30, pattern=Plain)
    channel: str = Field("", max_length=12, pattern=Plain)
    category: str = Field("", max_length=40, pattern=Plain)
    language: str = Field("", max_length=10, pattern=Plain)
    priority: Literal["", "low", "normal", "high", "urgent"] = ""
    urgency: Literal["", "normal", "urgent"] = ""


class RoutingTest(Input):
    """One thing that must hold of a ticket."""

    fact: Code
    op: str = Field(json_schema_extra={"enum": list(OPS)})
    value: bool | int | str | list[str]


class RoutingRuleInput(Input):
    """A rule. `seen_version` is the version the writer saw, 0 for a new rule."""

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=Plain)]
    rank: Annotated[int, Field(ge=1, le=999)] = 100
    condition: Annotated[list[RoutingTest], Field(max_length=8)] = []
    skill: str = Field("", max_length=50, pattern=Plain)
    level: Annotated[int, Field(ge=1, le=5)] = 1
    team: str = Field("", max_length=50, pattern=Plain)
    team_only: bool = False
    weight_previous: Weight = 60
    weight_team: Weight = 40
    weight_skill: Weight = 10
    weight_load: Annotated[int, Field(ge=1, le=100)] = 100
    reason: Text
    seen_version: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class RoutingRuleItem(Schema):
    """A rule in force, and how many tickets went by it in the last thirty days."""

    code: str
    version: int
    name: str
    rank: int
    condition: list[dict[str, Any]]
    skill: str
    level: int
    team: str
    team_only: bool
    weight_previous: int
    weight_team: int
    weight_skill: int
    weight_load: int
    set_at: datetime
    set_by: str
    used: int


class GamingQuery(Filters):
    """Over how many days, and which kind."""

    days: Annotated[int, Field(ge=1, le=366)] = 30
    kind: GamingKind | Literal[""] = ""


class GamingCase(Schema):
    """One time something looked better than it was."""

    kind: GamingKind
    number: str
    subject: str
    at: datetime
    by: str
    staff_id: int | None
    since: datetime | None


class GamingReport(Schema):
    """The cases of some days, newest first, and how many there are of each kind."""

    by_kind: dict[GamingKind, int]
    cases: list[GamingCase]


@router.get("/desk/wall", response=DeskWall, operation_id="desk_wall", summary="Tell what the service desk has now")
def desk_wall(request: ApiRequest) -> routing_wall.Wall:
    """Count tickets by tile and tell what everybody has. Needs `tickets.supervise`."""
    request.auth.require(WATCH)
    return routing_wall.wall(at=moment.now())


@router.get(
    "/desk/wall/tickets", response=list[WallTicket], operation_id="desk_wall_tickets", summary="List what a tile counts"
)
def desk_wall_tickets(request: ApiRequest, query: Query[WallTicketsQuery]) -> list[dict[str, Any]]:
    """List the first hundred tickets behind a tile, what is due next first. Needs `tickets.supervise`."""
    refuse_unknown_filters(request, query)
    request.auth.require(WATCH)
    rows = routing_wall.wall_tickets(query.tile, at=moment.now(), owner_id=query.owner_id)
    names = [name for name in WallTicket.model_fields if name != "due_at"]
    return [
        {name: getattr(row, name) for name in names} | {"due_at": row.clock.due_at if row.clock else None}
        for row in rows
    ]


@router.post(
    "/tickets/{number}/advice", response=WhisperItem, operation_id="advise_on_ticket", summary="Advise quietly"
)
@replayable
def advise_on_ticket(request: ApiRequest, number: Number, payload: WhisperInput) -> WhisperItem:
    """Leave advice for who works on a ticket; customers never see it. Needs `tickets.supervise`."""
    request.auth.require(WATCH)
    id_ = whisper(request.auth, ticket_id=ticket_id(number), text=payload.text, now=moment.now())
    return WhisperItem(message_id=id_)


@router.get(
    "/tickets/{number}/assignments",
    response=list[AssignmentItem],
    operation_id="list_assignments",
    summary="Tell why a ticket is with whom it is",
)
def list_assignments(request: ApiRequest, number: Number) -> list[routing.AssignmentView]:
    """List how a ticket was given out, newest first. Needs `tickets.view`."""
    request.auth.require("tickets.view")
    return routing.assignments(ticket_id(number))


@router.get("/desk/routing", response=RoutingTrial, operation_id="try_routing", summary="Try where a ticket would go")
def try_routing(request: ApiRequest, query: Query[TrialQuery]) -> dict[str, Any]:
    """Tell where a ticket would go, with everybody who would not get it and why. Needs `settings.desk`."""
    refuse_unknown_filters(request, query)
    request.auth.require(SET_UP)
    now = moment.now()
    facts = query.dict(exclude={"number"})
    found = routing_views.preview(ticket_id(query.number), at=now) if query.number else None
    found = found or routing_views.preview_of(facts, at=now)
    return {
        "rule": found.rule.code if found.rule else None,
        "needs": dict(found.wish.needs),
        "staff_id": found.staff_id,
        "why": found.why,
        "candidates": found.candidates,
    }


@router.get(
    "/desk/routing/rules",
    response=list[RoutingRuleItem],
    operation_id="list_routing_rules",
    summary="List routing rules",
)
def list_routing_rules(request: ApiRequest) -> list[routing_views.RuleView]:
    """List the rules in the order in which they are asked. Needs `settings.desk`."""
    request.auth.require(SET_UP)
    return routing_views.rule_views(at=moment.now())


@router.put(
    "/desk/routing/rules/{code}",
    response=RoutingRuleItem,
    operation_id="set_routing_rule",
    summary="Write a routing rule",
)
@replayable
def set_routing_rule(request: ApiRequest, code: RuleCode, payload: RoutingRuleInput) -> RoutingRuleItem:
    """Put a rule in force as a new version. Needs `settings.desk`."""
    facts = payload.dict(exclude={"reason", "seen_version"})
    draft = routing_rules.RuleDraft(**facts)
    routing_rules.save_rule(
        request.auth, code=code, draft=draft, reason=payload.reason, seen_version=payload.seen_version
    )
    found = next((one for one in routing_views.rule_views(at=moment.now()) if one.code == code), None)
    if found is None:
        raise errors.NotFound(key=code)
    return RoutingRuleItem.model_validate(found)


@router.get(
    "/desk/gaming",
    response=GamingReport,
    operation_id="gaming_report",
    summary="Find what looks better than it was",
)
def gaming_report(request: ApiRequest, query: Query[GamingQuery]) -> gaming.Report:
    """List clocks paused though the customer had answered, solutions without a word, and the like.

    Needs `tickets.supervise`.
    """
    refuse_unknown_filters(request, query)
    request.auth.require(WATCH)
    now = moment.now()
    return gaming.gaming_report(start=now - timedelta(days=query.days), end=now, kind=query.kind)
