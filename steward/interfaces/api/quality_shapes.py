"""The shapes of quality review: sheets, plans, reviews and results. Units: percent 0–100."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema

from steward.interfaces.api.schemas import BIGGEST_ID, Filters, IdAfter, Input, Limit, Plain
from steward.modules.desk.queries.quality_candidates import YEARS
from steward.modules.desk.rules.quality import LONGEST_HINT, LONGEST_LABEL, MOST_CRITERIA
from steward.modules.desk.rules.sampling import MOST_WEIGHT

ShortCode = Annotated[str, Field(min_length=1, max_length=30, pattern="^[a-z][a-z0-9_]*$")]
Label = Annotated[str, Field(min_length=1, max_length=LONGEST_LABEL, pattern=Plain)]
Hint = Annotated[str, Field(max_length=LONGEST_HINT, pattern=Plain)]
Words = Annotated[str, Field(max_length=2_000, pattern=Plain)]
Reason = Annotated[str, Field(min_length=1, max_length=400, pattern=Plain)]
Weight = Annotated[int, Field(ge=0, le=MOST_WEIGHT)]
State = Literal["open", "submitted", "agreed", "appealed", "decided", "dropped"]
Origin = Literal["sample", "by_hand", "calibration"]
EARLIEST, LATEST = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)


class Labels(Input):
    """A name in each language."""

    zh_hans: Label
    zh_hant: Label
    en: Label


class Hints(Input):
    """What to look at, in each language."""

    zh_hans: Hint = ""
    zh_hant: Hint = ""
    en: Hint = ""


class CriterionInput(Input):
    """One thing that is looked at; who gets no point in a critical one fails as a whole."""

    code: ShortCode
    labels: Labels
    hints: Hints = Hints()
    weight: Annotated[int, Field(ge=1, le=100)] = 10
    critical: bool = False


class SheetInput(Input):
    """A score sheet from now on. `most` is the best of the scale."""

    labels: Labels
    criteria: Annotated[list[CriterionInput], Field(min_length=1, max_length=MOST_CRITERIA)]
    most: Annotated[int, Field(ge=1, le=10)] = 4
    pass_percent: Annotated[int, Field(ge=0, le=100)] = 80
    reason: Reason


class SheetItem(Schema):
    """A score sheet in force."""

    code: str
    version: int
    labels: dict[str, str]
    criteria: list[dict[str, Any]]
    most: int
    pass_percent: int
    set_at: datetime
    set_by: str


class RiskWeights(Input):
    """How much likelier a conversation is drawn for each risk; by chance weighs 1."""

    displeased: Weight = 0
    late: Weight = 0
    complaint: Weight = 0
    reopened: Weight = 0
    long: Weight = 0


class PlanInput(Input):
    """A plan of samples from now on; no reviewers means everybody who may supervise."""

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=Plain)]
    sheet: ShortCode
    mode: Literal["count", "share"] = "count"
    amount: Annotated[int, Field(ge=1, le=100)] = 2
    weights: RiskWeights = RiskWeights()
    team: Annotated[str, Field(max_length=50, pattern=Plain)] = ""
    reviewers: Annotated[list[Annotated[int, Field(ge=1, le=BIGGEST_ID)]], Field(max_length=100)] = []
    weekly: bool = True
    active: bool = True


class PlanItem(Schema):
    """A plan of samples; `drawn` is how many reviews of this week came of it."""

    code: str
    name: str
    sheet: str
    mode: Literal["count", "share"]
    amount: int
    weights: dict[str, int]
    team: str
    reviewers: list[int]
    weekly: bool
    active: bool
    drawn: int


class DrawInput(Input):
    """A day of the week to draw of; none is this week."""

    week: Annotated[date, Field(strict=False, ge=EARLIEST, le=LATEST)] | None = None


class Drawn(Schema):
    """How many reviews came of it."""

    count: int


class ReviewQuery(Filters):
    """Which queue, from where on."""

    queue: Literal["mine", "free", "open", "appealed", "done"] = "open"
    after: IdAfter | None = None
    limit: Limit = 100


class ReviewItem(Schema):
    """One review. `passes` is null while there is no result."""

    id: int
    number: str
    subject: str
    agent_id: int
    agent: str
    team: str
    reviewer_id: int | None
    reviewer: str
    origin: Origin
    why: str
    state: State
    percent: int | None
    failed: bool
    passes: bool | None
    opened_at: datetime
    submitted_at: datetime | None


class ReviewPointItem(Schema):
    """One criterion; null points did not apply. `corrected_points` came of an appeal."""

    code: str
    label: str
    weight: int
    critical: bool
    scored: bool
    points: int | None
    remark: str
    corrected: bool
    corrected_points: int | None


class ReviewFull(ReviewItem):
    """One review with its points and what was said about it."""

    sheet: str
    sheet_version: int
    most: int
    first_percent: int | None
    summary: str
    appeal: str
    decision: str
    decided_by: str
    points: list[ReviewPointItem]


class GivenPoint(Input):
    """What a criterion gets; null does not apply."""

    criterion: ShortCode
    points: Annotated[int, Field(ge=0, le=10)] | None
    remark: Annotated[str, Field(max_length=400, pattern=Plain)] = ""


class ScoresInput(Input):
    """A filled-in sheet."""

    points: Annotated[list[GivenPoint], Field(max_length=MOST_CRITERIA)]
    summary: Words = ""


class AnswerToReview(Input):
    """What the agent says to a result; an appeal needs words."""

    act: Literal["agree", "appeal"]
    words: Words = ""


class AppealDecision(Input):
    """Why it is decided so; with points the result is corrected to them."""

    words: Annotated[str, Field(min_length=1, max_length=2_000, pattern=Plain)]
    scores: ScoresInput | None = None


class QualityReportQuery(Filters):
    """By what, over how many days."""

    axis: Literal["agent", "team", "criterion"] = "agent"
    days: Annotated[int, Field(ge=1, le=366)] = 28


class QualityWeek(Schema):
    """A week that begins on this Monday."""

    week: date
    average: int | None
    count: int


class QualityLine(Schema):
    """One person, team or criterion."""

    key: str
    label: str
    average: int
    count: int
    failures: int
    below: int
    corrected: int
    weeks: list[QualityWeek]


class ReviewersAgreement(Schema):
    """How far second looks agree with the first; `kappa` is Cohen's weighted kappa."""

    compared: int
    same_percent: int
    off: float
    kappa: float | None


class QualityReport(Schema):
    """Results, the lowest first."""

    axis: Literal["agent", "team", "criterion"]
    lines: list[QualityLine]
    agreement: ReviewersAgreement
