"""Read quality reviews: queues, one review with its marks, plans, sheets, coaching (DSK-11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language
from msgspec import Struct, structs

from steward.kernel import errors
from steward.modules.deadlines.queries import ClockView, next_clocks
from steward.modules.desk.models import Coaching, QualityPlan, QualityReview, ReviewPoint, ScoreSheet
from steward.modules.desk.queries.names import staff_names
from steward.modules.desk.rules import quality
from steward.modules.desk.rules.standard_answers import spoken

SUBJECT = "quality_review"
QUEUES = ("mine", "free", "open", "appealed", "done")
MOST = 100


class ReviewRow(Struct, frozen=True, kw_only=True):
    """One review of a list. Units: percent 0–100; `passes` None while there is no result.

    `blind`: the reader has still to judge this work themselves, so that no result of it is told.
    """

    id: int
    number: str
    subject: str
    agent_id: int
    agent: str
    team: str
    reviewer_id: int | None
    reviewer: str
    origin: str
    why: str
    state: str
    percent: int | None
    failed: bool
    passes: bool | None
    opened_at: datetime
    submitted_at: datetime | None
    clock: ClockView | None = None
    blind: bool = False


class PointView(Struct, frozen=True, kw_only=True):
    """One criterion of a review: what was given at first, and after an appeal (`corrected`)."""

    code: str
    label: str
    hint: str
    weight: int
    critical: bool
    scored: bool
    points: int | None
    remark: str
    corrected: bool
    corrected_points: int | None
    corrected_remark: str


class CoachingView(Struct, frozen=True, kw_only=True):
    """Something an agent is to do after a review."""

    id: int
    review_id: int
    number: str
    agent_id: int
    agent: str
    coach: str
    note: str
    task: str
    due_date: date
    given_at: datetime
    done_at: datetime | None
    done_note: str


class Calibration(Struct, frozen=True, kw_only=True):
    """A second look at the same work: who, how far, and once both are there how far they agree."""

    id: int
    reviewer_id: int | None
    reviewer: str
    state: str
    percent: int | None
    agreement: quality.Agreement | None


class ReviewView(Struct, frozen=True, kw_only=True):
    """All of one review; without `shows_points` there is nothing in it of what was given."""

    row: ReviewRow
    ticket_id: int
    sheet: str
    sheet_label: str
    sheet_version: int
    most: int
    pass_percent: int
    points: list[PointView]
    remarks: dict[int, tuple[str, str]]
    summary: str
    first_percent: int | None
    first_failed: bool
    appeal: str
    answered_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    decision: str
    drop_reason: str
    compared_id: int | None
    calibrations: list[Calibration]
    coachings: list[CoachingView]
    shows_points: bool = True


class SheetView(Struct, frozen=True, kw_only=True):
    """A version of a score sheet; `label` in the reader's language."""

    id: int
    code: str
    version: int
    label: str
    labels: dict[str, str]
    criteria: list[dict[str, Any]]
    most: int
    pass_percent: int
    active: bool
    set_at: datetime
    set_by: str
    reason: str


class PlanView(Struct, frozen=True, kw_only=True):
    """A plan of samples, and how many reviews of this week came of it."""

    id: int
    code: str
    name: str
    sheet: str
    mode: str
    amount: int
    weights: dict[str, int]
    team: str
    reviewers: list[int]
    weekly: bool
    active: bool
    set_at: datetime
    drawn: int


def reviews(queue: str, *, staff_id: int | None, limit: int = MOST, after: int | None = None) -> list[ReviewRow]:
    """List a queue: open ones oldest first, results newest first. One's own work is never among those for one."""
    found = QualityReview.objects.filter(_queue(queue, staff_id))
    newest = queue == "done"
    if after is not None:
        found = found.filter(id__lt=after) if newest else found.filter(id__gt=after)
    return review_rows(found.order_by("-id" if newest else "id")[:limit], reader_id=staff_id)


def review_counts(staff_id: int | None) -> dict[str, int]:
    """Count the queues that wait."""
    waiting = {queue: Count("id", filter=_queue(queue, staff_id)) for queue in ("mine", "free", "open", "appealed")}
    return QualityReview.objects.filter(state__in=("open", "appealed")).aggregate(**waiting)


