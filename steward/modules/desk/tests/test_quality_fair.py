"""Samples by hand leave the weekly one as it is, who judges has not seen a result, risks are what is on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.modules.desk import tasks
from steward.modules.desk.commands import key_agents, quality_appeals, quality_sampling, routing_rules
from steward.modules.desk.commands import quality_reviews as commands
from steward.modules.desk.models import (
    Complaint,
    ComplaintType,
    FollowUp,
    FollowUpPolicy,
    KeyAgentChange,
    QualityPlan,
    QualityReview,
)
from steward.modules.desk.queries import quality, quality_report
from steward.modules.desk.queries.key_agents import key_history
from steward.modules.desk.queries.quality_candidates import monday_of, risks_of
from steward.modules.desk.queries.quality_seen import review_for
from steward.modules.desk.tests import agents, reviewing, words
from tests import make

pytestmark = pytest.mark.django_db
WEEK = monday_of(make.NOW)
NEXT_WEEK = make.NOW + timedelta(days=8)
LATER = reviewing.LATER


def test_a_sample_drawn_by_hand_leaves_the_weekly_one_to_everybody_else() -> None:
    wang, hu = make.agent_wang(), agents.actor(agents.agent("hu"))
    zhao, plan = make.manager_zhao(), QualityPlan.objects.get(code="weekly")
    reviewing.answered(wang, "一号包裹呢")
    by_hand = quality_sampling.draw_sample(zhao, plan_id=plan.id, week=WEEK, now=make.NOW + timedelta(hours=1))
    reviewing.answered(hu, "二号包裹呢", at=make.NOW + timedelta(days=1))

    assert (by_hand, quality_sampling.draw_last_week(tasks.DESK, now=NEXT_WEEK)) == (1, 1)
    assert set(QualityReview.objects.values_list("agent_id", flat=True)) == {wang.staff_id, hu.staff_id}


def test_a_week_of_which_nobody_was_drawn_is_over_all_the_same() -> None:
    assert quality_sampling.draw_last_week(tasks.DESK, now=NEXT_WEEK) == 0
    reviewing.answered(make.agent_wang(), "一号包裹呢")

    assert quality_sampling.draw_last_week(tasks.DESK, now=NEXT_WEEK) == 0
    assert QualityPlan.objects.get(code="weekly").last_drawn_week == WEEK


def test_two_plans_share_what_there_is_and_nothing_is_drawn_twice() -> None:
    first = QualityPlan.objects.get(code="weekly")
    first.id, first.code, first.amount = None, "other", 1
    first.save()
    make.manager_zhao()
    reviewing.answered(make.agent_wang(), "一号包裹呢", "二号包裹呢", "三号包裹呢", "四号包裹呢")

    assert quality_sampling.draw_last_week(tasks.DESK, now=NEXT_WEEK) == 3


def test_who_is_asked_for_a_second_look_sees_no_result_before_giving_theirs() -> None:
    zhao, wang, qian = make.manager_zhao(), make.agent_wang(), reviewing.supervisor()
    row = reviewing.submitted(zhao, wang, given=3)
    second = commands.calibrate(zhao, review_id=row.id, reviewer_id=qian.staff_id or 0, now=LATER)
    span = {"start": make.NOW, "end": LATER}

    seen = review_for(qian, row.id)
    assert not seen.shows_points
    assert (seen.row.percent, seen.first_percent, seen.summary) == (None, None, "")
    assert {one.points for one in seen.points} == {None}
    listed = quality.reviews("done", staff_id=qian.staff_id)
    behind = quality_report.rows_behind("all", "", reader_id=qian.staff_id, **span)
    assert [one.percent for one in (*listed, *behind)] == [None, None]
    assert [one.percent for one in quality.reviews("done", staff_id=zhao.staff_id)] == [75]

    commands.submit_review(qian, review_id=second, scores=reviewing.scores(4), now=LATER)
    assert review_for(qian, row.id).row.percent == 75


def test_points_that_are_not_submitted_are_seen_by_who_gave_them_alone() -> None:
    zhao, wang, qian = make.manager_zhao(), make.agent_wang(), reviewing.supervisor()
    review_id = reviewing.begun(zhao, reviewing.answered(wang, "包裹呢")[0], wang)
    commands.keep_scores(zhao, review_id=review_id, scores=commands.Scores(points={"tone": 2}, summary="稍急"))

    given = {actor.id: {one.points for one in review_for(actor, review_id).points} for actor in (zhao, qian)}
    assert given == {zhao.id: {2, None}, qian.id: {None}}
    assert review_for(qian, review_id).summary == ""


def test_whoever_gave_a_second_look_decides_about_no_appeal_against_that_work() -> None:
    zhao, wang, qian = make.manager_zhao(), make.agent_wang(), reviewing.supervisor()
    row = reviewing.submitted(zhao, wang, given=3)
    second = commands.calibrate(zhao, review_id=row.id, reviewer_id=qian.staff_id or 0, now=LATER)
    commands.submit_review(qian, review_id=second, scores=reviewing.scores(3), now=LATER)
    quality_appeals.appeal_against_review(wang, review_id=row.id, words="不服", now=LATER)

    with pytest.raises(commands.NobodyReviewsThemselves):
        quality_appeals.decide_appeal(qian, review_id=row.id, words="维持", now=LATER)
    assert qian.staff_id not in quality_appeals.deciders(row.ticket_id, row.agent_id)
    third = reviewing.supervisor("sun", name="孙立")
    assert quality_appeals.decide_appeal(third, review_id=row.id, words="维持", now=LATER) == 75


def test_who_said_nothing_in_a_ticket_is_not_reviewed_for_it() -> None:
    zhao, wang = make.manager_zhao(), make.agent_wang()
    (ticket_id,) = reviewing.answered(wang, "包裹呢")

    with pytest.raises(commands.NothingToReview):
        reviewing.begun(zhao, ticket_id, agents.actor(agents.agent("hu")))


def test_who_was_not_satisfied_and_complaints_on_record_are_risks() -> None:
    content, unhappy, complained = reviewing.answered(make.agent_wang(), "一号包裹呢", "二号包裹呢", "三号包裹呢")
    FollowUp.objects.create(
        ticket_id=unhappy,
        solved_at=make.NOW,
        policy=FollowUpPolicy.objects.all()[0],
        channel="phone",
        state="answered",
        asked_at=make.NOW,
        satisfied=False,
        answered_at=make.NOW,
    )
    complaint = Complaint.objects.create(
        number="CP-1",
        source="phone",
        type=ComplaintType.objects.all()[0],
        ticket_id=complained,
        told_at=make.NOW,
        opened_at=make.NOW,
    )

    assert risks_of([content, unhappy, complained]) == {
        content: frozenset(), unhappy: {"displeased"}, complained: {"complaint"},
    }  # fmt: skip
    Complaint.objects.filter(id=complaint.id).update(state="dismissed")
    assert risks_of([complained])[complained] == frozenset()


def test_who_looked_after_a_key_customer_is_known_without_the_log() -> None:
    zhao, wang, hu = make.manager_zhao(), make.agent_wang(), agents.agent("hu")
    mei = words.customer()
    routing_rules.set_key_agent(zhao, customer_id=mei, staff_id=wang.staff_id, note="老客户", now=make.NOW)
    key_agents.hand_over_key_customers(zhao, from_staff_id=wang.staff_id or 0, to_staff_id=hu, note="调岗", now=LATER)

    assert list(KeyAgentChange.objects.order_by("id").values_list("before_id", "after_id")) == [
        (None, wang.staff_id), (wang.staff_id, hu),
    ]  # fmt: skip
    assert [(one.before, one.after, one.at) for one in key_history(customer_id=mei)] == [
        ("王丽", "hu", LATER), ("", "王丽", make.NOW),
    ]  # fmt: skip
