"""Whose work of a week can be reviewed, and what is risky about it: a constant number of statements (DSK-11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.modules.deadlines.queries import late_subjects
from steward.modules.desk.models import Message, QualityReview, Ticket
from steward.modules.desk.rules.sampling import Candidate, is_displeased
from steward.modules.people import queries as people

SUBJECT = "ticket"
COMPLAINT = "customer_service"
SAID = ("reply", "call")
UNSAID = ("withdrawn", "failed", "held")
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


def candidates(*, start: datetime, end: datetime, team: str = "") -> list[Candidate]:
    """List who answered in which ticket, with its risks; what was reviewed before is left out."""
    answers = Message.objects.filter(
        at__gte=start, at__lt=end, author="staff", kind__in=SAID, simulated=False, staff_id__isnull=False
    ).exclude(state__in=UNSAID)
    pairs = set(answers.values_list("ticket_id", "staff_id").distinct())
    pairs -= set(
        QualityReview.objects.filter(ticket_id__in=[ticket_id for ticket_id, _agent in pairs]).values_list(
            "ticket_id", "agent_id"
        )
    )
    if team:
        teams = people.team_of({agent_id for _ticket, agent_id in pairs if agent_id is not None})
        pairs = {pair for pair in pairs if teams.get(pair[1] or 0) == team}
    risks = risks_of(sorted({ticket_id for ticket_id, _agent in pairs}))
    return [
        Candidate(ticket_id, agent_id, risks[ticket_id])
        for ticket_id, agent_id in sorted(pairs)
        if agent_id is not None
    ]


def risks_of(ticket_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Tell what is risky about tickets: a displeased customer, a missed limit, a complaint, opened again, long."""
    rows = Ticket.objects.filter(id__in=ticket_ids).values_list("id", "category", "reopened")
    late = late_subjects(SUBJECT, ticket_ids)
    counts = Message.objects.filter(ticket_id__in=ticket_ids).exclude(kind__in=("note", "system"))
    long = dict(counts.values_list("ticket_id").annotate(count=Count("id")).filter(count__gte=parameters.value(LONG)))
    words = Message.objects.filter(ticket_id__in=ticket_ids, kind="inbound", automatic=False)
    displeased = {id_ for id_, text in words.values_list("ticket_id", "text") if is_displeased(text)}
    found = {}
    for id_, category, reopened in rows:
        told = {
            "displeased": id_ in displeased,
            "late": id_ in late,
            "complaint": category == COMPLAINT,
            "reopened": reopened > 0,
            "long": id_ in long,
        }
        found[id_] = frozenset(name for name, true in told.items() if true)
    return found
