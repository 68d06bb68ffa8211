"""Forget what erased customers wrote and what was told them; that there was a ticket or a complaint stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.follow_ups import end_questions
from steward.modules.desk.models import (
    Coaching,
    Compensation,
    Complaint,
    ComplaintCallBack,
    FollowUp,
    Message,
    QualityReview,
    ReviewPoint,
    ReviewRemark,
    Ticket,
    Translation,
)
from steward.modules.desk.rules import complaints as rules
from steward.modules.desk.rules.follow_ups import OPEN

# Stands where something had to be said.
GONE = "…"


@command(needs="desk.take_in")
def forget_words(actor: Actor, *, customer_ids: Sequence[int]) -> int:
    """Empty the texts of all tickets of erased customers, notes too: they may name them. Returns how many messages.

    So are those of their complaints, of what they said afterwards, and of reviews of their tickets; what they are still
    to be asked ends. Emits: FollowUpEnded. Locks: open questions by id. Source: CUS-6.
    """
    tickets = Ticket.objects.filter(customer_id__in=customer_ids)
    tickets.exclude(subject="").update(subject="")
    theirs = Message.objects.filter(
        Q(ticket__customer_id__in=customer_ids) | Q(conversation__customer_id__in=customer_ids)
    )
    Translation.objects.filter(Q(message__in=theirs) | Q(ticket__in=tickets)).delete()
    told = Q(customer_id__in=customer_ids) | Q(ticket__in=tickets)
    _forget_complaints(Complaint.objects.filter(told).values_list("id", flat=True))
    _forget_reviews(QualityReview.objects.filter(ticket__in=tickets).values_list("id", flat=True))
    asked = FollowUp.objects.filter(told)
    end_questions(
        actor, list(asked.filter(state__in=OPEN).select_for_update(of=("self",)).order_by("id")), "not_wanted"
    )
    asked.exclude(words="").update(words="")
    return theirs.update(text="", quoted="", html="", facts={}, attachment_ids=[])


def _forget_complaints(found: Iterable[int]) -> None:
    """Empty what complaints say in words; where there has to be a reason, that there was one stays."""
    ids = list(found)
    rows = Complaint.objects.filter(id__in=ids)
    rows.filter(outcome__in=rules.NEEDS_WORDS).update(outcome_words=GONE)
    rows.exclude(outcome__in=rules.NEEDS_WORDS).update(outcome_words="")
    rows.update(words="", wants="", proposal="", cause_words="")
    ComplaintCallBack.objects.filter(complaint__in=ids).update(words="")
    Compensation.objects.filter(complaint__in=ids).update(reason=GONE, note="")


def _forget_reviews(found: Iterable[int]) -> None:
    """Empty what was remarked about how their tickets were led; the results stay."""
    ids = list(found)
    QualityReview.objects.filter(id__in=ids).update(summary="", appeal="", decision="")
    ReviewPoint.objects.filter(review__in=ids).update(remark="")
    ReviewRemark.objects.filter(review__in=ids).update(text="")
    Coaching.objects.filter(review__in=ids).update(note="", task="", done_note="")