def _queue(queue: str, staff_id: int | None) -> Q:
    if queue == "mine":
        return Q(state="open", reviewer_id=staff_id or 0)
    if queue == "free":
        return Q(state="open", reviewer_id__isnull=True)
    if queue == "appealed":
        return Q(state="appealed")
    return Q(state="open") if queue == "open" else Q(state__in=(*quality.COUNTING, "dropped"))


def review_rows(found: QuerySet[QualityReview], *, reader_id: int | None = None) -> list[ReviewRow]:
    """Make rows of reviews, in a constant number of statements; without the results that a reader must not know yet."""
    rows = list(found.select_related("ticket", "sheet"))
    blind = _blind_for(reader_id, rows)
    names = staff_names({id_ for row in rows for id_ in (row.agent_id, row.reviewer_id)})
    clocks = next_clocks(SUBJECT, [row.id for row in rows if row.state in ("open", "appealed")])
    made = [
        ReviewRow(
            id=row.id,
            number=row.ticket.number,
            subject=row.ticket.subject,
            agent_id=row.agent_id,
            agent=names.get(row.agent_id, ""),
            team=row.team,
            reviewer_id=row.reviewer_id,
            reviewer=names.get(row.reviewer_id or 0, ""),
            origin=row.origin,
            why=row.why,
            state=row.state,
            percent=row.percent,
            failed=row.failed,
            passes=None if row.percent is None else quality.is_passed(row.percent, row.failed, row.sheet.pass_percent),
            opened_at=row.opened_at,
            submitted_at=row.submitted_at,
            clock=clocks.get(row.id),
        )
        for row in rows
    ]
    return [blinded(row) if row.id in blind else row for row in made]


def _blind_for(reader_id: int | None, rows: Sequence[QualityReview]) -> set[int]:
    """List the reviews of work of which somebody was asked for a second look that they have not given yet."""
    if reader_id is None or not rows:
        return set()
    asked = QualityReview.objects.filter(
        reviewer_id=reader_id, state="open", origin="calibration", ticket_id__in={row.ticket_id for row in rows}
    )
    works = set(asked.values_list("ticket_id", "agent_id"))
    return {row.id for row in rows if (row.ticket_id, row.agent_id) in works}


def blinded(row: ReviewRow) -> ReviewRow:
    """Take the result out of a row."""
    return structs.replace(row, percent=None, failed=False, passes=None, blind=True)


def results_of(agent_id: int, *, limit: int = MOST) -> list[ReviewRow]:
    """List the results of somebody's own work, newest first; what is still open is nobody's but the reviewer's."""
    found = QualityReview.objects.filter(agent_id=agent_id, state__in=quality.COUNTING).exclude(origin="calibration")
    return review_rows(found.order_by("-submitted_at", "-id")[:limit])


def get_review(review_id: int, *, reader_id: int | None = None) -> ReviewView:
    """Read one review. Raises: NotFound."""
    found = QualityReview.objects.filter(id=review_id)
    rows = review_rows(found, reader_id=reader_id)
    if not rows:
        raise errors.NotFound(key=review_id)
    one = found.select_related("sheet").get()
    names = staff_names({one.decided_by_id})
    sheet = sheet_view(one.sheet)
    remarks = one.remarks.order_by("id").values_list("message_id", "tone", "text")
    return ReviewView(
        row=rows[0],
        ticket_id=one.ticket_id,
        sheet=sheet.code,
        sheet_label=sheet.label,
        sheet_version=sheet.version,
        most=sheet.most,
        pass_percent=sheet.pass_percent,
        points=_points(one),
        remarks={message_id: (tone, text) for message_id, tone, text in remarks},
        decided_by=names.get(one.decided_by_id or 0, ""),
        compared_id=one.compared_id,
        calibrations=_calibrations(one),
        coachings=coachings(Q(review_id=one.id)),
        **{name: getattr(one, name) for name in PLAIN},
    )


PLAIN = (
    "summary", "first_percent", "first_failed", "appeal", "answered_at", "decided_at", "decision", "drop_reason",
)  # fmt: skip


