"""Draw samples for quality review: every week by itself, or when somebody asks (DSK-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Count, Q

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStart, start_clocks
from steward.modules.desk.commands.quality_sheets import SUPERVISE
from steward.modules.desk.events import QualitySampled
from steward.modules.desk.models import QualityPlan, QualityReview, ScoreSheet
from steward.modules.desk.queries.quality_candidates import candidates, monday_of, reviewed, span_of
from steward.modules.desk.rules import sampling
from steward.modules.people import queries as people

SUBJECT, REVIEW = "quality_review", "quality_review"


@command(needs=SUPERVISE)
def draw_sample(actor: Actor, *, plan_id: int, week: date, now: datetime) -> int:
    """Draw what is still missing of a plan's sample of the week that holds a day. Returns how many reviews came of it.

    Every agent who answered customers that week gets their share; who is reviewed already is not drawn again, so a
    second run adds nothing. Raises: NotFound. Emits: QualitySampled. Locks: the plans; starts clocks.
    """
    monday = week - timedelta(days=week.weekday())
    found = _candidates(monday, now)
    plans = {row.id: row for row in QualityPlan.objects.select_for_update().order_by("id")}
    if plan_id not in plans:
        raise errors.NotFound(key=plan_id)
    return _draw(actor, [plans[plan_id]], found, monday, now)


@command(needs=SUPERVISE)
def draw_last_week(actor: Actor, *, now: datetime) -> int:
    """Draw the samples of the week that ended, once for every plan that is drawn weekly. Returns how many reviews.

    What somebody drew of that week by hand counts towards everybody's share. Emits: QualitySampled.
    Locks: the plans; starts clocks.
    """
    week = monday_of(now) - timedelta(days=7)
    in_force = ScoreSheet.objects.filter(active=True).values("code")
    due = QualityPlan.objects.filter(Q(last_drawn_week=None) | Q(last_drawn_week__lt=week))
    due = due.filter(active=True, weekly=True, sheet__in=in_force)
    if not due.exists():
        return 0
    found = _candidates(week, now)
    plans = list(due.select_for_update().order_by("id"))
    count = _draw(actor, plans, found, week, now)
    QualityPlan.objects.filter(id__in=[plan.id for plan in plans]).update(last_drawn_week=week)
    return count


def _candidates(week: date, now: datetime) -> list[sampling.Candidate]:
    """Read who can be drawn, before anything is locked: a busy week is many texts."""
    start, end = span_of(week)
    return candidates(start=start, end=min(end, now))


def _draw(
    actor: Actor, plans: Sequence[QualityPlan], found: Sequence[sampling.Candidate], week: date, now: datetime
) -> int:
    """Draw for plans one after the other; what one of them drew, or somebody began meanwhile, is left to it."""
    known = reviewed([one.ticket_id for one in found])
    teams = people.team_of({one.agent_id for one in found})
    total = 0
    for plan in plans:
        left = [
            one
            for one in found
            if (one.ticket_id, one.agent_id) not in known
            and (not plan.team or teams.get(one.agent_id, "") == plan.team)
        ]
        rows = _draw_plan(actor, plan, left, week, now)
        known |= {(row.ticket_id, row.agent_id) for row in rows}
        total += len(rows)
    return total


def _draw_plan(
    actor: Actor, plan: QualityPlan, found: Sequence[sampling.Candidate], week: date, now: datetime
) -> list[QualityReview]:
    sheet = ScoreSheet.objects.filter(code=plan.sheet, active=True).first()
    if sheet is None:
        return []
    before = QualityReview.objects.filter(plan=plan, week=week).exclude(state="dropped")
    taken = dict(before.values_list("agent_id").annotate(count=Count("id")))
    picks = sampling.draw(
        found,
        mode=plan.mode,
        amount=plan.amount,
        weights=plan.weights,
        seed=f"{plan.seed}:{week.isoformat()}",
        taken=taken,
    )
    rows = _reviews(plan, sheet, week, picks, now)
    QualityReview.objects.bulk_create(rows)
    start_clocks(actor, starts=[clock_of(row, REVIEW, now) for row in rows], now=now)
    events.record(actor, [QualitySampled(quality_plan_id=plan.id, week=week.isoformat(), count=len(rows))])
    return rows


def _reviews(
    plan: QualityPlan, sheet: ScoreSheet, week: date, picks: Sequence[sampling.Pick], now: datetime
) -> list[QualityReview]:
    able = people.staff_with_permission(SUPERVISE)
    crew = [id_ for id_ in able if id_ in plan.reviewers] if plan.reviewers else able
    open_ = QualityReview.objects.filter(state="open", reviewer_id__in=crew)
    load = Counter(dict(open_.values_list("reviewer_id").annotate(count=Count("id"))))
    teams = people.team_of({pick.agent_id for pick in picks})
    return [
        QualityReview(
            ticket_id=pick.ticket_id,
            agent_id=pick.agent_id,
            team=teams.get(pick.agent_id, ""),
            sheet=sheet,
            plan=plan,
            week=week,
            origin="sample",
            why=pick.why,
            reviewer_id=reviewer_id,
            opened_at=now,
        )
        for pick, reviewer_id in zip(picks, sampling.deal(picks, crew, load), strict=True)
    ]


def clock_of(row: QualityReview, kind: str, now: datetime) -> ClockStart:
    """Return the clock of a review that starts now."""
    return ClockStart(SUBJECT, row.id, kind, now, None, row.reviewer_id if kind == REVIEW else None)
