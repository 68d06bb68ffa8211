"""What the API says of complaints and of asking afterwards, and takes."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from steward.interfaces.api.schemas import BIGGEST_ID, BIGGEST_MINOR, Clock, Filters, IdAfter, Input, Limit, Plain, Text

ComplaintState = Literal[
    "noticed", "registered", "investigating", "proposed", "agreed", "closed", "reopened", "dismissed"
]
Seriousness = Literal["low", "normal", "high", "critical"]
Outcome = Literal["satisfied", "settled", "rejected_with_reason", "withdrawn", "escalated_outside"]
Words = Annotated[str, Field(max_length=1000, pattern=Plain)]
StaffId = Annotated[int, Field(ge=1, le=BIGGEST_ID)]


class ComplaintItem(Schema):
    """One complaint. `told_at` is the customer's word; `clock` the limit due next."""

    id: int
    number: str
    state: ComplaintState
    source: str
    type: str
    seriousness: Seriousness
    words: str
    ticket_number: str
    order_id: int | None
    customer_id: int | None
    team: str
    owner_id: int | None
    outcome: str
    cause: str
    told_at: datetime
    registered_at: datetime | None
    closed_at: datetime | None
    waits_since: datetime | None
    clock: Clock | None
    simulated: bool


class ComplaintPage(Schema):
    """Complaints, newest first; go on with `after` = `next_after` (null: there are none)."""

    rows: list[ComplaintItem]
    next_after: int | None


class ComplaintQuery(Filters):
    """Which complaints; `mine` are those of the person behind the token."""

    queue: Literal["mine", "noticed", "under_way", "waiting", "overdue", "closed", "all"] = "all"
    type: Text = ""
    cause: Text = ""
    team: Text = ""
    outcome: Text = ""
    after: IdAfter = 0
    limit: Limit = 50


class ComplaintMeasureItem(Schema):
    """Something done so that it does not happen again."""

    id: int
    words: str
    staff_id: int | None
    due_date: date | None
    done_at: datetime | None


class CompensationItem(Schema):
    """A wish to make good. Units: minor units of the currency."""

    id: int
    kind: Literal["money", "coupon", "goods", "apology"]
    amount_minor: int
    currency: str
    reason: str
    state: Literal["asked", "granted", "handed_over", "refused", "withdrawn"]
    approval_id: int | None
    refund_request_id: int | None
    note: str


class ComplaintCallItem(Schema):
    """A call to the customer; an empty result: it is still to be made."""

    id: int
    staff_id: int
    call_at: datetime
    result: str
    words: str


class ComplaintFull(Schema):
    """One complaint with everything that was done about it."""

    row: ComplaintItem
    wants: str
    reference: str
    about_staff_id: int | None
    cause_words: str
    proposal: str
    outcome_words: str
    reopened: int
    clocks: list[Clock]
    measures: list[ComplaintMeasureItem]
    compensations: list[CompensationItem]
    calls: list[ComplaintCallItem]


class ComplaintInput(Input):
    """A complaint to register. `ticket` and `order` are numbers; what the ticket knows is taken from it."""

    type: Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]
    words: Annotated[str, Field(min_length=1, max_length=2000, pattern=Plain)]
    source: Literal["ticket", "phone", "counter", "email", "letter", "regulator", "marketplace"] = "phone"
    seriousness: Seriousness = "normal"
    wants: Annotated[str, Field(max_length=400, pattern=Plain)] = ""
    reference: Annotated[str, Field(max_length=60, pattern=Plain)] = ""
    ticket: Annotated[str, Field(max_length=24, pattern=Plain)] = ""
    order: Annotated[str, Field(max_length=60, pattern=Plain)] = ""
    team: Annotated[str, Field(max_length=50, pattern=Plain)] = ""
    owner_id: StaffId | None = None
    about_staff_id: StaffId | None = None


class ComplaintAct(Input):
    """One thing to do. `restate` sets the facts that are given; `close` takes `outcome`; most take `words`.

    `measure`, `call` and `compensate` add one; the others name it by `id`.
    """

    act: Literal[
        "restate", "dismiss", "investigate", "propose", "agree", "decline", "close", "reopen", "wait", "go_on",
        "measure", "measure_done", "call", "call_made", "compensate", "hand_over", "take_back",
    ]  # fmt: skip
    words: Words = ""
    outcome: Outcome | None = None
    id: StaffId | None = None
    staff_id: StaffId | None = None
    type: Annotated[str, Field(max_length=40, pattern=Plain)] | None = None
    seriousness: Seriousness | None = None
    team: Annotated[str, Field(max_length=50, pattern=Plain)] | None = None
    cause: Annotated[str, Field(max_length=40, pattern=Plain)] | None = None
    cause_words: Words | None = None
    result: Literal["content", "not_content", "not_reached", "not_needed"] | None = None
    kind: Literal["money", "coupon", "goods", "apology"] = "apology"
    amount_minor: Annotated[int, Field(ge=0, le=BIGGEST_MINOR)] = 0
    currency: Annotated[str, Field(pattern="^([A-Z]{3})?$")] = ""


class ComplaintShare(Schema):
    """How many complaints share something. Units: share 0 to 1."""

    code: str
    label: str
    count: int
    share: float


class ComplaintWeekItem(Schema):
    """Complaints of a week; `serious` of these are high or critical."""

    start: datetime
    told: int
    serious: int


class ComplaintAnalysis(Schema):
    """What complaints are about and how they end. Units: seconds; shares 0 to 1, null where there is nothing."""

    since: datetime
    until: datetime
    total: int
    closed: int
    by_type: list[ComplaintShare]
    by_cause: list[ComplaintShare]
    by_team: list[ComplaintShare]
    by_outcome: list[ComplaintShare]
    weeks: list[ComplaintWeekItem]
    median_solved_s: float | None
    in_time: dict[str, float | None]


class AnalysisQuery(Filters):
    """Over how many weeks, this one included."""

    weeks: Annotated[int, Field(ge=1, le=104)] = 8


class FollowUpItem(Schema):
    """One question whether a solution satisfied; `score` 1 to 5."""

    id: int
    ticket_number: str
    customer_id: int | None
    staff_id: int | None
    channel: Literal["phone", "email", "sms", "chat"]
    state: Literal["to_call", "asked", "answered", "unreached", "lapsed", "skipped"]
    why: str
    solved_at: datetime
    asked_at: datetime
    next_try_at: datetime | None
    tries: int
    satisfied: bool | None
    score: int | None
    words: str
    answered_at: datetime | None


class FollowUpPage(Schema):
    """Questions, newest first; go on with `after` = `next_after` (empty: there are none)."""

    rows: list[FollowUpItem]
    next_after: str


class FollowUpQuery(Filters):
    """Which questions; `to_call` come by when it is their turn."""

    queue: Literal["to_call", "not_satisfied", "answered", "asked", "ended", "all"] = "all"
    after: Annotated[str, Field(max_length=60, pattern=Plain)] = ""
    limit: Limit = 50


class FollowUpResult(Input):
    """What came of asking: reached or not; if reached whether satisfied, points 1 to 5, words."""

    reached: bool = True
    satisfied: bool = True
    score: Annotated[int, Field(ge=1, le=5)] | None = None
    words: Words = ""
