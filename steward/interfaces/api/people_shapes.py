"""The shapes of teams, rosters, leave, on-call and calendars."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Path, Schema
from pydantic import AwareDatetime

from steward.interfaces.api.schemas import BIGGEST_ID, Code, Filters, IdAfter, Input, Instant, Plain, Text

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
MOST_DUTIES = 1_000
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY, strict=False)]
Id = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
PathId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
PathCode = Annotated[str, Path(min_length=1, max_length=50, pattern=r"^[a-zA-Z0-9_-]+$")]
Minute = Annotated[int, Field(ge=0, le=1440)]
Window = Annotated[list[Minute], Field(min_length=2, max_length=2, description="[start, end] in minutes of the day")]
Windows = Annotated[list[Window], Field(max_length=24)]


class TeamInput(Input):
    """How a team shall be."""

    name: Code
    manager_id: Id | None = None
    parent_code: Code | None = None
    calendar_code: Code = "always"
    time_zone: Code = "Asia/Shanghai"
    languages: list[Literal["zh", "en", "de", "ja", "fr", "es"]] = Field(default_factory=list, max_length=6)
    minimum_on_duty: int = Field(0, ge=0, le=500)
    is_active: bool = True


class MemberInput(Input):
    """Somebody's place in a team. Units: percent of their time."""

    staff_id: Id
    share_percent: int = Field(100, ge=1, le=100)
    is_primary: bool = True


class MembersInput(Input):
    """Exactly who is in a team."""

    members: list[MemberInput] = Field(max_length=MOST_DUTIES)


class DutyInput(Input):
    """Somebody to be put on a shift of a day."""

    staff_id: Id
    shift: Code
    on: Day


class DutiesInput(Input):
    """Duties to plan; what cannot be comes back with its reason, the rest goes in."""

    duties: list[DutyInput] = Field(min_length=1, max_length=MOST_DUTIES)


class CancelDutiesInput(Input):
    """Duties to cancel, and why."""

    ids: list[Id] = Field(min_length=1, max_length=MOST_DUTIES)
    reason: Code


class LeaveInput(Input):
    """Leave to ask for; for somebody else it takes `people.roster`."""

    staff_id: Id
    kind: Literal["annual", "sick", "personal", "training", "parental", "other"]
    starts_at: Instant
    ends_at: Instant
    delegate_id: Id | None = None
    note: Text = ""


class LeaveDecisionInput(Input):
    """What somebody else decides on a leave."""

    approve: bool
    confirm_uncovered: bool = False
    note: Text = ""


class OverrideInput(Input):
    """Somebody takes a tier of on-call for a while."""

    tier: Literal["primary", "secondary"]
    staff_id: Id
    starts_at: Instant
    ends_at: Instant
    reason: Code


class CalendarInput(Input):
    """A new version of a calendar. `week` is Monday to Sunday; `exceptions` by local date, [] = nobody works."""

    name: Code
    zone: Code = "Asia/Shanghai"
    always: bool = False
    week: list[Windows] = Field(min_length=7, max_length=7)
    country: Annotated[str, Field(max_length=2, pattern=Plain)] = ""
    exceptions: dict[str, Windows] = Field(default_factory=dict, max_length=400)
    reason: Text = ""


class SpanQuery(Filters):
    """A stretch of local days, at most 92 of them."""

    first: Day
    last: Day


class DutyQuery(SpanQuery):
    """Which duties."""

    team: Code | None = None
    staff_id: IdAfter | None = None


class LeaveQuery(Filters):
    """Which leave."""

    staff_id: IdAfter | None = None
    state: Literal["requested", "approved", "refused", "withdrawn"] | None = None


class AtQuery(Filters):
    """When; now, where no time is given."""

    at: AwareDatetime | None = None


class TeamOut(Schema):
    """One team."""

    code: str
    name: str
    manager_id: int | None
    manager_name: str
    parent_code: str | None
    calendar_code: str
    time_zone: str
    languages: list[str]
    minimum_on_duty: int
    is_active: bool
    size: int


class TeamList(Schema):
    """Teams by name."""

    rows: list[TeamOut]


class MemberOut(Schema):
    """Somebody's place in a team, with what they can do. `levels` by skill code."""

    staff_id: int
    name: str
    username: str
    share_percent: int
    is_primary: bool
    is_active: bool
    levels: dict[str, int]
    capacity: int | None


class ShiftOut(Schema):
    """A shift template. Units: minutes of the team's local day."""

    code: str
    name: str
    start_min: int
    end_min: int
    is_active: bool


class TeamFull(Schema):
    """A team with its people and shifts."""

    team: TeamOut
    members: list[MemberOut]
    shifts: list[ShiftOut]


class DutyOut(Schema):
    """One person on one shift."""

    id: int
    team_code: str
    staff_id: int
    name: str
    shift_code: str
    shift_name: str
    on_date: date
    starts_at: datetime
    ends_at: datetime
    state: str
    source: str


class GapOut(Schema):
    """A stretch with too few people on duty."""

    starts_at: datetime
    ends_at: datetime
    present: int
    wanted: int


class DutyList(Schema):
    """Duties by when they begin; where a team is named, also where too few are on duty."""

    rows: list[DutyOut]
    gaps: list[GapOut]


class PlannedOut(Schema):
    """What became of one duty."""

    staff_id: int
    shift: str
    on: date
    outcome: Literal["planned", "exists", "overlaps", "on_leave", "unknown_person", "unknown_shift"]
    duty_id: int | None


class PlannedList(Schema):
    """One answer per duty, in order."""

    results: list[PlannedOut]


class Cancelled(Schema):
    """How many duties were cancelled."""

    cancelled: int


class LeaveOut(Schema):
    """One leave."""

    id: int
    staff_id: int
    name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    note: str
    delegate_id: int | None
    delegate: str | None
    state: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str


class LeaveList(Schema):
    """Leave: what waits first."""

    rows: list[LeaveOut]


class OnCallOut(Schema):
    """Who is on call for a team. `since` and `until` bound the turn."""

    team_code: str
    primary_id: int | None
    secondary_id: int | None
    since: datetime
    until: datetime


class OnCallList(Schema):
    """Who is on call, per team that has turns."""

    rows: list[OnCallOut]


class OverrideMade(Schema):
    """An override that counts."""

    id: int


class PresenceOut(Schema):
    """Whether somebody is there."""

    staff_id: int
    state: Literal["online", "break", "meeting", "away"]


class PresenceList(Schema):
    """Everybody who is not offline."""

    rows: list[PresenceOut]


class CalendarOut(Schema):
    """One version of a calendar; `days` is what holidays and exceptions made of single dates."""

    code: str
    version: int
    name: str
    zone: str
    always: bool
    week: list[list[list[int]]]
    country: str
    exceptions: dict[str, list[list[int]]]
    days: dict[str, list[list[int]]]
    active: bool
    reason: str
    set_at: datetime


class CalendarList(Schema):
    """The calendars in force."""

    rows: list[CalendarOut]
