"""Answer a review: agree, or appeal once; then a third person upholds or corrects it (DSK-11)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStop, start_clocks, stop_clocks
from steward.modules.desk.commands.moving import ReasonNeeded
from steward.modules.desk.commands.quality_reviews import (
    NobodyReviewsThemselves,
    NotYourReview,
    Scores,
    lock_review,
    moved,
    scored,
)
from steward.modules.desk.commands.quality_sampling import SUBJECT, clock_of
from steward.modules.desk.commands.quality_sheets import SUPERVISE
from steward.modules.desk.commands.quality_telling import tell_appeal, tell_verdict
from steward.modules.desk.models import QualityReview, ReviewPoint
from steward.modules.desk.rules import quality
from steward.modules.people import queries as people

VIEW = "tickets.view"
DECISION = "quality_decision"
APPEAL_DAYS = parameters.define(
    "desk.quality_appeal_days",
    7,
    unit="days",
    label=_("How long somebody may appeal against the result of a quality review"),
    minimum=1,
    maximum=60,
)


class TooLateToAppeal(errors.Refusal):
    """Refuse an appeal against a result that was known for long."""

    code = "too_late_to_appeal"
    status = 409
    message = _("The time in which this result could be appealed against is over.")


@command(needs=VIEW)
def agree_to_review(actor: Actor, *, review_id: int, now: datetime) -> None:
    """Accept the result of one's own work.

    Raises: NotFound, NotPossible, NotYourReview. Emits: QualityReviewMoved. Locks: the review.
    """
    row = _own(actor, review_id)
    before, row.state = row.state, quality.next_state(row.state, "agree")
    row.answered_at = now
    row.save(update_fields=["state", "answered_at"])
    moved(actor, row, "agree", before)


@command(needs=VIEW)
def appeal_against_review(actor: Actor, *, review_id: int, words: str, now: datetime) -> None:
    """Say what is wrong with a result of one's own work; once, and in time.

    Raises: NotFound, NotPossible, NotYourReview, ReasonNeeded, TooLateToAppeal. Emits: QualityReviewMoved.
    Locks: the review; starts a clock.
    """
    if not words.strip():
        raise ReasonNeeded
    row = _own(actor, review_id)
    before, row.state = row.state, quality.next_state(row.state, "appeal")
    if row.submitted_at is None or not quality.is_appeal_in_time(row.submitted_at, now, parameters.value(APPEAL_DAYS)):
        raise TooLateToAppeal
    row.appeal, row.answered_at = words.strip()[:2000], now
    row.save(update_fields=["state", "appeal", "answered_at"])
    start_clocks(actor, starts=[clock_of(row, DECISION, now)], now=now)
    moved(actor, row, "appeal", before, reason=row.appeal)
    tell_appeal(actor, row, deciders(row.ticket_id, row.agent_id), now)


def deciders(ticket_id: int, agent_id: int) -> list[int]:
    """List who may decide about an appeal: whoever supervises, but neither the agent nor who judged this work before.

    A second look is a judgement too, also while it is under way.
    """
    able = people.staff_with_permission(SUPERVISE)
    judged = _judged(ticket_id, agent_id)
    return [id_ for id_ in able if quality.may_review(id_, agent_id, judged)]


def _judged(ticket_id: int, agent_id: int) -> set[int | None]:
    found = QualityReview.objects.filter(ticket_id=ticket_id, agent_id=agent_id).exclude(state="dropped")
    return set(found.values_list("reviewer_id", flat=True))


@command(needs=SUPERVISE)
def decide_appeal(actor: Actor, *, review_id: int, words: str, now: datetime, scores: Scores | None = None) -> int:
    """Uphold a result, or correct it with other points; what is decided counts. Returns the percent that counts.

    Raises: NotFound, NotPossible, NobodyReviewsThemselves, ReasonNeeded, PointsMissing. Emits: QualityReviewMoved.
    Locks: the review, its clock.
    """
    if not words.strip():
        raise ReasonNeeded
    row = lock_review(review_id)
    if not quality.may_review(actor.staff_id, row.agent_id, _judged(row.ticket_id, row.agent_id)):
        raise NobodyReviewsThemselves
    verb = "uphold" if scores is None else "correct"
    before, row.state = row.state, quality.next_state(row.state, verb)
    if scores is not None:
        _correct(row, scores)
    row.decided_by_id, row.decided_at, row.decision = actor.staff_id, now, words.strip()[:2000]
    row.save()
    stop_clocks(actor, stops=[ClockStop(SUBJECT, row.id, DECISION)], at=now)
    moved(actor, row, verb, before, reason=row.decision)
    tell_verdict(actor, row, now)
    return row.percent or 0


def _correct(row: QualityReview, scores: Scores) -> None:
    result = scored(row.sheet, scores.points)
    known = [one.code for one in quality.parse_criteria(row.sheet.criteria)]
    row.points.update(counts=False)
    ReviewPoint.objects.bulk_create(
        ReviewPoint(
            review=row,
            criterion=code,
            corrected=True,
            points=scores.points[code],
            remark=scores.remarks.get(code, "")[:400],
        )
        for code in known
    )
    row.percent, row.failed = result.percent, bool(result.failed_by)


def _own(actor: Actor, review_id: int) -> QualityReview:
    row = lock_review(review_id)
    if actor.staff_id is None or actor.staff_id != row.agent_id or row.origin == "calibration":
        raise NotYourReview
    return row
