"""What the desk of exceptions watches for, what is muted, and what its causes add up to."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Code, Filters, Input, Instant, Plain
from steward.kernel import errors, moment
from steward.modules.orders.commands import exceptions_causes as causes
from steward.modules.orders.commands import exceptions_muting as commands
from steward.modules.orders.queries import exception_figures as figures
from steward.modules.orders.queries import exceptions as queries
from steward.modules.orders.rules.detectors import SEVERITIES

RULES = "orders.exception_rules"
router = Router(tags=["exceptions"])
DetectorCode = Annotated[str, Path(min_length=1, max_length=50, pattern=Plain)]
MuteId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
CauseName = Annotated[str, Field(min_length=1, max_length=80, pattern=Plain)]
Reason = Annotated[str, Field(min_length=1, max_length=200, pattern=Plain)]


class DetectorItem(Schema):
    """What is watched for, and how many it has found that stand. Units: limits ending in `_s` are seconds."""

    code: str
    label: str
    active: bool
    severity: str
    responsible_role: str
    limits: dict[str, int]
    version: int
    set_at: datetime
    set_by: str
    open: int
    muted: int


class DetectorInput(Input):
    """What is watched for from now on. `version` is the one that was read; `limits` names each limit there is."""

    version: Annotated[int, Field(ge=1, le=BIGGEST_ID)]
    active: bool
    limits: dict[Code, Annotated[int, Field(ge=1, le=BIGGEST_ID)]] = Field({}, max_length=12)
    severity: str = Field(json_schema_extra={"enum": list(SEVERITIES)})
    responsible_role: Code
    reason: Reason


class CauseInput(Input):
    """What a cause is called in three languages, its group, and whether it can be named."""

    group: Code
    zh_hans: CauseName
    zh_hant: CauseName
    en: CauseName
    active: bool = True


class CauseLine(Schema):
    """A cause in its group; one that is not active cannot be named any more but stays counted."""

    code: str
    group: str
    labels: dict[str, str]
    active: bool


class MuteItem(Schema):
    """False alarms that need not be told until a day, and how many are kept silent."""

    id: int
    detector: str
    condition: list[dict[str, Any]]
    until: datetime
    reason: str
    made_at: datetime
    made_by: str
    ended_at: datetime | None
    silent: int


class MuteInput(Input):
    """What is muted: facts of a detector's exceptions, as conditions read them, until a day within three months."""

    detector: Code
    condition: list[dict[str, Any]] = Field(min_length=1, max_length=8)
    until: Instant
    reason: Reason


class FiguresQuery(Filters):
    """By cause, or by group of causes."""

    by_group: bool = False


class CountItem(Schema):
    """One bar of a Pareto chart: how many, which share, and the share of it and all greater ones together."""

    code: str
    label: str
    count: int
    share: float
    together: float


class WeekItem(Schema):
    """One week: how many opened, of those urgent, closed by themselves, dismissed as false alarms."""

    start: datetime
    end: datetime
    opened: int
    urgent: int
    automatic: int
    false_alarms: int


class ExceptionFigures(Schema):
    """What went wrong in the last eight weeks; what was muted is counted beside."""

    since: datetime
    until: datetime
    by_cause: list[CountItem]
    by_detector: list[CountItem]
    weeks: list[WeekItem]
    muted: int


@router.get(
    "/exception-rules", response=list[DetectorItem], operation_id="list_detectors", summary="List what is watched for"
)
def list_detectors(request: ApiRequest) -> list[queries.DetectorView]:
    """List every detector with its limits. Needs `orders.exception_rules`."""
    request.auth.require(RULES)
    return queries.detectors()


@router.put(
    "/exception-rules/{code}", response=DetectorItem, operation_id="set_detector", summary="Change what is watched for"
)
@replayable
def set_detector(request: ApiRequest, code: DetectorCode, payload: DetectorInput) -> DetectorItem:
    """Change one detector; it counts from the next look on. Needs `orders.exception_rules`."""
    commands.set_detector(
        request.auth,
        code=code,
        active=payload.active,
        limits=payload.limits,
        severity=payload.severity,
        responsible_role=payload.responsible_role,
        seen_version=payload.version,
        reason=payload.reason,
        now=moment.now(),
    )
    return DetectorItem.model_validate(next(one for one in queries.detectors() if one.code == code))


@router.put("/exception-causes/{code}", response=CauseLine, operation_id="set_cause", summary="Add or change a cause")
@replayable
def set_cause(request: ApiRequest, code: DetectorCode, payload: CauseInput) -> CauseLine:
    """Add a cause to a group, or change its words, group, or whether it counts. Needs `orders.exception_rules`."""
    labels = {"zh-hans": payload.zh_hans, "zh-hant": payload.zh_hant, "en": payload.en}
    causes.save_cause(request.auth, code=code, group=payload.group, labels=labels, active=payload.active)
    return CauseLine.model_validate(next(one for one in queries.causes(with_former=True) if one.code == code))


@router.get("/exception-mutes", response=list[MuteItem], operation_id="list_mutes", summary="List what is muted")
def list_mutes(request: ApiRequest) -> list[queries.MuteView]:
    """List mutes with how many exceptions each keeps silent. Needs `orders.exception_rules`."""
    request.auth.require(RULES)
    return queries.mutes()


@router.post("/exception-mutes", response=MuteItem, operation_id="mute_exceptions", summary="Mute false alarms")
@replayable
def mute_exceptions(request: ApiRequest, payload: MuteInput) -> MuteItem:
    """Mute what a detector sees of certain facts, until a day. Needs `orders.exception_rules`."""
    id_ = commands.mute_exceptions(
        request.auth,
        detector=payload.detector,
        condition=payload.condition,
        until=payload.until,
        reason=payload.reason,
        now=moment.now(),
    )
    return _mute(id_)


@router.post("/exception-mutes/{mute_id}/end", response=MuteItem, operation_id="end_mute", summary="End a mute")
@replayable
def end_mute(request: ApiRequest, mute_id: MuteId) -> MuteItem:
    """End a mute before its day; what it kept silent opens. Needs `orders.exception_rules`."""
    commands.end_mute(request.auth, mute_id=mute_id, now=moment.now())
    return _mute(mute_id)


@router.get(
    "/exception-figures",
    response=ExceptionFigures,
    operation_id="exception_figures",
    summary="Read causes and trends of exceptions",
)
def exception_figures(request: ApiRequest, query: Query[FiguresQuery]) -> dict[str, Any]:
    """Count exceptions of eight weeks by cause, kind and week. Needs `orders.exceptions`, for all shops."""
    refuse_unknown_filters(request, query)
    request.auth.require("orders.exceptions")
    if request.auth.scopes:
        raise errors.NotFound(key="exception-figures")
    found = figures.exception_figures(now=moment.now(), by_group=query.by_group)
    return {
        "since": found.since,
        "until": found.until,
        "by_cause": [_count(bar) for bar in found.by_cause],
        "by_detector": [_count(bar) for bar in found.by_detector],
        "weeks": found.weeks,
        "muted": found.muted,
    }


def _count(bar: figures.Bar) -> dict[str, Any]:
    one = bar.share
    return {"code": one.code, "label": str(bar.label), "count": one.count, "share": one.share, "together": one.together}


def _mute(mute_id: int) -> MuteItem:
    return MuteItem.model_validate(queries.mutes(mute_id=mute_id)[0])
