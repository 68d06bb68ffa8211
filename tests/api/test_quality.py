"""Quality review through the API: plans, samples, results, appeals. People judge, programs do not."""

from __future__ import annotations

from typing import Any

import pytest

from steward.kernel import moment
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
