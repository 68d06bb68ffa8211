"""What the desk announces of complaints, of asking customers afterwards, and of quality review."""

from __future__ import annotations

from steward.kernel.events import Event


class ComplaintRaised(Event, frozen=True, kw_only=True):
    """A ticket turned out to be a complaint: somebody registered it, or what it is about says so (`noticed`)."""

    KIND = "desk.complaint_raised"
    SUBJECT = "ticket"
    ticket_id: int
    complaint_id: int
    number: str
    noticed: bool


class ComplaintMoved(Event, frozen=True, kw_only=True):
    """A complaint came up, moved on, waits for the customer or goes on. `type` is the code of its kind."""

    KIND = "desk.complaint_moved"
    SUBJECT = "complaint"
    complaint_id: int
    number: str
    verb: str
    before: str
    after: str
    type: str
    outcome: str = ""
    reason: str = ""


class ComplaintRestated(Event, frozen=True, kw_only=True):
    """Something about a complaint was set: type, seriousness, who answers for it, its cause. By name, as it is now."""

    KIND = "desk.complaint_restated"
    SUBJECT = "complaint"
    complaint_id: int
    after: dict[str, str]


class ComplaintWorked(Event, frozen=True, kw_only=True):
    """A measure was set or done, a call planned or made. `what`: measure_set, measure_done, call_set, call_made."""

    KIND = "desk.complaint_worked"
    SUBJECT = "complaint"
    complaint_id: int
    what: str
    row_id: int
    words: str = ""
    result: str = ""


class CompensationMoved(Event, frozen=True, kw_only=True):
    """A wish to make good was made, granted, refused, handed over, withdrawn. Units: minor units of the currency."""

    KIND = "desk.compensation_moved"
    SUBJECT = "complaint"
    complaint_id: int
    compensation_id: int
    kind: str
    state: str
    amount_minor: int
    currency: str
    reason: str = ""


class FollowUpAsked(Event, frozen=True, kw_only=True):
    """A customer is asked whether a solution satisfied them: a link went out, or somebody is to call (phone)."""

    KIND = "desk.follow_up_asked"
    SUBJECT = "ticket"
    ticket_id: int
    follow_up_id: int
    channel: str


class FollowUpAnswered(Event, frozen=True, kw_only=True):
    """A customer said whether they are satisfied. `score` 1 to 5, 0: none given; `again`: they changed their answer."""

    KIND = "desk.follow_up_answered"
    SUBJECT = "ticket"
    ticket_id: int
    follow_up_id: int
    channel: str
    satisfied: bool
    score: int
    again: bool = False


class FollowUpEnded(Event, frozen=True, kw_only=True):
    """Nobody could be asked after all: not reached (unreached), or the question did not arrive or lapsed (lapsed)."""

    KIND = "desk.follow_up_ended"
    SUBJECT = "ticket"
    ticket_id: int
    follow_up_id: int
    state: str
    why: str


class DeskRowSet(Event, frozen=True, kw_only=True):
    """A row people edit was set. `table`: complaint_type, complaint_cause or follow_up_policy."""

    KIND = "desk.desk_row_set"
    SUBJECT = "desk_row"
    desk_row_id: int
    table: str
    code: str
    active: bool


class ScoreSheetSaved(Event, frozen=True, kw_only=True):
    """A score sheet was written, changed or taken out of force: reviews that begin now are made by this version."""

    KIND = "desk.score_sheet_saved"
    SUBJECT = "score_sheet"
    score_sheet_id: int
    code: str
    version: int
    active: bool
    reason: str


class QualityPlanSaved(Event, frozen=True, kw_only=True):
    """A plan of quality review was written, changed or put away."""

    KIND = "desk.quality_plan_saved"
    SUBJECT = "quality_plan"
    quality_plan_id: int
    code: str
    active: bool


class QualitySampled(Event, frozen=True, kw_only=True):
    """A sample of a week's work was drawn; `week` is its Monday, `count` how many reviews came of it."""

    KIND = "desk.quality_sampled"
    SUBJECT = "quality_plan"
    quality_plan_id: int
    week: str
    count: int


class QualityReviewMoved(Event, frozen=True, kw_only=True):
    """A review of somebody's work was begun, taken, submitted, agreed to, appealed against, decided or dropped.

    `percent` is the result that counts from now on, None while there is none.
    """

    KIND = "desk.quality_review_moved"
    SUBJECT = "quality_review"
    quality_review_id: int
    ticket_id: int
    agent_id: int
    verb: str
    before: str
    after: str
    percent: int | None = None
    reason: str = ""


class CoachingMoved(Event, frozen=True, kw_only=True):
    """Somebody was given something to learn, or did it (`done`)."""

    KIND = "desk.coaching_moved"
    SUBJECT = "coaching"
    coaching_id: int
    review_id: int
    agent_id: int
    done: bool
