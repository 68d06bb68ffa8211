"""Quality review through the API: plans, samples, results, appeals. People judge, programs do not."""

from __future__ import annotations

from typing import Any

import pytest

from steward.kernel import moment
from steward.modules.desk.commands import quality_reviews
from steward.modules.desk.tests import reviewing
from steward.modules.desk.tests.reviewing import points
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


def given(most: int) -> dict[str, Any]:
    return {"points": [{"criterion": code, "points": value} for code, value in points(most).items()]}


def sent(username: str, path: str, body: dict[str, Any]) -> Any:
    """Let somebody signed in with a browser change something."""
    return make.browser(username).post(f"/api/v1/quality/{path}", body, content_type="application/json")


def test_a_sample_is_drawn_scored_and_reported() -> None:
    reviewing.answered(make.agent_wang(), "包裹呢", at=moment.now())
    caller = Caller("tickets.supervise", "tickets.view", owner="zhao")
    plan = {"name": "抽检", "sheet": "service", "amount": 1, "reviewers": [make.manager_zhao().staff_id]}
    assert caller.put("quality/plans/api_plan", plan).json()["drawn"] == 0
    assert caller.post("quality/plans/api_plan/draw", {}).json() == {"count": 1}
    (row,) = caller.get("quality/reviews?queue=open").json()
    assert caller.post(f"quality/reviews/{row['id']}/submit", given(3)).status_code == 403
    done = sent("zhao", f"reviews/{row['id']}/submit", given(3)).json()
    assert (done["state"], done["percent"], done["passes"]) == ("submitted", 75, False)
    (line,) = caller.get("quality/report?axis=agent").json()["lines"]
    assert (line["label"], line["average"]) == ("王丽", 75)
    assert caller.get("quality/sheets").json()[0]["code"] == "service"


def test_an_agent_appeals_and_somebody_else_decides() -> None:
    row = reviewing.submitted(make.manager_zhao(), make.agent_wang())
    row.submitted_at = moment.now()
    row.save()
    reviewing.supervisor()
    path = f"reviews/{row.id}"
    assert make.browser("wang").get(f"/api/v1/quality/{path}").json()["percent"] == 75
    assert sent("wang", f"{path}/answer", {"act": "appeal", "words": "已说明"}).json()["state"] == "appealed"
    assert sent("zhao", f"{path}/decide", {"words": "维持"}).json()["code"] == "nobody_reviews_themselves"
    decided = sent("qian", f"{path}/decide", {"words": "成立", "scores": given(4)}).json()
    assert (decided["state"], decided["percent"], decided["first_percent"]) == ("decided", 100, 75)


def test_a_token_of_some_shops_changes_nothing_of_quality_review() -> None:
    caller = Caller("tickets.supervise", "tickets.view", "settings.desk", scopes=["tmall"])
    labels = {"zh_hans": "表", "zh_hant": "表", "en": "Sheet"}
    sheet = {"labels": labels, "criteria": [{"code": "tone", "labels": labels}], "reason": "新表"}
    answers = [
        caller.put("quality/plans/shop_plan", {"name": "抽检", "sheet": "service"}),
        caller.put("quality/sheets/shop_sheet", sheet),
        caller.post("quality/reviews/1/answer", {"act": "agree"}),
    ]
    assert [one.json()["code"] for one in answers] == ["scoped_token"] * 3


def test_points_are_given_to_nobody_else_before_they_are_submitted() -> None:
    zhao, wang = make.manager_zhao(), make.agent_wang()
    review_id = reviewing.begun(zhao, reviewing.answered(wang, "包裹呢")[0], wang)
    kept = quality_reviews.Scores(points={"tone": 2}, remarks={"tone": "稍急"})
    quality_reviews.keep_scores(zhao, review_id=review_id, scores=kept)
    reviewing.supervisor()
    seen = {name: make.browser(name).get(f"/api/v1/quality/reviews/{review_id}").json() for name in ("zhao", "qian")}
    assert {name: {one["remark"] for one in full["points"]} for name, full in seen.items()} == {
        "zhao": {"", "稍急"}, "qian": {""},
    }  # fmt: skip


def test_a_week_beyond_the_calendar_is_refused() -> None:
    caller = Caller("tickets.supervise", "tickets.view", owner="zhao")
    assert caller.post("quality/plans/weekly/draw", {"week": "9999-12-31"}).status_code == 422
    assert caller.post("quality/plans/weekly/draw", {"week": "2026-11-16"}).json() == {"count": 0}
