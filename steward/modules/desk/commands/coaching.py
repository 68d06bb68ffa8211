"""Coach somebody after a review: a note, something to do, and until when (DSK-11)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.quality_reviews import NobodyReviewsThemselves, NotYourReview, lock_review
from steward.modules.desk.commands.quality_sheets import SUPERVISE
from steward.modules.desk.commands.quality_telling import tell_coaching
from steward.modules.desk.events import CoachingMoved
from steward.modules.desk.models import Coaching
from steward.modules.desk.rules import quality


class UnfitCoaching(errors.Refusal):
    """Refuse coaching that says nothing, or was due before it was given."""

    code = "unfit_coaching"
    status = 422
    message = _("Write what was seen, what is to be done, and a day that is not past.")


@command(needs=SUPERVISE)
def give_coaching(actor: Actor, *, review_id: int, note: str, task: str, due_date: date | None, now: datetime) -> int:
    """Give whose work was reviewed something to do until a day. Returns its id.

    Raises: NotFound, NotPossible, NobodyReviewsThemselves, UnfitCoaching. Emits: CoachingMoved. Locks: the review.
    """
    today = timezone.localtime(now, timezone.get_default_timezone()).date()
    if not note.strip() or not task.strip() or due_date is None or due_date < today:
        raise UnfitCoaching
    review = lock_review(review_id)
    if actor.staff_id == review.agent_id:
        raise NobodyReviewsThemselves
    if review.state not in quality.COUNTING or review.origin == "calibration":
        raise errors.NotPossible(state=review.state, verb="coach")
    row = Coaching.objects.create(
        review=review,
        agent_id=review.agent_id,
        coach_id=actor.staff_id,
        note=note.strip()[:2000],
        task=task.strip()[:400],
        due_date=due_date,
        given_at=now,
    )
    _announce(actor, row, done=False)
    tell_coaching(actor, row, now)
    return row.id


@command(needs="tickets.view")
def finish_coaching(actor: Actor, *, coaching_id: int, note: str, now: datetime) -> None:
    """Say that one did what one was given to do.

    Raises: NotFound, NotYourReview, NotPossible when it was done before. Emits: CoachingMoved. Locks: the row.
    """
    row = Coaching.objects.select_for_update().filter(id=coaching_id).first()
    if row is None:
        raise errors.NotFound(key=coaching_id)
    if actor.staff_id is None or actor.staff_id != row.agent_id:
        raise NotYourReview
    if row.done_at is not None:
        raise errors.NotPossible(state="done", verb="finish")
    row.done_at, row.done_note = now, note.strip()[:400]
    row.save(update_fields=["done_at", "done_note"])
    _announce(actor, row, done=True)


def _announce(actor: Actor, row: Coaching, *, done: bool) -> None:
    told = CoachingMoved(coaching_id=row.id, review_id=row.review_id, agent_id=row.agent_id, done=done)
    events.record(actor, [told])
