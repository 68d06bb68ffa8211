"""Whose work of a week can be reviewed, and what is risky about it: a constant number of statements (DSK-11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.modules.deadlines.queries import late_subjects
from steward.modules.desk.models import Complaint, FollowUp, Message, QualityReview, Ticket
from steward.modules.desk.rules.sampling import Candidate, is_displeased

SUBJECT = "ticket"
SAID = ("reply", "call")
UNSAID = ("withdrawn", "failed", "held")
AT_ONCE = 500
YEARS = range(2000, 2200)
LONG = parameters.define(
    "desk.quality_long_messages",
    12,
    unit="",
    label=_("A conversation counts as long for quality review from so many messages on"),
    minimum=3,
    maximum=200,
)


def monday_of(now: datetime) -> date:
    """Name the Monday of the week of a moment, in the house's zone."""
    today = timezone.localtime(now, timezone.get_default_timezone()).date()
    return today - timedelta(days=today.weekday())


def span_of(week: date) -> tuple[datetime, datetime]:
    """Return when the week of a Monday begins and when the next one does."""
    zone = timezone.get_default_timezone()
    days = (week, week + timedelta(days=7))
    begin, end = (timezone.make_aware(datetime.combine(day, time()), zone) for day in days)
    return begin, end


def answers() -> QuerySet[Message]:
    """Ask for what agents said to customers themselves: whoever did in a ticket can be reviewed for it."""
    found = Message.objects.filter(author="staff", kind__in=SAID, simulated=False, staff_id__isnull=False)
    return found.exclude(state__in=UNSAID)


def candidates(*, start: datetime, end: datetime) -> list[Candidate]:
    """List who answered in which ticket, with its risks; what was reviewed before is left out."""
    said = answers().filter(at__gte=start, at__lt=end).values_list("ticket_id", "staff_id").distinct()
    pairs = sorted((ticket_id, agent_id) for ticket_id, agent_id in said if agent_id is not None)
    known = reviewed([ticket_id for ticket_id, _agent in pairs])
    left = [pair for pair in pairs if pair not in known]
    risks = risks_of(sorted({ticket_id for ticket_id, _agent in left}))
    return [Candidate(ticket_id, agent_id, risks[ticket_id]) for ticket_id, agent_id in left]


def reviewed(ticket_ids: Sequence[int]) -> set[tuple[int, int]]:
    """List whose work in which of these tickets has a review."""
    found = QualityReview.objects.filter(ticket_id__in=ticket_ids)
    return set(found.values_list("ticket_id", "agent_id").distinct())


def risks_of(ticket_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Tell what is risky about tickets: a displeased customer, a missed limit, a complaint, opened again, long.

    Texts are read so many tickets at a time that a busy week does not fill the memory.
    """
    found: dict[int, frozenset[str]] = {}
    for begin in range(0, len(ticket_ids), AT_ONCE):
        found |= _risks(ticket_ids[begin : begin + AT_ONCE])
    return found


def _risks(ticket_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    words = Message.objects.filter(ticket_id__in=ticket_ids, kind="inbound", automatic=False)
    displeased = {id_ for id_, text in words.values_list("ticket_id", "text") if is_displeased(text)}
    asked = FollowUp.objects.filter(ticket_id__in=ticket_ids, satisfied=False)
    complaints = Complaint.objects.filter(ticket_id__in=ticket_ids).exclude(state="dismissed")
    counts = Message.objects.filter(ticket_id__in=ticket_ids).exclude(kind__in=("note", "system"))
    long = counts.values_list("ticket_id").annotate(count=Count("id")).filter(count__gte=parameters.value(LONG))
    risky = {
        "displeased": displeased | set(asked.values_list("ticket_id", flat=True)),
        "late": set(late_subjects(SUBJECT, ticket_ids)),
        "complaint": set(complaints.values_list("ticket_id", flat=True)),
        "reopened": set(Ticket.objects.filter(id__in=ticket_ids, reopened__gt=0).values_list("id", flat=True)),
        "long": {id_ for id_, _count in long},
    }
    return {id_: frozenset(name for name, ids in risky.items() if id_ in ids) for id_ in ticket_ids}
