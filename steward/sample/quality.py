"""Quality review of the sample: conversations are drawn and scored, results answered, one appeal decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from steward.kernel.actor import Actor
from steward.modules.desk.commands import coaching, owning, quality_appeals, quality_reviews, quality_sampling
from steward.modules.desk.commands import quality_sheets as setting
from steward.modules.desk.commands.quality_reviews import Scores
from steward.modules.desk.commands.routing_rules import set_key_agent
from steward.modules.desk.queries import quality
from steward.modules.desk.queries.inbox import TicketFilters, inbox_page
from steward.modules.desk.queries.quality_candidates import monday_of
from steward.modules.desk.queries.ticket import get_ticket, thread
from steward.sample.people import Crew

# What reviewers gave, criterion by criterion in the order of the sheet, and what they wrote.
FOUND = (
    ((4, 4, 4, 4, 4, 3, 4, 4), "整体出色，安抚及时，方案清楚。"),
    ((4, 3, 4, 2, 3, 3, 4, 3), "问题抓得准，但没有说清什么时候能办完。"),
    ((3, 3, 4, 3, 2, 2, 4, 2), "语气偏生硬，备注不完整。"),
    ((4, 4, 0, 3, 4, 4, 4, 4), "退款到账时间说错，客户被误导。"),
)
KEY_CUSTOMERS = 5
WATCHED = 3


def review(crew: Crew, now: datetime) -> int:
    """Draw a sample, score most of it, and let people answer. Returns how many reviews there are."""
    manager = crew.first("after_sales_manager")
    judges = [*crew.all_of("supervisor"), *crew.all_of("after_sales_manager")][:3]
    plan = setting.PlanDraft(
        code="weekly",
        name="每周抽检",
        sheet="service",
        amount=3,
        weights={"displeased": 4, "late": 3, "complaint": 3, "reopened": 2, "long": 1},
        reviewers=[one.staff_id or 0 for one in judges],
    )
    plan_id = setting.save_plan(manager, draft=plan, now=now)
    agents = {one.staff_id: one for one in crew.all_of("customer_service")}
    for back in (1, 0):
        week = monday_of(now) - timedelta(days=7 * back)
        quality_sampling.draw_sample(manager, plan_id=plan_id, week=week, now=now)
    rows = [row for row in quality.reviews("open", staff_id=None) if row.agent_id in agents]
    scored = _score(judges, rows[: max(len(rows) - 2, 1)], now)
    if scored:
        _answer(judges, agents, scored, now)
    _look_after(crew, manager, now)
    return len(rows)


def _score(judges: Sequence[Actor], rows: Sequence[quality.ReviewRow], now: datetime) -> list[quality.ReviewRow]:
    by_id = {one.staff_id: one for one in judges}
    done = []
    for place, row in enumerate(rows):
        judge = by_id.get(row.reviewer_id)
        if judge is None:
            continue
        given, summary = FOUND[place % len(FOUND)]
        codes = [one.code for one in quality.get_review(row.id).points]
        said = [one.id for one in thread(get_ticket(row.number).id).messages if one.kind == "reply"]
        scores = Scores(
            points=dict(zip(codes, given, strict=True)),
            messages={said[0]: ("good" if min(given) > 2 else "bad", "")} if said else {},
            summary=summary,
        )
        quality_reviews.submit_review(judge, review_id=row.id, scores=scores, now=now)
        done.append(row)
    return done


def _answer(
    judges: Sequence[Actor], agents: dict[int | None, Actor], rows: Sequence[quality.ReviewRow], now: datetime
) -> None:
    """Let one agree, one appeal and be decided about, one appeal and wait; coach one, and compare two judges."""
    first, *others = rows
    quality_appeals.agree_to_review(agents[first.agent_id], review_id=first.id, now=now)
    for place, row in enumerate(others[:2]):
        words = "客户当时要求先登记，时间已在电话里说明。"
        quality_appeals.appeal_against_review(agents[row.agent_id], review_id=row.id, words=words, now=now)
        third = next((one for one in judges if one.staff_id not in (row.reviewer_id, row.agent_id)), None)
        if place == 0 and third is not None:
            text = "核对通话记录，维持原结果。"
            quality_appeals.decide_appeal(third, review_id=row.id, words=text, now=now)
    coach = next(one for one in judges if one.staff_id == first.reviewer_id)
    coaching.give_coaching(
        coach,
        review_id=first.id,
        note="开场安抚做得好，可以再把下一步的时间说具体。",
        task="整理三条“承诺时间”的标准说法，发给组长",
        due_date=(now + timedelta(days=5)).date(),
        now=now,
    )
    second = next((one for one in judges if one.staff_id not in (first.reviewer_id, first.agent_id)), None)
    if second is not None:
        made = quality_reviews.calibrate(coach, review_id=first.id, reviewer_id=second.staff_id or 0, now=now)
        codes = [one.code for one in quality.get_review(made).points]
        scores = Scores(points=dict(zip(codes, FOUND[1][0], strict=True)), summary="尺度校准")
        quality_reviews.submit_review(second, review_id=made, scores=scores, now=now)


def _look_after(crew: Crew, manager: Actor, now: datetime) -> None:
    """Give some customers agents of their own, and let the manager watch some tickets."""
    agents = crew.all_of("customer_service")
    rows = inbox_page(TicketFilters(queue="active"), now=now, limit=40).rows
    for row in rows[:WATCHED]:
        owning.watch_ticket(manager, ticket_id=row.id, watch=True)
    customers = dict.fromkeys(id_ for row in rows if (id_ := get_ticket(row.id).customer_id) is not None)
    for place, customer_id in enumerate(list(customers)[:KEY_CUSTOMERS]):
        agent = agents[place % 2]
        set_key_agent(manager, customer_id=customer_id, staff_id=agent.staff_id, note="年框客户", now=now)
