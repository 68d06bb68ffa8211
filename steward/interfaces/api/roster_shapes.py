"""The shapes of shifts, patterns, swaps, turns on call, presence and skills."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from steward.interfaces.api.people_shapes import Day, Id, Minute, PlannedOut
from steward.interfaces.api.schemas import Code, Filters, IdAfter, Input, Plain, Text

Level = Annotated[int, Field(ge=1, le=5)]
Cell = Annotated[str, Field(max_length=40, pattern=Plain)]


class ShiftInput(Input):
    """A shift template. Units: minutes of the team's local day; an end not after the start is on the next day."""

    name: Code
    start_min: Minute
    end_min: Minute
    tone: Literal["green", "blue", "amber", "grey", "red"] = "blue"
    is_active: bool = True


class PlaceInput(Input):
    """Somebody's place in a pattern: how many days ahead of its first day they begin."""

    staff_id: Id
    ahead_days: int = Field(0, ge=0, le=55)


class PatternInput(Input):
    """A pattern that repeats: a shift code per day ("" is off) from the anchor on, and who is in it."""

    name: Code
    pattern: list[Cell] = Field(min_length=1, max_length=56)
    anchor: Day
    members: list[PlaceInput] = Field(default_factory=list, max_length=500)


class PeriodInput(Input):
    """Days to plan, both included, at most three months."""

    first: Day
    last: Day


class TurnsInput(Input):
    """Whose turn follows whose, from which day on, for how long. Units: days; minutes of the team's local day."""

    staff_ids: list[Id] = Field(min_length=1, max_length=100)
    anchor: Day
    period_days: int = Field(7, ge=1, le=28)
    handover_min: int = Field(540, ge=0, le=1_439)


class SwapInput(Input):
    """A duty of one's own for a colleague, on request in exchange for one of theirs."""

    duty_id: Id
    colleague_id: Id
    for_duty_id: Id | None = None
    note: Text = ""


class SwapAnswerInput(Input):
    """What the colleague says."""

    consents: bool


class SwapDecisionInput(Input):
    """What somebody else decides on a swap both agreed on."""

    approve: bool
    note: Text = ""


class SwapQuery(Filters):
    """Which swaps."""

    staff_id: IdAfter | None = None
    open: bool = True


class PresenceInput(Input):
    """What one says of oneself; "" is back. It ends by itself after so many minutes."""

    said: Literal["", "break", "meeting", "away"]
    minutes: int = Field(0, ge=0, le=720)


class SkillInput(Input):
    """What people read for a skill."""

    name: Code


class AbilitiesInput(Input):
    """Which skills somebody has (1 learning … 5 teaches others), and how many cases they work on at once."""

    levels: dict[Code, Level] = Field(default_factory=dict, max_length=200)
    capacity: Annotated[int, Field(ge=0, le=999)] | None = None


class PlaceOut(Schema):
    """Somebody's place in a pattern."""

    staff_id: int
    name: str
    ahead_days: int


class PatternOut(Schema):
    """A pattern of a team."""

    code: str
    name: str
    pattern: list[str]
    anchor: date
    members: list[PlaceOut]


class PatternList(Schema):
    """The patterns of a team."""

    rows: list[PatternOut]


class PatternPlanned(Schema):
    """What became of the duties a pattern gives."""

    results: list[PlannedOut]


class TurnOut(Schema):
    """Somebody's place in the turns."""

    staff_id: int
    name: str


class TurnsOut(Schema):
    """The turns of a team in their order."""

    team_code: str
    anchor: date
    period_days: int
    handover_min: int
    members: list[TurnOut]


class OverrideOut(Schema):
    """Somebody takes a tier of on-call for a while."""

    id: int
    team_code: str
    tier: Literal["primary", "secondary"]
    staff_id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    reason: str


class OverrideList(Schema):
    """The overrides that count now or will."""

    rows: list[OverrideOut]


class OverrideCancelled(Schema):
    """An override that counts no more."""

    id: int


class SwapDuty(Schema):
    """A duty that changes hands."""

    id: int
    team_code: str
    shift_code: str
    on_date: date
    starts_at: datetime
    ends_at: datetime


class SwapOut(Schema):
    """A wish to swap."""

    id: int
    state: Literal["asked", "consented", "declined", "withdrawn", "approved", "refused"]
    asker_id: int
    colleague_id: int
    duty: SwapDuty
    for_duty: SwapDuty | None
    note: str
    asked_at: datetime


class SwapList(Schema):
    """Swaps, newest first."""

    rows: list[SwapOut]


class SkillOut(Schema):
    """A skill that work may ask for."""

    code: str
    name: str


class SkillList(Schema):
    """Every skill."""

    rows: list[SkillOut]


class AbilitiesOut(Schema):
    """What somebody can do. `capacity` is null where the usual number holds."""

    staff_id: int
    levels: dict[str, int]
    capacity: int | None


class SelfPresence(Schema):
    """How one shows to colleagues."""

    staff_id: int
    state: Literal["online", "break", "meeting", "away", "offline"]