def _points(one: QualityReview) -> list[PointView]:
    language = get_language() or "zh-hans"
    given = {(row.criterion, row.corrected): row for row in one.points.all()}
    found = []
    for each in quality.parse_criteria(one.sheet.criteria):
        first, later = given.get((each.code, False)), given.get((each.code, True))
        found.append(
            PointView(
                code=each.code,
                label=spoken(each.labels, language),
                hint=spoken(each.hints, language),
                weight=each.weight,
                critical=each.critical,
                scored=first is not None,
                points=first.points if first else None,
                remark=first.remark if first else "",
                corrected=later is not None,
                corrected_points=later.points if later else None,
                corrected_remark=later.remark if later else "",
            )
        )
    return found


def _calibrations(one: QualityReview) -> list[Calibration]:
    rows = list(one.calibrations.order_by("id"))
    names = staff_names({row.reviewer_id for row in rows})
    mine = _given(one)
    return [
        Calibration(
            id=row.id,
            reviewer_id=row.reviewer_id,
            reviewer=names.get(row.reviewer_id or 0, ""),
            state=row.state,
            percent=row.percent,
            agreement=quality.agreement(quality.pairs_of(mine, _given(row))) if row.state == "submitted" else None,
        )
        for row in rows
    ]


def _given(row: QualityReview) -> dict[str, int | None]:
    """Return what was given at first: a correction after an appeal is nobody's independent judgement."""
    return dict(ReviewPoint.objects.filter(review=row, corrected=False).values_list("criterion", "points"))


def coachings(wanted: Q, *, limit: int = MOST) -> list[CoachingView]:
    """List what people are to do, what is open and due first."""
    rows = Coaching.objects.filter(wanted).select_related("review__ticket").order_by("done_at", "due_date", "id")
    found = sorted(rows[:limit], key=lambda row: (row.done_at is not None, row.due_date, row.id))
    names = staff_names({id_ for row in found for id_ in (row.agent_id, row.coach_id)})
    plain = ("id", "review_id", "agent_id", "note", "task", "due_date", "given_at", "done_at", "done_note")
    return [
        CoachingView(
            number=row.review.ticket.number,
            agent=names.get(row.agent_id, ""),
            coach=names.get(row.coach_id or 0, ""),
            **{name: getattr(row, name) for name in plain},
        )
        for row in found
    ]


def coachings_of(agent_id: int) -> list[CoachingView]:
    """List what one person is to do, and did."""
    return coachings(Q(agent_id=agent_id))


def review_names(review_ids: Sequence[int]) -> dict[int, str]:
    """Tell the ticket's number of each review; the port `deadlines.names.quality_review`."""
    return dict(QualityReview.objects.filter(id__in=review_ids).values_list("id", "ticket__number"))


def sheets(*, with_former: bool = False) -> list[SheetView]:
    """List score sheets in force, or every version."""
    rows = ScoreSheet.objects.all() if with_former else ScoreSheet.objects.filter(active=True)
    return [sheet_view(row) for row in rows.order_by("code", "-version")]


def sheet_history(code: str) -> list[SheetView]:
    """List the versions of one sheet, newest first."""
    return [sheet_view(row) for row in ScoreSheet.objects.filter(code=code).order_by("-version")]


def sheet_view(row: ScoreSheet) -> SheetView:
    """Make what is shown of a sheet."""
    plain = [name for name in SheetView.__struct_fields__ if name != "label"]
    label = spoken(row.labels, get_language() or "zh-hans")
    return SheetView(label=label, **{name: getattr(row, name) for name in plain})


def plans(*, week: date) -> list[PlanView]:
    """List plans of samples, those in use first."""
    drawn = Count("reviews", filter=Q(reviews__week=week) & ~Q(reviews__state="dropped"))
    plain = [name for name in PlanView.__struct_fields__ if name != "drawn"]
    rows = QualityPlan.objects.annotate(drawn=drawn).order_by("-active", "code")
    return [PlanView(drawn=row.drawn, **{name: getattr(row, name) for name in plain}) for row in rows]
