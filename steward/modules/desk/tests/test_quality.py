"""Samples are drawn, work is scored, appealed against and decided by a third; nobody reviews themselves (DSK-11)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from steward.kernel import errors
from steward.modules.deadlines.queries import clocks_of
from steward.modules.desk import tasks
from steward.modules.desk.commands import coaching, quality_appeals, quality_sampling, quality_sheets
from steward.modules.desk.commands import quality_reviews as commands
from steward.modules.desk.commands.moving import ReasonNeeded
from steward.modules.desk.models import Coaching, QualityPlan, QualityReview, ReviewPoint, ScoreSheet
from steward.modules.desk.queries import quality, quality_report
from steward.modules.desk.tests import agents, reviewing
from steward.modules.messaging.models import Notice
from tests import make

pytestmark = pytest.mark.django_db
WEEK = date(2026, 3, 2)
LATER = reviewing.LATER


def draw(week: date = WEEK, *, at: int = 1) -> int:
    plan = QualityPlan.objects.get(code="weekly")
    return quality_sampling.draw_sample(
        make.manager_zhao(), plan_id=plan.id, week=week, now=make.NOW + timedelta(days=at)
    )


def told() -> list[tuple[int, str]]:
    return list(Notice.objects.filter(subject_kind="quality_review").order_by("id").values_list("staff_id", "template"))


def test_a_sample_holds_everybodys_share_and_a_second_draw_adds_nothing() -> None:
    wang, hu = make.agent_wang(), agents.actor(agents.agent("hu"))
    make.manager_zhao()
    reviewing.answered(wang, "一号包裹呢", "二号包裹呢", "三号没人管，我要投诉")
    reviewing.answered(hu, "四号包裹呢")
    assert (draw(), draw()) == (3, 0)
    rows = QualityReview.objects.order_by("agent_id")
    assert [row.agent_id for row in rows] == [wang.staff_id, wang.staff_id, hu.staff_id]
    assert {clock.kind for row in rows for clock in clocks_of("quality_review", row.id)} == {"quality_review"}


def test_the_reviews_of_a_sample_go_to_reviewers_but_never_ones_own() -> None:
    zhao, qian = make.manager_zhao(), reviewing.supervisor()
    reviewing.answered(zhao, "一号包裹呢", "二号包裹呢")
    draw()
    assert set(QualityReview.objects.values_list("reviewer_id", flat=True)) == {qian.staff_id}


def test_the_week_that_ended_is_drawn_by_itself_once() -> None:
    reviewing.answered(make.agent_wang(), "一号包裹呢")
    counts = [quality_sampling.draw_last_week(tasks.DESK, now=make.NOW + timedelta(days=day)) for day in (6, 8, 9)]
    assert counts == [0, 1, 0]
    assert QualityReview.objects.get().week == WEEK


def test_a_submitted_review_has_a_result_and_the_agent_hears_of_it() -> None:
    zhao, wang = make.manager_zhao(), make.agent_wang()
    row = reviewing.submitted(zhao, wang)
    assert (row.state, row.percent, row.failed) == ("submitted", 75, False)
    assert told() == [(wang.staff_id, "quality_result")]
    assert clocks_of("quality_review", row.id)[0].outcome == "met"
    assert [one.id for one in quality.results_of(wang.staff_id or 0)] == [row.id]


def test_a_critical_criterion_without_a_point_fails_all() -> None:
    zhao, wang = make.manager_zhao(), make.agent_wang()
    review_id = reviewing.begun(zhao, reviewing.answered(wang, "包裹呢")[0], wang)
    result = commands.submit_review(zhao, review_id=review_id, scores=reviewing.scores(4, accuracy=0), now=make.NOW)
    assert (result.percent, result.failed_by) == (0, ("accuracy",))


def test_a_result_that_leaves_a_criterion_open_is_refused_and_nothing_is_told() -> None:
    zhao, wang = make.manager_zhao(), make.agent_wang()
    review_id = reviewing.begun(zhao, reviewing.answered(wang, "包裹呢")[0], wang)
    with pytest.raises(commands.PointsMissing):
        commands.submit_review(zhao, review_id=review_id, scores=commands.Scores(points={"tone": 4}), now=make.NOW)
    assert told() == []


def test_what_is_kept_for_later_is_there_again() -> None:
    zhao, wang = make.manager_zhao(), make.agent_wang()
    review_id = reviewing.begun(zhao, reviewing.answered(wang, "包裹呢")[0], wang)
    commands.keep_scores(
        zhao, review_id=review_id, scores=commands.Scores(points={"tone": 2}, remarks={"tone": "稍急"})
    )
    tone = next(one for one in quality.get_review(review_id).points if one.code == "tone")
    assert (tone.points, tone.remark) == (2, "稍急")


def test_nobody_reviews_themselves() -> None:
    zhao = make.manager_zhao()
    (ticket_id,) = reviewing.answered(zhao, "包裹呢")
    with pytest.raises(commands.NobodyReviewsThemselves):
        reviewing.begun(zhao, ticket_id, zhao)
    review_id = reviewing.begun(reviewing.supervisor(), ticket_id, zhao)
    with pytest.raises(commands.NobodyReviewsThemselves):
        commands.take_review(zhao, review_id=review_id, now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        QualityReview.objects.filter(id=review_id).update(reviewer_id=zhao.staff_id)


def test_an_appeal_is_decided_by_a_third_and_the_corrected_result_counts() -> None:
    zhao, wang, qian = make.manager_zhao(), make.agent_wang(), reviewing.supervisor()
    row = reviewing.submitted(zhao, wang, given=2)
    quality_appeals.appeal_against_review(wang, review_id=row.id, words="物流没有更新，我已如实说明", now=LATER)
    for judge in (zhao, wang):
        with pytest.raises((commands.NobodyReviewsThemselves, errors.Refusal)):
            quality_appeals.decide_appeal(judge, review_id=row.id, words="维持", now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        QualityReview.objects.filter(id=row.id).update(decided_by_id=zhao.staff_id)
    corrected = reviewing.scores(3, accuracy=4)
    assert quality_appeals.decide_appeal(qian, review_id=row.id, words="部分成立", scores=corrected, now=LATER) == 80
    row.refresh_from_db()
    assert (row.state, row.first_percent, row.percent) == ("decided", 50, 80)
    assert set(ReviewPoint.objects.filter(counts=True).values_list("corrected", flat=True)) == {True}
    assert (qian.staff_id, "quality_appeal") in told()
    assert {(zhao.staff_id, "quality_verdict"), (wang.staff_id, "quality_verdict")} <= set(told())


def test_somebody_may_appeal_once_with_words_and_in_time() -> None:
    zhao, wang, qian = make.manager_zhao(), make.agent_wang(), reviewing.supervisor()
    row = reviewing.submitted(zhao, wang)
    with pytest.raises(ReasonNeeded):
        quality_appeals.appeal_against_review(wang, review_id=row.id, words=" ", now=LATER)
    with pytest.raises(commands.NotYourReview):
        quality_appeals.appeal_against_review(qian, review_id=row.id, words="不服", now=LATER)
    with pytest.raises(quality_appeals.TooLateToAppeal):
        quality_appeals.appeal_against_review(wang, review_id=row.id, words="不服", now=LATER + timedelta(days=8))
    quality_appeals.appeal_against_review(wang, review_id=row.id, words="不服", now=LATER)
    quality_appeals.decide_appeal(qian, review_id=row.id, words="维持原判", now=LATER)
    with pytest.raises(errors.NotPossible):
        quality_appeals.appeal_against_review(wang, review_id=row.id, words="还是不服", now=LATER)


def test_a_second_look_shows_how_two_agree_and_counts_for_nobody() -> None:
    zhao, wang, qian = make.manager_zhao(), make.agent_wang(), reviewing.supervisor()
    row = reviewing.submitted(zhao, wang, given=3)
    second = commands.calibrate(zhao, review_id=row.id, reviewer_id=qian.staff_id or 0, now=LATER)
    with pytest.raises(commands.NobodyReviewsThemselves):
        commands.calibrate(zhao, review_id=row.id, reviewer_id=zhao.staff_id or 0, now=LATER)
    commands.submit_review(qian, review_id=second, scores=reviewing.scores(3, tone=1, record=1), now=LATER)
    (view,) = quality.get_review(row.id).calibrations
    assert view.agreement is not None
    assert (view.agreement.compared, view.agreement.same_percent) == (8, 75)
    report = quality_report.quality_report("agent", start=make.NOW, end=LATER + timedelta(days=1))
    assert (report.agreement.same_percent, [(line.count, line.average) for line in report.lines]) == (75, [(1, 75)])


def test_reports_add_up_what_counts_with_the_reviews_behind_each_number() -> None:
    zhao, wang = make.manager_zhao(), make.agent_wang()
    row = reviewing.submitted(zhao, wang, given=2)
    reviewing.submitted(zhao, agents.actor(agents.agent("hu")), given=4, text="退款呢")
    span: dict[str, Any] = {"start": make.NOW, "end": LATER}
    report = quality_report.quality_report("agent", **span)
    assert [(line.label, line.average, line.below) for line in report.lines] == [("王丽", 50, 1), ("hu", 100, 0)]
    assert [(cell.week, cell.average) for cell in report.lines[0].weeks] == [(WEEK, 50)]
    tone = next(line for line in quality_report.quality_report("criterion", **span).lines if line.key == "tone")
    assert (tone.average, tone.count) == (75, 2)
    assert len(quality_report.quality_report("team", **span).lines) == 1
    behind = quality_report.rows_behind("agent", str(wang.staff_id), week=WEEK, **span)
    assert [one.id for one in behind] == [row.id]
    assert len(quality_report.rows_behind("criterion", "tone", **span)) == 2


def test_coaching_is_given_and_done() -> None:
    zhao, wang = make.manager_zhao(), make.agent_wang()
    row = reviewing.submitted(zhao, wang)
    give = partial(coaching.give_coaching, zhao, review_id=row.id, note="答得急", task="听三段优秀录音", now=LATER)
    with pytest.raises(coaching.UnfitCoaching):
        give(due_date=WEEK - timedelta(days=1))
    id_ = give(due_date=WEEK + timedelta(days=5))
    assert (wang.staff_id, "coaching_given") in told()
    with pytest.raises(commands.NotYourReview):
        coaching.finish_coaching(zhao, coaching_id=id_, note="", now=LATER)
    coaching.finish_coaching(wang, coaching_id=id_, note="听完了", now=LATER)
    assert Coaching.objects.get().done_note == "听完了"


def test_a_review_that_is_left_out_makes_room_for_another() -> None:
    zhao, wang = make.manager_zhao(), make.agent_wang()
    reviewing.answered(wang, "一号包裹呢", "二号包裹呢", "三号包裹呢")
    draw()
    first = QualityReview.objects.order_by("id")[0]
    commands.drop_review(zhao, review_id=first.id, reason="测试会话", now=LATER)
    assert draw() == 1
    assert QualityReview.objects.exclude(state="dropped").count() == 2


def test_a_changed_sheet_is_a_new_version_and_reviews_under_way_keep_theirs() -> None:
    zhao, wang = make.manager_zhao(), make.agent_wang()
    review_id = reviewing.begun(zhao, reviewing.answered(wang, "包裹呢")[0], wang)
    old = ScoreSheet.objects.get(code="service")
    draft = quality_sheets.SheetDraft(code="service", labels=old.labels, criteria=old.criteria[:2], most=5)
    quality_sheets.save_sheet(zhao, draft=draft, reason="精简", now=LATER)
    assert len(quality.get_review(review_id).points) == 8
    assert [(one.version, one.active) for one in quality.sheet_history("service")] == [(2, True), (1, False)]
    with pytest.raises(quality_sheets.SheetInUse):
        quality_sheets.retire_sheet(zhao, code="service", reason="不用了")
    with pytest.raises(quality_sheets.UnfitScoreSheet):
        quality_sheets.save_sheet(
            zhao, draft=quality_sheets.SheetDraft(code="x", labels={}, criteria=[]), reason="新表", now=LATER
        )


def test_a_plan_that_cannot_be_is_refused_with_every_finding() -> None:
    draft = quality_sheets.PlanDraft(code="A!", name="", sheet="none", amount=0, weights={"mood": 1}, reviewers=[10**6])
    with pytest.raises(errors.BadInput) as refused:
        quality_sheets.save_plan(make.manager_zhao(), draft=draft, now=LATER)
    assert {one["field"] for one in refused.value.findings} == {
        "code", "name", "sheet", "amount", "weights", "reviewers",
    }  # fmt: skip
