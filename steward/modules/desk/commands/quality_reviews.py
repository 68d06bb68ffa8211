"""Review how a ticket was led: begin, take, score, submit or drop a review (DSK-11). Nobody reviews themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStop, Owner, cancel_clocks, set_owners, start_clocks, stop_clocks
from steward.modules.desk.commands.moving import ReasonNeeded
from steward.modules.desk.commands.quality_sampling import REVIEW, SUBJECT, clock_of
from steward.modules.desk.commands.quality_sheets import SUPERVISE
from steward.modules.desk.commands.quality_telling import tell_result
from steward.modules.desk.events import QualityReviewMoved
from steward.modules.desk.models import Message, QualityReview, ReviewPoint, ReviewRemark, ScoreSheet, Ticket
from steward.modules.desk.queries.quality_candidates import answers
from steward.modules.desk.rules import quality
from steward.modules.people import queries as people


class NobodyReviewsThemselves(errors.Refusal):
    """Refuse to let somebody judge their own work, or the same work twice."""

    code = "nobody_reviews_themselves"
    status = 403
    message = _("Nobody judges their own work, nor the same work twice. Somebody else has to do this.")


class NotYourReview(errors.Refusal):
    """Refuse to score a review that somebody else has, or to answer for somebody else."""

    code = "not_your_review"
    status = 403
    message = _("This is for somebody else to do.")


class ReviewedAlready(errors.Refusal):
    """Refuse a second review of the same work; two who look at the same are a calibration."""

    code = "reviewed_already"
    status = 409
    message = _("This work is reviewed already. Ask for a second look there, to compare.")


class NothingToReview(errors.Refusal):
    """Refuse a review of somebody who said nothing to the customer."""

    code = "nothing_to_review"
    status = 409
    message = _("They told the customer nothing in this ticket, so there is nothing of theirs to review.")


class PointsMissing(errors.Refusal):
    """Refuse a result that leaves a criterion open."""

    code = "points_missing"
    status = 422
    message = _("Give points for each criterion, or say that it does not apply. Look at: %(place)s.")


class Scores(Struct, frozen=True, kw_only=True):
    """What a reviewer gives: points (None: does not apply) and remarks by criterion, (tone, words) by message."""

    points: Mapping[str, int | None]
    remarks: Mapping[str, str] = {}
    messages: Mapping[int, tuple[str, str]] = {}
    summary: str = ""


def lock_review(review_id: int) -> QualityReview:
    """Lock one review. Raises: NotFound. Locks: the review."""
    found = QualityReview.objects.select_for_update(of=("self",)).select_related("sheet", "ticket")
    row = found.filter(id=review_id).first()
    if row is None:
        raise errors.NotFound(key=review_id)
    return row


def moved(actor: Actor, row: QualityReview, verb: str, before: str, *, reason: str = "") -> None:
    """Record that a review went on. A step of commands. Emits: QualityReviewMoved."""
    told = QualityReviewMoved(
        quality_review_id=row.id,
        ticket_id=row.ticket_id,
        agent_id=row.agent_id,
        verb=verb,
        before=before,
        after=row.state,
        percent=row.percent,
        reason=reason[:400],
        simulated=row.ticket.simulated,
    )
    events.record(actor, [told])


@command(needs=SUPERVISE)
def begin_review(actor: Actor, *, ticket_id: int, agent_id: int, sheet: str, now: datetime) -> int:
    """Review somebody's part in a ticket without waiting for a sample. Returns the review's id.

    Raises: NotFound, NobodyReviewsThemselves, NothingToReview, ReviewedAlready. Emits: QualityReviewMoved.
    Locks: the ticket; starts a clock.
    """
    ticket = Ticket.objects.select_for_update().filter(id=ticket_id).first()
    form = ScoreSheet.objects.filter(code=sheet, active=True).first()
    if ticket is None or form is None or agent_id not in people.staff_contact([agent_id]):
        raise errors.NotFound(key=f"{ticket_id}/{agent_id}/{sheet}")
    if not quality.may_review(actor.staff_id, agent_id):
        raise NobodyReviewsThemselves
    if QualityReview.objects.filter(ticket=ticket, agent_id=agent_id).exists():
        raise ReviewedAlready
    if not answers().filter(ticket=ticket, staff_id=agent_id).exists():
        raise NothingToReview
    return _begun(actor, ticket, agent_id, form, now, origin="by_hand", reviewer_id=actor.staff_id)


@command(needs=SUPERVISE)
def calibrate(actor: Actor, *, review_id: int, reviewer_id: int, now: datetime) -> int:
    """Let a second person score the same work without seeing the first result, to compare. Returns its id.

    Its result counts for nobody. Raises: NotFound, NotPossible, NobodyReviewsThemselves. Emits: QualityReviewMoved.
    Locks: the review; starts a clock.
    """
    row = lock_review(review_id)
    if row.origin == "calibration" or row.state not in quality.COUNTING:
        raise errors.NotPossible(state=row.state, verb="calibrate")
    others = QualityReview.objects.filter(ticket_id=row.ticket_id, agent_id=row.agent_id)
    able = reviewer_id in people.staff_with_permission(SUPERVISE)
    judged = set(others.values_list("reviewer_id", flat=True))
    if not able or not quality.may_review(reviewer_id, row.agent_id, judged):
        raise NobodyReviewsThemselves
    return _begun(
        actor, row.ticket, row.agent_id, row.sheet, now, origin="calibration", reviewer_id=reviewer_id, compared=row
    )


def _begun(
    actor: Actor,
    ticket: Ticket,
    agent_id: int,
    sheet: ScoreSheet,
    now: datetime,
    *,
    origin: str,
    reviewer_id: int | None,
    compared: QualityReview | None = None,
) -> int:
    row = QualityReview.objects.create(
        ticket=ticket,
        agent_id=agent_id,
        team=people.team_of({agent_id}).get(agent_id, ""),
        sheet=sheet,
        origin=origin,
        compared=compared,
        reviewer_id=reviewer_id,
        opened_at=now,
    )
    start_clocks(actor, starts=[clock_of(row, REVIEW, now)], now=now)
    moved(actor, row, "begin", "")
    return row.id


@command(needs=SUPERVISE)
def take_review(actor: Actor, *, review_id: int, now: datetime) -> None:
    """Take an open review on, also one that a colleague has.

    Raises: NotFound, NotPossible, NobodyReviewsThemselves. Emits: QualityReviewMoved. Locks: the review, its clock.
    """
    row = lock_review(review_id)
    before, row.state = row.state, quality.next_state(row.state, "take")
    others = QualityReview.objects.filter(ticket_id=row.ticket_id, agent_id=row.agent_id).exclude(id=row.id)
    judged = set(others.values_list("reviewer_id", flat=True))
    if not quality.may_review(actor.staff_id, row.agent_id, judged):
        raise NobodyReviewsThemselves
    row.reviewer_id = actor.staff_id
    row.save(update_fields=["reviewer_id"])
    set_owners(actor, owners=[Owner(SUBJECT, row.id, REVIEW, actor.staff_id)], at=now)
    moved(actor, row, "take", before)


@command(needs=SUPERVISE)
def drop_review(actor: Actor, *, review_id: int, reason: str, now: datetime) -> None:
    """Leave a review out, with a reason; another may be drawn in its place.

    Raises: NotFound, NotPossible, ReasonNeeded, NotYourReview. Emits: QualityReviewMoved. Locks: the review, its clock.
    """
    if not reason.strip():
        raise ReasonNeeded
    row = lock_review(review_id)
    if actor.staff_id == row.agent_id:
        raise NotYourReview
    before, row.state = row.state, quality.next_state(row.state, "drop")
    row.drop_reason = reason.strip()[:400]
    row.save(update_fields=["state", "drop_reason"])
    cancel_clocks(actor, stops=[ClockStop(SUBJECT, row.id, REVIEW)], at=now, reason="dropped")
    moved(actor, row, "drop", before, reason=row.drop_reason)


@command(needs=SUPERVISE)
def keep_scores(actor: Actor, *, review_id: int, scores: Scores) -> None:
    """Keep what a reviewer has so far; nobody else sees a result yet.

    Raises: NotFound, NotPossible, NotYourReview, PointsMissing for points that are none. Locks: the review.
    """
    row = _mine(actor, review_id)
    given = {code: points for code, points in scores.points.items() if points is None or 0 <= points <= row.sheet.most}
    _keep(row, scores, given)


@command(needs=SUPERVISE)
def submit_review(actor: Actor, *, review_id: int, scores: Scores, now: datetime) -> quality.Score:
    """Give a result: whose work it was sees it and may appeal once; one for comparing is seen by reviewers alone.

    Raises: NotFound, NotPossible, NotYourReview, PointsMissing. Emits: QualityReviewMoved.
    Locks: the review, its clock.
    """
    row = _mine(actor, review_id)
    result = scored(row.sheet, scores.points)
    before, row.state = row.state, quality.next_state(row.state, "submit")
    _keep(row, scores, scores.points)
    row.percent = row.first_percent = result.percent
    row.failed = row.first_failed = bool(result.failed_by)
    row.submitted_at = now
    row.save()
    stop_clocks(actor, stops=[ClockStop(SUBJECT, row.id, REVIEW)], at=now)
    moved(actor, row, "submit", before)
    if row.origin != "calibration":
        tell_result(actor, row, now)
    return result


def _mine(actor: Actor, review_id: int) -> QualityReview:
    row = lock_review(review_id)
    if actor.staff_id is None or actor.staff_id != row.reviewer_id:
        raise NotYourReview
    quality.next_state(row.state, "submit")
    return row


def scored(sheet: ScoreSheet, points: Mapping[str, int | None]) -> quality.Score:
    """Add points up by their sheet. Raises: PointsMissing."""
    criteria = quality.parse_criteria(sheet.criteria)
    try:
        return quality.score(criteria, sheet.most, points)
    except quality.UnfitPoints as cause:
        raise PointsMissing(place=cause.place or _("every criterion")) from cause


def _keep(row: QualityReview, scores: Scores, points: Mapping[str, int | None]) -> None:
    known = [one.code for one in quality.parse_criteria(row.sheet.criteria)]
    row.points.filter(corrected=False).delete()
    ReviewPoint.objects.bulk_create(
        ReviewPoint(review=row, criterion=code, points=points[code], remark=scores.remarks.get(code, "")[:400])
        for code in known
        if code in points
    )
    _keep_remarks(row, scores)
    row.summary = scores.summary.strip()[:2000]
    row.save(update_fields=["summary"])


def _keep_remarks(row: QualityReview, scores: Scores) -> None:
    said: Sequence[int] = list(
        Message.objects.filter(ticket_id=row.ticket_id, id__in=scores.messages).values_list("id", flat=True)
    )
    row.remarks.all().delete()
    ReviewRemark.objects.bulk_create(
        ReviewRemark(review=row, message_id=id_, tone=tone, text=text.strip()[:400])
        for id_, (tone, text) in sorted(scores.messages.items())
        if id_ in said and tone in quality.TONES
    )
