"""The pages of quality review: draw, score, appeal, decide, coach, set up."""

from __future__ import annotations

import pytest
from django.test import Client

from steward.kernel import moment
from steward.modules.desk.models import QualityPlan, QualityReview, ScoreSheet
from steward.modules.desk.tests import reviewing
from steward.modules.desk.tests.reviewing import points
from tests import make

pytestmark = pytest.mark.django_db
QUALITY = "/desk/quality/"


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_review_goes_from_the_sheet_to_the_decision_by_its_page() -> None:
    zhao, wang = make.manager_zhao(), make.agent_wang()
    reviewing.supervisor()
    (ticket_id,) = reviewing.answered(wang, "包裹三天没动，没人管")
    review_id = reviewing.begun(zhao, ticket_id, wang)
    page, boss, agent = f"{QUALITY}reviews/{review_id}", make.browser("zhao"), make.browser("wang")
    assert "包裹三天没动" in text(boss, page)
    assert agent.get(page).status_code == 403
    given = {f"points-{code}": str(value) for code, value in points(3, record=None).items()}
    message = QualityReview.objects.get().ticket.messages.filter(kind="reply").values_list("id", flat=True)[0]
    form = given | {"points-record": "na", "act": "submit", f"tone-{message}": "bad", f"words-{message}": "没有安抚"}
    boss.post(f"{page}/score", form)
    assert "没有安抚" in text(agent, page)
    agent.post(f"{page}/answer", {"act": "appeal", "words": "已经说明情况"})
    assert QualityReview.objects.get().state == "appealed"
    assert 'name="decision"' not in text(boss, page)
    third = make.browser("qian")
    third.post(
        f"{page}/decide", given | {"points-tone": "4", "points-record": "na", "act": "correct", "decision": "成立"}
    )
    row = QualityReview.objects.get()
    assert (row.state, row.first_percent, row.percent) == ("decided", 75, 79)
    boss.post(f"{page}/coach", {"note": "先安抚", "task": "听两段录音", "due": "2099-01-01"})
    mine = text(agent, f"{QUALITY}mine")
    assert "听两段录音" in mine
    assert "79" in mine


def test_a_sample_is_drawn_from_the_queue_and_results_open_the_reviews_behind_them() -> None:
    wang = make.agent_wang()
    row = reviewing.submitted(make.manager_zhao(), wang)
    boss, plan = make.browser("zhao"), QualityPlan.objects.get(code="weekly")
    assert "本周抽取" in text(boss, QUALITY)
    boss.post(f"{QUALITY}plans/{plan.id}/draw", {"week": "this"})
    for queue in ("mine", "free", "open", "appealed"):
        text(boss, f"{QUALITY}?queue={queue}")
    assert row.ticket.number in text(boss, f"{QUALITY}?queue=done")
    QualityReview.objects.update(submitted_at=moment.now())
    for axis, key in (("agent", wang.staff_id), ("team", ""), ("criterion", "tone")):
        assert "75" in text(boss, f"{QUALITY}report?axis={axis}")
        assert row.ticket.number in text(boss, f"{QUALITY}report/rows?axis={axis}&key={key}")
    assert row.ticket.number in text(boss, f"{QUALITY}report/rows?axis=all")


def test_a_plan_and_a_sheet_are_written_by_their_forms() -> None:
    boss = make.browser("zhao")
    weights = {f"weight-{risk}": "3" for risk in ("displeased", "late", "complaint", "reopened", "long")}
    form = {
        "code": "vip",
        "name": "重点抽检",
        "sheet": "service",
        "mode": "share",
        "amount": "5",
        "weekly": "1",
        "active": "1",
    }
    boss.post(f"{QUALITY}plans/save", form | weights)
    assert QualityPlan.objects.get(code="vip").weights["late"] == 3
    assert "重点抽检" in text(boss, f"{QUALITY}plans?code=vip")
    sheet = {"code": "brief", "most": "5", "pass_percent": "60", "count": "1"}
    names = {f"label-{one}": "短表" for one in ("zh-hans", "zh-hant", "en")}
    names |= {f"criterion-0-label-{one}": "准确" for one in ("zh-hans", "zh-hant", "en")}
    facts = sheet | names | {"criterion-0-code": "right", "criterion-0-weight": "10", "criterion-0-critical": "1"}
    assert "criterion-1-code" in boss.post(f"{QUALITY}sheets/save", facts | {"act": "add"}).content.decode()
    assert boss.post(f"{QUALITY}sheets/save", facts | {"act": "save"}).status_code == 422
    boss.post(f"{QUALITY}sheets/save", facts | {"act": "save", "reason": "试用"})
    assert ScoreSheet.objects.get(code="brief").criteria[0]["critical"] is True
    assert "短表" in text(boss, f"{QUALITY}sheets")
    text(boss, f"{QUALITY}sheets/new")
    boss.post(f"{QUALITY}sheets/brief/retire", {"reason": "不用"})
    assert not ScoreSheet.objects.get(code="brief").active


def test_an_agent_sees_neither_queues_nor_reports() -> None:
    agent = make.browser("wang")
    assert [agent.get(f"{QUALITY}{page}").status_code for page in ("", "plans", "report", "mine")] == [
        403,
        403,
        403,
        200,
    ]
